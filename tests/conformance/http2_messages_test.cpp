// SPDX-License-Identifier: BSL-1.0
//
// Requests as HTTP/2 carries them (RFC 9113 section 8): pseudo-fields, names and values, fields of
// connections, lengths of content, trailers. What is malformed reaches no handler, and the
// connection goes on.

#include <asio_httpd/router.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "support/carried.hpp"
#include "support/http2_cases.hpp"
#include "support/server_harness.hpp"

using namespace test_support;
using namespace test_support::http2;
using namespace std::string_literals;
using enum test_support::http2::error_code;

namespace {

std::string request_of(const field_list& fields) {
  return headers(1, hpack::block(fields));
}

// A GET with one field more.
std::string get_with(std::string name, std::string value) {
  return get(1, "/", {{std::move(name), std::move(value)}});
}

// A GET whose pseudo-field is another one; "" leaves it out where `value` is null.
std::string get_but(std::string_view name, const char* value) {
  field_list fields = request_fields();
  std::erase_if(fields, [&](const auto& f) { return f.first == name; });
  if (value != nullptr) fields.insert(fields.begin(), {std::string(name), value});
  return request_of(fields);
}

std::string posted(std::string_view length, const std::string& frames) {
  return post(1, "/", {{"content-length", std::string(length)}}) + frames;
}

std::string with_trailers(const field_list& fields, std::uint8_t flags = flag::whole) {
  return post(1) + data(1, "test", flag::none) + headers(1, hpack::block(fields), flags);
}

// An answer that says no, whatever the number.
expectation refused() {
  return {"400 or more", [](client& c) { return c.status(1) >= 400; }, false};
}

conformance_case ours(std::string section, std::string what, script sends, expectation wanted) {
  return {"ours", std::move(section), std::move(what), std::move(sends), std::move(wanted)};
}

conformance_cases h2spec_rows() {
  return {
      {"generic/4/1", "8.1", "GET", {get(1)}, answered_with(200)},
      {"generic/4/2", "8.1", "HEAD", {headers(1, request_block("HEAD"))}, answered_with(200)},
      {"generic/4/3", "8.1", "POST", {post(1) + data(1, "test")}, answered_with(200)},
      {"generic/4/4",
       "8.1",
       "POST with trailers",
       {post(1, "/", {{"trailer", "x-test"}}) + data(1, "test", flag::none) +
        headers(1, hpack::literal("x-test", "ok"))},
       answered_with(200)},
      {"http2/8.1/1",
       "8.1",
       "trailers without END_STREAM",
       {with_trailers({{"x-test", "ok"}}, flag::end_headers)},
       malformed()},
      {"http2/8.1.2/1", "8.2.1", "a name in capitals", {get_with("X-TEST", "ok")}, malformed()},
      {"http2/8.1.2.1/1", "8.3", "an unknown pseudo-field", {get_with(":test", "ok")}, malformed()},
      {"http2/8.1.2.1/2",
       "8.3",
       "a pseudo-field of responses",
       {get_with(":status", "200")},
       malformed()},
      {"http2/8.1.2.1/3",
       "8.1",
       "a pseudo-field in trailers",
       {with_trailers({{":method", "POST"}}, flag::end_headers)},
       malformed()},
      {"http2/8.1.2.1/4",
       "8.3",
       "a pseudo-field behind another field",
       {headers(1, hpack::literal("x-test", "ok") + request_block())},
       malformed()},
      {"http2/8.1.2.2/1",
       "8.2.2",
       "Connection",
       {get_with("connection", "keep-alive")},
       malformed()},
      {"http2/8.1.2.2/2",
       "8.2.2",
       "TE other than trailers",
       {get(1, "/", {{"trailers", "test"}, {"te", "trailers, deflate"}})},
       malformed()},
      {"http2/8.1.2.3/1", "8.3.1", "an empty :path", {get_but(":path", "")}, malformed()},
      {"http2/8.1.2.3/2", "8.3.1", "no :method", {get_but(":method", nullptr)}, malformed()},
      {"http2/8.1.2.3/3", "8.3.1", "no :scheme", {get_but(":scheme", nullptr)}, malformed()},
      {"http2/8.1.2.3/4", "8.3.1", "no :path", {get_but(":path", nullptr)}, malformed()},
      {"http2/8.1.2.3/5", "8.3.1", ":method twice", {get_with(":method", "GET")}, malformed()},
      {"http2/8.1.2.3/6", "8.3.1", ":scheme twice", {get_with(":scheme", "http")}, malformed()},
      {"http2/8.1.2.3/7", "8.3.1", ":path twice", {get_with(":path", "/")}, malformed()},
      {"http2/8.1.2.6/1",
       "8.1.1",
       "DATA of another length",
       {posted("1", data(1, "test"))},
       malformed()},
      {"http2/8.1.2.6/2",
       "8.1.1",
       "several DATA of another length",
       {posted("1", data(1, "test", flag::none) + data(1, "test"))},
       malformed()},
      {"http2/8.2/1",
       "8.4",
       "PUSH_PROMISE of a client",
       {push_promise(1, 3, request_block())},
       connection_error({protocol_error})},
  };
}

conformance_cases pseudo_field_rows() {
  return {
      ours("8.3.1", "two :authority", {get_with(":authority", "test")}, malformed()),
      ours("8.3.1", "an empty :scheme", {get_but(":scheme", "")}, malformed()),
      ours("8.3.1", "no scheme at all", {get_but(":scheme", "ht tp")}, malformed()),
      ours("8.3.1", "an empty :method", {get_but(":method", "")}, malformed()),
      ours("8.3.1", "a method that is no token", {get_but(":method", "GE T")}, malformed()),
      ours("8.3.1", "a method that nobody knows", {get_but(":method", "BREW")}, refused()),
      ours("8.3.1", "a :path without its slash", {get_but(":path", "index.html")}, malformed()),
      ours("8.3.1", "a :path that is a URI", {get_but(":path", "http://test/")}, malformed()),
      ours("8.3.1", "a :path with a fragment", {get_but(":path", "/a#b")}, malformed()),
      ours("8.3.1", "a :path with a space", {get_but(":path", "/a b")}, malformed()),
      ours("8.3.1", "* for GET", {get_but(":path", "*")}, malformed()),
      ours("8.3.1", "OPTIONS *", {headers(1, request_block("OPTIONS", "*"))}, answered()),
      ours("8.3.1", ":authority with a user", {get_but(":authority", "me@test")}, malformed()),
      ours("8.3.1", ":authority that is none", {get_but(":authority", "te st")}, malformed()),
      ours("8.3.1", "neither :authority nor Host", {get_but(":authority", nullptr)}, malformed()),
      ours(
          "8.3.1", "Host instead of :authority",
          {request_of({{":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {"host", "test"}})},
          answered_with(200)),
      ours("8.3.1", "Host as :authority", {get_with("host", "test")}, answered_with(200)),
      ours("8.3.1", "Host unlike :authority", {get_with("host", "other")}, malformed()),
      ours("8.3.1", "two Hosts", {get(1, "/", {{"host", "test"}, {"host", "other"}})}, malformed()),
      ours("8.5", "CONNECT", {request_of({{":method", "CONNECT"}, {":authority", "test:80"}})},
           refused()),
      ours("8.5", "CONNECT with :path", {headers(1, request_block("CONNECT"))}, malformed()),
      ours("8.5", "CONNECT without :authority", {request_of({{":method", "CONNECT"}})},
           malformed()),
      ours("RFC 8441 4", ":protocol without CONNECT",
           {request_of({{":method", "GET"},
                        {":scheme", "http"},
                        {":path", "/"},
                        {":authority", "test"},
                        {":protocol", "websocket"}})},
           malformed()),
      ours("RFC 8441 4", ":protocol without :path",
           {request_of(
               {{":method", "CONNECT"}, {":authority", "test"}, {":protocol", "websocket"}})},
           malformed()),
      ours("8.1", "a request without fields but the pseudo-fields", {get(1)}, answered_with(200)),
  };
}

conformance_cases field_rows() {
  conformance_cases rows{
      ours("8.2.2", "TE of trailers", {get_with("te", "trailers")}, answered_with(200)),
      ours("8.2.2", "TE of another coding", {get_with("te", "gzip")}, malformed()),
      ours("8.2.1", "an empty name", {get_with("", "a")}, malformed()),
      ours("8.2.1", "one capital", {get_with("x-tEst", "a")}, malformed()),
      ours("8.2.1", "a colon in a name", {get_with("x:test", "a")}, malformed()),
      ours("8.2.1", "a space in a name", {get_with("x test", "a")}, malformed()),
      ours("8.2.1", "a name that is not ASCII", {get_with("x-t\xc3\xa9st", "a")}, malformed()),
      ours("8.2.1", "a line end in a name", {get_with("x-a\r\nx-b", "a")}, malformed()),
      ours("8.2.1", "an empty value", {get_with("x-test", "")}, answered_with(200)),
      ours("8.2.1", "octets above ASCII in a value", {get_with("x-test", "\xc3\xa9")},
           answered_with(200)),
      ours("8.2.1", "a request hidden in a value",
           {get_with("x-test", "a\r\n\r\nGET /admin HTTP/1.1\r\nHost: a")}, malformed()),
  };
  for (const char* const name :
       {"connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"}) {
    rows.push_back(ours("8.2.2", name, {get_with(name, "a")}, malformed()));
  }
  for (const auto& value :
       {"\0"s, "a\0b"s, "a\rb"s, "a\nb"s, "a\r\nb"s, "\r"s, " a"s, "a "s, "\ta"s, "a\t"s, " "s}) {
    rows.push_back(
        ours("8.2.1", "a value that no field may have", {get_with("x-test", value)}, malformed()));
  }
  return rows;
}

conformance_cases content_rows() {
  return {
      ours("8.1.1", "DATA of that length", {posted("4", data(1, "test"))}, answered_with(200)),
      ours("8.1.1", "too little DATA", {posted("5", data(1, "test"))}, malformed()),
      ours("8.1.1", "no DATA at all",
           {headers(1, request_block("POST", "/", {{"content-length", "4"}}))}, malformed()),
      ours("8.1.1", "padding does not count",
           {posted("4", data(1, padded(9, "test"), flag::padded | flag::end_stream))},
           answered_with(200)),
      ours("8.1.1", "too little before trailers",
           {posted("5", data(1, "test", flag::none) + headers(1, hpack::literal("x-a", "b")))},
           malformed()),
      ours("8.1.1", "a length that is no number", {posted("four", data(1, "test"))}, malformed()),
      ours("8.1.1", "a length with a sign", {posted("+4", data(1, "test"))}, malformed()),
      ours("8.1.1", "two lengths",
           {post(1, "/", {{"content-length", "4"}, {"content-length", "5"}}) + data(1, "test")},
           malformed()),
      ours("8.1.1", "a length above 64 bits", {posted("18446744073709551620", data(1, "test"))},
           malformed()),
      ours("8.1", "trailers with a field of connections",
           {with_trailers({{"connection", "close"}})}, malformed()),
      ours("8.1", "trailers with a name in capitals", {with_trailers({{"X-A", "b"}})}, malformed()),
      ours("8.1", "trailers without content before them",
           {post(1) + headers(1, hpack::literal("x-a", "b"))}, answered_with(200)),
  };
}

}  // namespace

conformance_cases test_support::http2::message_cases() {
  return h2spec_rows();
}

TEST_CASE("HTTP/2 messages" * test_support::http2_itself) {
  check(h2spec_rows());
}
TEST_CASE("HTTP/2 pseudo-fields" * test_support::http2_itself) {
  check(pseudo_field_rows());
}
TEST_CASE("HTTP/2 fields" * test_support::http2_itself) {
  check(field_rows());
}
TEST_CASE("HTTP/2 content" * test_support::http2_itself) {
  check(content_rows());
}

TEST_CASE("the fields of a request, as a handler has them" * test_support::http2_itself) {
  asio_httpd::router routes;
  routes.any("/{rest...}", [](const asio_httpd::request& r, std::string_view) {
    return std::string(to_string(r.version())) + " " + std::string(r.host()) + " " +
           std::string(r.target()) + " " + std::string(r.get("cookie")) + " " +
           std::string(r.get("x-a"));
  });
  server_harness h(std::move(routes));
  client c(h.connect());
  c.start();
  // Section 8.2.3: crumbs of a cookie are put together again.
  c.send(get(1, "/a?b=c", {{"cookie", "a=b"}, {"x-a", "1"}, {"cookie", "c=d"}}));
  CHECK(c.content(1) == "HTTP/2.0 test /a?b=c a=b; c=d 1");
}

TEST_CASE("content, in whatever pieces it comes" * test_support::http2_itself) {
  asio_httpd::router routes;
  routes.post("/", [](const asio_httpd::request& r) {
    return std::string(r.body()) + std::string(r.trailers().get("x-sum"));
  });
  const std::string trailers = headers(1, hpack::literal("x-sum", "!"));
  const std::vector<std::string> requests{
      post(1) + data(1, "hello!"),
      post(1) + data(1, "hel", flag::none) + data(1, "lo!"),
      post(1) + data(1, "hello!", flag::none) + data(1, ""),
      post(1) + data(1, padded(7, "hello!"), flag::padded | flag::end_stream),
      post(1) + data(1, "hello", flag::none) + trailers,
  };
  for (const std::string& bytes : requests) {
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
      server_harness h(routes);
      client c(h.connect());
      c.start();
      c.send(bytes.substr(0, cut));
      c.send(bytes.substr(cut));
      INFO("cut at ", cut);
      REQUIRE(c.content(1) == "hello!");
    }
  }
}
