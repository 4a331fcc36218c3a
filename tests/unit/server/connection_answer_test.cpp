// SPDX-License-Identifier: BSL-1.0
//
// What a request is answered: methods, versions, broken rules, limits, and handlers that fail.

#include "support/hello_routes.hpp"
#include "support/server_harness.hpp"

#include <asio_httpd/asio_httpd.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace asio_httpd;
using boost::asio::awaitable;
using test_support::get;
using test_support::hello;
using test_support::replies_in;
using test_support::request_text;
using test_support::server_harness;
using test_support::statuses_in;

// --- methods -------------------------------------------------------------------------------------

TEST_CASE("HEAD is GET without content") {
  server_harness h(hello());
  auto c = h.connect();
  const auto answers = replies_in(
      h.ask(c, request_text("HEAD / HTTP/1.1") + request_text("HEAD /x HTTP/1.1")), true);
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].status == 200);
  CHECK(answers[0].field("Content-Length") == "5");
  CHECK(answers[1].status == 404);
  CHECK(statuses_in(h.ask(c, get("/"))) == "200");
}

TEST_CASE("OPTIONS, of a path and of the server") {
  server_harness h(hello());
  auto c = h.connect();
  const auto answers = replies_in(h.ask(c, request_text("OPTIONS /echo HTTP/1.1") +
                                               request_text("OPTIONS * HTTP/1.1") +
                                               request_text("OPTIONS /none HTTP/1.1")));
  REQUIRE(answers.size() == 3);
  CHECK(answers[0].status == 204);
  CHECK(answers[0].field("Allow") == "POST, OPTIONS");
  CHECK(answers[1].status == 204);
  CHECK(answers[1].field("Allow") == "GET, HEAD, POST, OPTIONS");
  CHECK(answers[2].status == 404);
}

TEST_CASE("what the route table does not have") {
  server_harness h(hello());
  auto c = h.connect();
  CHECK(statuses_in(h.ask(c, get("/none"))) == "404");
  CHECK(statuses_in(h.ask(c, get("/numbers/x"))) == "404");
  CHECK(statuses_in(h.ask(c, get("/numbers/99999999999"))) == "404");
  CHECK(statuses_in(h.ask(c, request_text("DELETE / HTTP/1.1"))) == "405");
  CHECK_FALSE(c.is_closed());
  CHECK(statuses_in(h.ask(c, request_text("BREW / HTTP/1.1"))) == "501");
}

