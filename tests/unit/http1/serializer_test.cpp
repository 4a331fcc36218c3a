// SPDX-License-Identifier: BSL-1.0
//
// The head of a response: its status line, the framing that the connection decides, and that no
// handler can say something else.

#include "http1/serializer.hpp"

#include "http/common_fields.hpp"
#include "http/response_content.hpp"

#include "support/allocation_counter.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace asio_httpd;
using namespace asio_httpd::http1;
using http::sends_content;

namespace {

std::string head_of(const response& r, const serialize_options& options = {}) {
  base::byte_buffer text;
  serialize_head(r, options, text);
  return std::string(text.view());
}

}  // namespace

TEST_CASE("the status line (RFC 9112 section 4)") {
  CHECK(head_of(response()) == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  CHECK(head_of(response(status::not_found)).starts_with("HTTP/1.1 404 Not Found\r\n"));
  // A code without a phrase keeps the space (RFC 9112 section 4: status-line).
  CHECK(head_of(response(static_cast<status>(299))).starts_with("HTTP/1.1 299 \r\n"));
}

TEST_CASE("the common lines, then the fields as they were set") {
  response r(status::ok, "hello", "text/plain");
  r.fields().append("Set-Cookie", "a=b");
  r.fields().append("set-cookie", "c=d");
  r.set("X-Empty", "");
  CHECK(head_of(r, {false, true, 1, "Date: now\r\nServer: us\r\n"}) ==
        "HTTP/1.1 200 OK\r\nDate: now\r\nServer: us\r\nContent-Type: text/plain\r\n"
        "Set-Cookie: a=b\r\nset-cookie: c=d\r\nX-Empty: \r\nContent-Length: 5\r\n\r\n");
}

TEST_CASE("Content-Length stands wherever content may stand (RFC 9110 section 8.6)") {
  response r;
  r.body("hello");
  for (const status s :
       {status::ok, status::partial_content, status::not_found, status::internal_server_error}) {
    CHECK(head_of(r.status(s)).find("\r\nContent-Length: 5\r\n") != std::string::npos);
  }
  for (const status s : {status::no_content, status::not_modified, status::early_hints}) {
    CHECK(head_of(r.status(s)).find("Content-Length") == std::string::npos);
  }
  // HEAD says what GET would send (RFC 9110 section 9.3.2).
  CHECK(head_of(r.status(status::ok), {true, true, 1, ""}).find("Content-Length: 5") !=
        std::string::npos);
}

TEST_CASE("content goes out but for HEAD, 1xx, 204 and 304 (RFC 9112 section 6.3)") {
  response r;
  CHECK_FALSE(sends_content(r, false));
  r.body("x");
  CHECK(sends_content(r, false));
  CHECK_FALSE(sends_content(r, true));
  CHECK_FALSE(sends_content(r.status(status::no_content), false));
  CHECK_FALSE(sends_content(r.status(status::not_modified), false));
  CHECK_FALSE(sends_content(r.status(status::continue_), false));
}

TEST_CASE("Connection says what happens (RFC 9112 section 9.3 and 9.6)") {
  const response r;
  CHECK(head_of(r, {false, true, 1, ""}).find("Connection") == std::string::npos);
  CHECK(head_of(r, {false, false, 1, ""}).ends_with("\r\nConnection: close\r\n\r\n"));
  CHECK(head_of(r, {false, false, 0, ""}).ends_with("\r\nConnection: close\r\n\r\n"));
  CHECK(head_of(r, {false, true, 0, ""}).ends_with("\r\nConnection: keep-alive\r\n\r\n"));
  response upgrade;
  upgrade.upgrade("websocket", nullptr);
  CHECK(head_of(upgrade) ==
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n");
}

TEST_CASE("an Upgrade field is named in Connection (RFC 9110 section 7.8)") {
  response r(status::upgrade_required);
  r.set(field::upgrade, "websocket");
  CHECK(head_of(r).ends_with("\r\nConnection: upgrade\r\n\r\n"));
  CHECK(head_of(r, {false, false, 1, ""}).ends_with("\r\nConnection: upgrade, close\r\n\r\n"));
}

TEST_CASE("what only the connection may say is ignored in a handler's fields") {
  response r;
  r.body("hello");
  r.set(field::content_length, "999");
  r.set("Transfer-Encoding", "chunked");
  r.set("connection", "close");
  r.set(field::keep_alive, "timeout=5");
  CHECK(head_of(r) == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
}

TEST_CASE("Date and Server stand once, also where a handler sets them (RFC 9110 5.3)") {
  response r;
  r.set(field::date, "then");
  r.set("server", "other");
  CHECK(head_of(r, {false, true, 1, "Date: now\r\nServer: us\r\n"}) ==
        "HTTP/1.1 200 OK\r\nDate: now\r\nServer: us\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("a 205 has no content, and says so (RFC 9110 section 15.3.6)") {
  response r(status::reset_content);
  r.body("never sent");
  CHECK(head_of(r) == "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n");
  CHECK_FALSE(sends_content(r, false));
}

TEST_CASE("threat 19: no field ends its line early") {
  response r;
  CHECK_THROWS_AS(r.set("X", "a\r\nSet-Cookie: b"), std::invalid_argument);
  CHECK_THROWS_AS(r.set("X", "a\rb"), std::invalid_argument);
  CHECK_THROWS_AS(r.set("X", std::string_view("a\0b", 3)), std::invalid_argument);
  CHECK_THROWS_AS(r.set("X: y\r\nZ", "a"), std::invalid_argument);
  CHECK_THROWS_AS(response(status::ok, "", "text/html\r\nX: y"), std::invalid_argument);
  CHECK(head_of(r) == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("the head goes behind what is there already") {
  base::byte_buffer text;
  text.append("before");
  serialize_head(response(status::no_content), {}, text);
  CHECK(text.view() == "beforeHTTP/1.1 204 No Content\r\n\r\n");
}

TEST_CASE("common fields change with the second, not within it (RFC 9110 section 6.6.1)") {
  http::common_fields common("name/1.0");
  const std::string first(common.at(784111777).lines);
  CHECK(first == "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nServer: name/1.0\r\n");
  CHECK(common.at(784111777).lines.data() == common.at(784111777).lines.data());
  CHECK(common.at(784111778).lines.starts_with("Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n"));
  CHECK(common.at(784111777).lines == first);
  CHECK(http::common_fields("").at(0).lines == "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n");
}

TEST_CASE("serializing allocates nothing once the output has its size") {
  response r(status::ok, "hello", "text/plain");
  http::common_fields common("name");
  base::byte_buffer text;
  std::size_t before = 0;
  for (std::int64_t second = 0; second < 100; ++second) {
    if (second == 10) before = test_support::allocations_of_this_thread();
    text.clear();
    serialize_head(r, {false, false, 1, common.at(second).lines}, text);
  }
  const std::size_t after = test_support::allocations_of_this_thread();
  CHECK(after == before);
}
