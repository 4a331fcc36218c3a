// SPDX-License-Identifier: BSL-1.0
//
// The head of a request of HTTP/2: its limits, and what HTTP/1.1 says in another way.

#include "http2/request_reader.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

using namespace asio_httpd;
using namespace asio_httpd::http2;
using http::rule;

namespace {

using line = std::pair<std::string_view, std::string_view>;

request_head head_of(std::initializer_list<line> lines, const http::head_limits& limits,
                     std::string& known_host) {
  request_head made;
  for (const auto& [name, value] : lines) add_line({name, value}, made, limits);
  finish_head(made, limits, known_host);
  return made;
}

request_head head_of(std::initializer_list<line> lines, const http::head_limits& limits = {}) {
  std::string known_host;
  return head_of(lines, limits, known_host);
}

constexpr line get = {":method", "GET"};
constexpr line scheme = {":scheme", "https"};
constexpr line path = {":path", "/a?b"};
constexpr line authority = {":authority", "example.org:8443"};

}  // namespace

TEST_CASE("pseudo-fields are kept apart, and :authority is the Host") {
  const request_head h = head_of({get, scheme, authority, path, {"accept", "*/*"}});
  CHECK(h.broken == rule::none);
  CHECK(h.of(h.method) == "GET");
  CHECK(h.of(h.scheme) == "https");
  CHECK(h.of(h.path) == "/a?b");
  CHECK(h.lines.size() == 2);
  CHECK(h.lines.get(field::host) == "example.org:8443");
  CHECK(h.lines.get(field::accept) == "*/*");
}

TEST_CASE("there is one host (RFC 9113 section 8.3.1)") {
  CHECK(head_of({get, scheme, path, {"host", "a"}}).broken == rule::none);
  CHECK(head_of({get, scheme, path, authority, {"host", "EXAMPLE.org:8443"}}).broken == rule::none);
  CHECK(head_of({get, scheme, path, authority, {"host", "b"}}).broken == rule::host_invalid);
  CHECK(head_of({get, scheme, path, {"host", "user@a"}}).broken == rule::host_invalid);
}

TEST_CASE("a host that was well-formed once is known, and no other") {
  std::string known;
  CHECK(head_of({get, scheme, path, {"host", "a b"}}, {}, known).broken == rule::host_invalid);
  CHECK(known.empty());
  for (int turn = 0; turn < 2; ++turn) {
    CHECK(head_of({get, scheme, path, authority}, {}, known).broken == rule::none);
    CHECK(known == authority.second);
  }
  CHECK(head_of({get, scheme, path, authority, {"host", "b"}}, {}, known).broken ==
        rule::host_invalid);
  CHECK(head_of({get, scheme, path, {"host", ""}}, {}, known).broken == rule::host_invalid);
  CHECK(known == authority.second);
  CHECK(head_of({get, scheme, path, {"host", "b"}}, {}, known).broken == rule::none);
  CHECK(known == "b");
  const std::string longer(300, 'a');
  CHECK(head_of({get, scheme, path, {"host", longer}}, {}, known).broken == rule::none);
  CHECK(known == "b");
}

TEST_CASE("crumbs of cookies become one line (RFC 9113 section 8.2.3)") {
  const request_head h =
      head_of({get, scheme, path, authority, {"cookie", "a=1"}, {"x", "y"}, {"cookie", "b=2"}});
  CHECK(h.lines.count(field::cookie) == 1);
  CHECK(h.lines.get(field::cookie) == "a=1; b=2");
}

TEST_CASE("an extended CONNECT shows itself as an upgrade (RFC 8441)") {
  const request_head h =
      head_of({{":method", "CONNECT"}, {":protocol", "websocket"}, scheme, path, authority});
  CHECK(h.lines.get(field::upgrade) == "websocket");
}

TEST_CASE("limits say which; the method is known all the same") {
  const http::head_limits limits{200, 3, 20};
  const std::string long_path(21, '/');
  const request_head target = head_of({{":path", long_path}, get, scheme, authority}, limits);
  CHECK(target.broken == rule::target_too_long);
  CHECK(target.of(target.method) == "GET");
  const std::string long_value(200, 'x');
  CHECK(head_of({get, scheme, path, authority, {"x", long_value}}, limits).broken ==
        rule::head_too_large);
  CHECK(head_of({get, scheme, path, authority, {"a", "1"}, {"b", "2"}}, limits).broken ==
        rule::none);
  CHECK(
      head_of({get, scheme, path, authority, {"a", "1"}, {"b", "2"}, {"c", "3"}}, limits).broken ==
      rule::too_many_fields);
}

TEST_CASE("trailers are bounded") {
  const http::head_limits limits{100, 2, 100};
  std::string text;
  fields to;
  for (int i = 0; i < 100; ++i) add_trailer({"x-sum", "0123456789"}, text, to, limits);
  CHECK(to.size() == 2);
  CHECK(text.size() <= limits.size);
}