TEST_CASE("versions and the end of the connection" * test_support::http1_only) {
  server_harness h(hello());
  auto c = h.connect();
  SUBCASE("1.0 closes") {
    const auto answers = replies_in(h.ask(c, "GET / HTTP/1.0\r\n\r\n"));
    CHECK(answers.at(0).field("Connection") == "close");
    CHECK(c.is_closed());
  }
  SUBCASE("1.0 may stay") {
    const auto answers = replies_in(h.ask(c, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
    CHECK(answers.at(0).field("Connection") == "keep-alive");
    CHECK_FALSE(c.is_closed());
    c.shutdown_send();
    h.poll();
    CHECK(h.ends() == "client_done");
    return;
  }
  SUBCASE("1.1 asks for it") {
    const auto answers = replies_in(h.ask(c, get("/", "Connection: close\r\n")));
    CHECK(answers.at(0).field("Connection") == "close");
    CHECK(c.is_closed());
  }
  CHECK(h.ends() == "client_requested");
}

TEST_CASE("a broken rule is one answer and a close, and the log names it" *
          test_support::http1_only) {
  server_harness h(hello());
  auto c = h.connect();
  CHECK(statuses_in(h.ask(c, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + get("/"))) == "400");
  CHECK(h.log().at(0) == "info: 127.0.0.1:40000: refused: host_repeated (RFC 9112 section 3.2)");
  c.shutdown_send();
  h.poll();
  CHECK(h.ends() == "parse_error");
  for (const auto& [name, count] : h.report().parse_errors) {
    CHECK(count == (name == "host_repeated" ? 1 : 0));
  }
}

TEST_CASE("a head over the limits") {
  server_harness h(hello(), {.limits = {.head = 1024, .fields = 5, .target = 100}});
  auto c = h.connect();
  SUBCASE("too many fields") {
    CHECK(statuses_in(h.ask(c, get("/", "A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\n"))) == "431");
  }
  SUBCASE("too large") {
    CHECK(statuses_in(h.ask(c, get("/", "A: " + std::string(2000, 'x') + "\r\n"))) == "431");
  }
  SUBCASE("too long a target") {
    CHECK(statuses_in(h.ask(c, get("/" + std::string(200, 'x')))) == "414");
  }
  c.shutdown_send();
  h.poll();
  CHECK(h.ends() == test_support::ends_as("head_limit"));
}

TEST_CASE("a connection ends after its number of requests, and says so") {
  server_harness h(hello(), {.limits = {.requests_per_connection = 3}});
  auto c = h.connect();
  const auto answers = replies_in(h.ask(c, get("/") + get("/") + get("/") + get("/")));
  // What is on its way when HTTP/2 says that it ends is served (RFC 9113 section 6.8).
  REQUIRE(answers.size() == (test_support::over_http2() ? 4 : 3));
  CHECK(answers[1].field("Connection").empty());
  CHECK(answers[2].field("Connection") == "close");
  c.shutdown_send();
  h.poll();
  CHECK(c.is_closed());
  CHECK(h.ends() == "request_refused");
}

TEST_CASE("a handler ends the connection") {
  router routes;
  routes.get("/", [] {
    response bye = text("bye");
    bye.close_connection();
    return bye;
  });
  server_harness h(routes);
  auto c = h.connect();
  const auto bye = replies_in(h.ask(c, get("/"))).at(0);
  CHECK(bye.body == "bye");
  if (!test_support::over_http2()) CHECK(bye.field("Connection") == "close");  // GOAWAY follows
  CHECK(c.is_closed());
  CHECK(h.ends() == "handler_requested");
}

// --- handlers that fail --------------------------------------------------------------------------

TEST_CASE("handlers that throw") {
  router routes = hello();
  routes.get("/plain/error", []() -> std::string { throw std::runtime_error("it\r\nbroke"); });
  routes.get("/plain/number", []() -> std::string { throw 7; });
  routes.get("/plain/teapot",
             []() -> std::string { throw http_error(status::conflict, "not twice"); });
  routes.get("/coroutine/error", []() -> awaitable<std::string> {
    throw std::runtime_error("it broke");
    co_return "";
  });
  routes.get("/coroutine/number", []() -> awaitable<std::string> {
    throw 7;
    co_return "";
  });
  routes.get("/coroutine/teapot", []() -> awaitable<std::string> {
    throw http_error(status::conflict, "not twice");
    co_return "";
  });
  server_harness h(routes);
  auto c = h.connect();
  for (const std::string kind : {"/plain", "/coroutine"}) {
    CHECK(replies_in(h.ask(c, get(kind + "/error"))).at(0).body == "500 Internal Server Error\n");
    CHECK(statuses_in(h.ask(c, get(kind + "/number"))) == "500");
    const auto conflict = replies_in(h.ask(c, get(kind + "/teapot")));
    CHECK(conflict.at(0).status == 409);
    CHECK(conflict.at(0).body == "not twice");
  }
  CHECK_FALSE(c.is_closed());
  CHECK(statuses_in(h.ask(c, get("/"))) == "200");
  REQUIRE(h.log().size() == 4);
  CHECK(h.log()[0].starts_with("error: handler of /plain/error threw: it"));
  CHECK(h.log()[0].find('\n') == std::string::npos);
  CHECK(h.log()[1] == "error: handler of /plain/number threw: an exception of unknown type");
  CHECK(h.log()[2] == "error: handler of /coroutine/error threw: it broke");
  CHECK(h.report().requests.handler_errors == 4);
}

TEST_CASE("a coroutine's path parameter that does not convert is 404") {
  router routes;
  routes.get("/{n}", [](int n) -> awaitable<std::string> { co_return std::to_string(n); });
  server_harness h(routes);
  auto c = h.connect();
  CHECK(statuses_in(h.ask(c, get("/12") + get("/x") + get("/34"))) == "200 404 200");
}
