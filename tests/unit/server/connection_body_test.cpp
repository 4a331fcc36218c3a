// SPDX-License-Identifier: BSL-1.0
//
// Bodies of requests: of a length and in chunks, wanted or not, over the limit, and announced.

#include "support/hello_routes.hpp"
#include "support/server_harness.hpp"

#include <asio_httpd/asio_httpd.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace asio_httpd;
using test_support::get;
using test_support::hello;
using test_support::replies_in;
using test_support::request_text;
using test_support::server_harness;
using test_support::statuses_in;

TEST_CASE("bodies") {
  server_harness h(hello());
  auto c = h.connect();
  SUBCASE("of a length, in pieces") {
    CHECK(h.ask(c, request_text("POST /echo HTTP/1.1", "Content-Length: 6\r\n", "abc")).empty());
    CHECK(replies_in(h.ask(c, "def")).at(0).body == "abcdef");
  }
  SUBCASE("in chunks with extensions and trailers") {
    const auto text = request_text("POST /echo HTTP/1.1", "Transfer-Encoding: chunked\r\n",
                                   "3;a=b\r\nabc\r\n3\r\ndef\r\n0\r\nX: y\r\n\r\n");
    CHECK(replies_in(h.ask(c, text + get("/"))).at(0).body == "abcdef");
  }
  SUBCASE("larger than one read") {
    const std::string body(700 * 1024, 'b');
    const auto head = "Content-Length: " + std::to_string(body.size()) + "\r\n";
    CHECK(replies_in(h.ask(c, request_text("POST /echo HTTP/1.1", head, body))).at(0).body == body);
  }
  CHECK(statuses_in(h.ask(c, get("/"))) == "200");
}

TEST_CASE("a body that nobody wants is dropped, or ends the connection") {
  server_harness h(hello());
  auto c = h.connect();
  SUBCASE("small: dropped") {
    const auto text = request_text("POST /none HTTP/1.1", "Content-Length: 5\r\n", "abc");
    CHECK(statuses_in(h.ask(c, text)) == "404");
    CHECK(statuses_in(h.ask(c, "de" + get("/"))) == "200");
  }
  SUBCASE("small, in chunks: dropped") {
    const auto text =
        request_text("POST /none HTTP/1.1", "Transfer-Encoding: chunked\r\n", "3\r\n");
    CHECK(statuses_in(h.ask(c, text)) == "404");
    CHECK(statuses_in(h.ask(c, "abc\r\n0\r\n\r\n" + get("/"))) == "200");
  }
  SUBCASE("large: the end") {
    const auto text = request_text("POST /none HTTP/1.1", "Content-Length: 900000\r\n", "abc");
    CHECK(statuses_in(h.ask(c, text)) == "404");
    c.shutdown_send();
    h.poll();
    CHECK(h.ends() == test_support::ends_as("request_refused"));
  }
}

TEST_CASE("threat 10: bodies over the limit are refused, however they are framed") {
  router routes = hello();
  routes.post("/small", [] { return "small"; }).body_limit(10);
  server_harness h(routes, {.limits = {.body = 100}});
  auto c = h.connect();
  SUBCASE("announced") {
    const auto text = request_text("POST /echo HTTP/1.1", "Content-Length: 101\r\n");
    CHECK(statuses_in(h.ask(c, text)) == "413");
  }
  SUBCASE("in chunks") {
    const auto text = request_text("POST /echo HTTP/1.1", "Transfer-Encoding: chunked\r\n",
                                   "65\r\n" + std::string(101, 'x') + "\r\n0\r\n\r\n");
    CHECK(statuses_in(h.ask(c, text)) == "413");
  }
  SUBCASE("of the route") {
    const auto text = request_text("POST /small HTTP/1.1", "Content-Length: 11\r\n");
    CHECK(statuses_in(h.ask(c, text)) == "413");
  }
  c.shutdown_send();
  h.poll();
  CHECK(h.ends() == test_support::ends_as("body_limit"));
}

TEST_CASE("100 Continue is sent only where the route exists and takes the body") {
  server_harness h(hello());
  auto c = h.connect();
  const std::string expect = "Expect: 100-continue\r\nContent-Length: 5\r\n";
  SUBCASE("it does") {
    CHECK(h.ask(c, request_text("POST /echo HTTP/1.1", expect)) == "HTTP/1.1 100 Continue\r\n\r\n");
    CHECK(statuses_in(h.ask(c, "hello")) == "200");
    CHECK_FALSE(c.is_closed());
  }
  SUBCASE("the body comes at once: no need") {
    CHECK(statuses_in(h.ask(c, request_text("POST /echo HTTP/1.1", expect, "hello"))) == "200");
  }
  SUBCASE("no such route") {
    CHECK(statuses_in(h.ask(c, request_text("POST /none HTTP/1.1", expect))) == "404");
  }
  SUBCASE("not that method") {
    const auto answers = replies_in(h.ask(c, request_text("PUT / HTTP/1.1", expect)));
    CHECK(answers.at(0).status == 405);
    CHECK(answers.at(0).field("Allow") == "GET, HEAD, OPTIONS");
  }
  SUBCASE("too large") {
    const std::string large = "Expect: 100-continue\r\nContent-Length: 50000000\r\n";
    CHECK(statuses_in(h.ask(c, request_text("POST /echo HTTP/1.1", large))) == "413");
  }
}

TEST_CASE("another expectation, and one from 1.0, which does not know it" *
          test_support::http1_only) {
  server_harness h(hello());
  auto c = h.connect();
  CHECK(h.ask(c, request_text("POST /echo HTTP/1.0",
                              "Connection: keep-alive\r\nExpect: 100-continue\r\n"
                              "Content-Length: 5\r\n"))
            .empty());
  CHECK(statuses_in(h.ask(c, "hello")) == "200");
  CHECK(statuses_in(h.ask(c, get("/", "Expect: 200-ok\r\n"))) == "417");
}
