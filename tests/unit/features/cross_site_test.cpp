// SPDX-License-Identifier: BSL-1.0
//
// What browsers say of where a request comes from.

#include "features/cross_site.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

using namespace asio_httpd;

namespace {

using lines = std::vector<std::pair<const char*, const char*>>;

struct row {
  lines sent;
  bool is_cross_site;
};

lines from(const char* host, const char* origin) {
  return {{"Host", host}, {"Origin", origin}};
}

void check(const std::vector<row>& rows) {
  for (const row& r : rows) {
    fields sent;
    for (const auto& [name, value] : r.sent) sent.append(name, value);
    CAPTURE(sent.get("Sec-Fetch-Site"));
    CAPTURE(sent.get("Origin"));
    CAPTURE(sent.get("Host"));
    CHECK(features::is_cross_site(sent) == r.is_cross_site);
  }
}

}  // namespace

TEST_CASE("Sec-Fetch-Site says where a request comes from, whatever Origin says") {
  const std::vector<row> rows = {
      {{{"Host", "x"}}, false},
      {{{"Host", "x"}, {"Sec-Fetch-Site", "same-origin"}}, false},
      {{{"Host", "x"}, {"Sec-Fetch-Site", "none"}}, false},
      {{{"Host", "x"}, {"Sec-Fetch-Site", "same-site"}}, true},
      {{{"Host", "x"}, {"Sec-Fetch-Site", "cross-site"}}, true},
      {{{"Host", "x"}, {"Origin", "http://y"}, {"Sec-Fetch-Site", "same-origin"}}, false},
      {{{"Host", "x"}, {"Origin", "http://x"}, {"Sec-Fetch-Site", "cross-site"}}, true},
      {{{"Host", "x"}, {"Origin", "http://y"}, {"Sec-Fetch-Site", "of tomorrow"}}, true},
      {{{"Host", "x"}, {"Sec-Fetch-Site", "of tomorrow"}}, false},
  };
  check(rows);
}

TEST_CASE("without it, the origin is compared with the host") {
  const std::vector<row> rows = {
      {from("x", "http://x"), false},
      {from("x", "https://x"), false},
      {from("X.example", "http://x.Example"), false},
      {from("x:8080", "http://x:8080"), false},
      {from("x:80", "http://x"), false},
      {from("x:443", "https://x"), false},
      {from("[::1]:8080", "http://[::1]:8080"), false},
      {from("x", "null"), true},
      {from("x", ""), true},
      {from("x", "x"), true},
      {from("", "http://"), true},
      {from("x", "http://x:8080"), true},
      {from("x:8080", "http://x"), true},
      {from("x:80", "https://x"), true},
      {from("x", "http://x.y"), true},
      {from("y.x", "http://x"), true},
      {{{"Origin", "http://x"}}, true},
      {{{"Host", "x"}, {"Origin", "http://x"}, {"Origin", "http://x"}}, true},
  };
  check(rows);
}
