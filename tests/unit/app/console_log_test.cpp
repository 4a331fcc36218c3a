// SPDX-License-Identifier: BSL-1.0

#include "console_log.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <ctime>

using namespace asio_httpd;
using namespace asio_httpd::app;

namespace {

// Local time is UTC while it lives.
class utc {
 public:
  utc() {
    if (const char* old = std::getenv("TZ")) old_ = old;
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
  ~utc() {
    old_.empty() ? ::unsetenv("TZ") : ::setenv("TZ", old_.c_str(), 1);
    ::tzset();
  }

 private:
  std::string old_;
};

}  // namespace

TEST_CASE("lines for people") {
  const utc here;
  CHECK(log_line(784'111'777, log_level::info, "hello", false) ==
        "1994-11-06 08:49:37 info    hello\n");
  CHECK(log_line(784'111'777, log_level::warning, "hello", false) ==
        "1994-11-06 08:49:37 warning hello\n");
}

TEST_CASE("the level in colour") {
  const utc here;
  CHECK(log_line(784'111'777, log_level::error, "hello", true) ==
        "1994-11-06 08:49:37 \x1b[31merror\x1b[0m   hello\n");
}
