// SPDX-License-Identifier: BSL-1.0
//
// The names of log levels.

#include <asio_httpd/log.hpp>

#include <doctest/doctest.h>

using namespace asio_httpd;

TEST_CASE("log levels by name") {
  CHECK(to_string(log_level::debug) == "debug");
  CHECK(to_string(log_level::info) == "info");
  CHECK(to_string(log_level::warning) == "warning");
  CHECK(to_string(log_level::error) == "error");
}

TEST_CASE("an exchange log need not buffer") {
  struct : exchange_log {
    void write(const exchange&) noexcept override { ++written; }
    int written = 0;
  } log;
  log.write(exchange{});
  log.flush();
  CHECK(log.written == 1);
}
