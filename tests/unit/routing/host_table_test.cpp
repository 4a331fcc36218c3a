// SPDX-License-Identifier: BSL-1.0
//
// Host names: normal form, refusal of what is none, and the order in which entries are visited.

#include "routing/host_table.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace asio_httpd::routing;

namespace {

host_table table_of(const std::vector<std::string>& hosts) {
  host_table table;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    table.value_of(normalize_host(hosts[i])) = static_cast<std::uint32_t>(i);
  }
  return table;
}

std::vector<std::uint32_t> visited(const host_table& table, std::string_view host) {
  std::vector<std::uint32_t> values;
  table.visit(host, [&](std::uint32_t value) {
    values.push_back(value);
    return false;
  });
  return values;
}

using values = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("normal form of a host name") {
  CHECK(normalize_host("") == "");
  CHECK(normalize_host("Example.COM") == "example.com");
  CHECK(normalize_host("example.com.") == "example.com");
  CHECK(normalize_host("*.Example.com") == ".example.com");
  CHECK(normalize_host("localhost") == "localhost");
  CHECK(normalize_host("127.0.0.1") == "127.0.0.1");
  CHECK(normalize_host("[::1]") == "[::1]");
  CHECK(normalize_host("[2001:DB8::1]") == "[2001:db8::1]");
  CHECK(normalize_host("my_host-1") == "my_host-1");
}

TEST_CASE("what is no host name") {
  for (const std::string_view host :
       {"*",        "*.",         "*example.com", "a.*.com",  "*.*.com", "example.com:80",
        "http://a", "a/b",        "a b",          ".",        ".a",      "a..b",
        "*..a",     "::1",        "[::1",         "[::1]:80", "[]",      "*.[::1]",
        "a\n",      "caf\xc3\xa9"}) {
    CAPTURE(host);
    CHECK_THROWS_AS(normalize_host(host), std::invalid_argument);
  }
  CHECK_THROWS_AS(normalize_host(std::string(300, 'a')), std::invalid_argument);
}

TEST_CASE("from the most to the least specific") {
  const host_table table =
      table_of({"", "*.com", "example.com", "*.example.com", "www.example.com", "other.com"});
  CHECK(visited(table, "www.example.com") == values{4, 3, 1, 0});
  CHECK(visited(table, "WWW.Example.Com.") == values{4, 3, 1, 0});
  CHECK(visited(table, "a.b.example.com") == values{3, 1, 0});
  CHECK(visited(table, "example.com") == values{2, 1, 0});
  CHECK(visited(table, "com") == values{0});
  CHECK(visited(table, "notexample.com") == values{1, 0});
  CHECK(visited(table, "example.org") == values{0});
  CHECK(visited(table, "") == values{0});
}

TEST_CASE("a visitor that is satisfied stops the visit") {
  const host_table table = table_of({"", "*.example.com", "a.example.com"});
  int calls = 0;
  table.visit("a.example.com", [&](std::uint32_t value) { return ++calls, value == 1; });
  CHECK(calls == 2);
}

TEST_CASE("odd host names find only the routes for any host") {
  const host_table table = table_of({"", "*.example.com", "example.com"});
  for (const std::string_view host : {".example.com", "*.example.com", "example.com..", "..", ".",
                                      "example.com:80", "exa mple.com"}) {
    CAPTURE(host);
    const values found = visited(table, host);
    CHECK(found.back() == 0);
    CHECK(
        (found.size() == 1 || host == "*.example.com"));  // a name below example.com, if an odd one
  }
  CHECK(visited(table, std::string(254, 'a') + ".example.com") == values{0});
  CHECK(visited(table, std::string(243, 'a') + ".example.com") == values{1, 0});
  CHECK(visited(table, std::string(255, '.')) == values{0});
}

TEST_CASE("without routes for any host, others find nothing") {
  const host_table table = table_of({"a.com"});
  CHECK(visited(table, "b.com").empty());
  CHECK(visited(table, "").empty());
  CHECK(visited(host_table{}, "a.com").empty());
}
