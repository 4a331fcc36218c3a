// SPDX-License-Identifier: BSL-1.0
//
// The engine, by scripts that run whole, byte by byte, cut at every position and ended at every
// position (see support/engine_script.hpp). Here is what makes an exchange: keep-alive and close,
// pipelining, bodies, 100-continue, early answers, upgrades, limits. What is refused is in
// engine_threats_test.cpp.

#include "http1/engine.hpp"

#include "support/allocation_counter.hpp"
#include "support/engine_script.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace asio_httpd;
using namespace asio_httpd::http1;
using test_support::engine_script;

namespace {

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view empty_ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

std::string refusal(status s) {
  const response r = error_response(s);
  return "HTTP/1.1 " + std::string(r.text().substr(0, r.text().size() - 1)) +
         "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: " +
         std::to_string(r.text().size()) + "\r\nConnection: close\r\n\r\n" + std::string(r.text());
}

// A request with these field lines, on HTTP/1.1 with a Host where `version` is 1.1.
std::string request_with(std::string_view line, std::string_view lines) {
  std::string text(line);
  text += "\r\n";
  if (line.ends_with("1.1")) text += "Host: a\r\n";
  return text.append(lines).append("\r\n");
}

}  // namespace

// --- the exchange --------------------------------------------------------------------------------

TEST_CASE("a request and its answer; the connection stays (RFC 9112 section 9.3)") {
  engine_script()
      .receive("GET /a%20b?q=1 HTTP/1.1\r\nHost: Example.com:8080\r\nX-One: 1\r\n\r\n")
      .expect_head("GET /a b")
      .check([](engine& e) {
        CHECK(e.request().target() == "/a%20b?q=1");
        CHECK(e.request().query() == "q=1");
        CHECK(e.request().host() == "Example.com");
        CHECK(e.request().get("x-one") == "1");
        CHECK(e.request().version() == http_version::http_1_1);
        CHECK(e.path().size() == 1);
        CHECK(e.knows_method());
        CHECK_FALSE(e.targets_server());
        CHECK_FALSE(e.targets_nothing());
      })
      .expect_dispatch()
      .respond("hello")
      .expect_bytes("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
      .run();
}

TEST_CASE("pipelined requests are answered in their order (RFC 9112 section 9.3.2)") {
  engine_script()
      .receive("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n")
      .receive("POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
      .receive(
          "POST /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n0\r\n\r\n")
      .receive("GET /4 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      .receive("GET /never HTTP/1.1\r\nHost: a\r\n\r\n")
      .expect_request("GET /1")
      .respond("one")
      .expect_request("POST /2", "abc")
      .respond("two")
      .expect_request("POST /3", "de")
      .respond("three")
      .expect_request("GET /4")
      .respond("four")
      .expect_close(close_reason::client_requested)
      .expect_bytes(
          "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none"
          "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo"
          "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nthree"
          "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfour")
      .run();
}

TEST_CASE("keep-alive and close by version and Connection (RFC 9112 section 9.3)") {
  struct row {
    std::string_view line;
    std::string_view connection;
    bool keeps;
    std::string_view said;
  };
  for (const row& r : {
           row{"GET / HTTP/1.1", "", true, ""},
           row{"GET / HTTP/1.1", "Connection: keep-alive\r\n", true, ""},
           row{"GET / HTTP/1.1", "Connection: close\r\n", false, "Connection: close\r\n"},
           row{"GET / HTTP/1.1", "Connection: CLOSE\r\n", false, "Connection: close\r\n"},
           row{"GET / HTTP/1.1", "Connection: te, close\r\n", false, "Connection: close\r\n"},
           row{"GET / HTTP/1.1", "Connection: te\r\nConnection: ,close,\r\n", false,
               "Connection: close\r\n"},
           row{"GET / HTTP/1.1", "Connection: keep-alive, close\r\n", false,
               "Connection: close\r\n"},
           row{"GET / HTTP/1.1", "Connection: closed\r\n", true, ""},
           row{"GET / HTTP/1.1", "Connection: \"close\"\r\n", true, ""},
           row{"GET / HTTP/1.9", "Host: a\r\n", true, ""},
           row{"GET / HTTP/1.0", "", false, "Connection: close\r\n"},
           row{"GET / HTTP/1.0", "Connection: keep-alive\r\n", true, "Connection: keep-alive\r\n"},
           row{"GET / HTTP/1.0", "Connection: Keep-Alive, te\r\n", true,
               "Connection: keep-alive\r\n"},
           row{"GET / HTTP/1.0", "Connection: keep-alive, close\r\n", false,
               "Connection: close\r\n"},
       }) {
    CAPTURE(r.line);
    CAPTURE(r.connection);
    engine_script script;
    script.receive(request_with(r.line, r.connection)).expect_request("GET /");
    if (!r.keeps) script.expect_close(close_reason::client_requested);
    script.expect_bytes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + std::string(r.said) + "\r\n");
    script.run();
  }
}

TEST_CASE("a handler may end the connection") {
  engine_script()
      .receive(get)
      .receive(get)
      .expect_request("GET /")
      .respond([] {
        response r;
        r.close_connection();
        return r;
      })
      .expect_close(close_reason::handler_requested)
      .expect_bytes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
      .run();
}

TEST_CASE("the server may end the connection behind an answer") {
  engine e;
  e.reset({});
  e.input().append(get);
  REQUIRE(e.next() == action::head);
  e.accept_body(0);
  REQUIRE(e.next() == action::dispatch);
  response r;
  e.respond(r, "Date: now\r\n", true);
  CHECK(e.is_closing());
  CHECK(e.next() == action::close);
  CHECK(e.next() == action::close);
  CHECK(e.reason() == close_reason::drained);
  CHECK(e.output().first() ==
        "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST_CASE("HEAD is answered as GET without content (RFC 9110 section 9.3.2)") {
  engine_script()
      .receive("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
      .receive(get)
      .expect_request("HEAD /")
      .respond("hello")
      .expect_request("GET /")
      .respond("hello")
      .expect_bytes(
          "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
          "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
      .run();
}

TEST_CASE("204 and 304 have no content, whatever the handler gave (RFC 9112 section 6.3)") {
  for (const status code : {status::no_content, status::not_modified}) {
    const std::string line =
        std::to_string(to_integer(code)) + " " + std::string(reason_phrase(code));
    engine_script()
        .receive(get)
        .receive(get)
        .expect_request("GET /")
        .respond([code] {
          response r(code);
          r.body("never sent");
          return r;
        })
        .expect_request("GET /")
        .expect_bytes("HTTP/1.1 " + line + "\r\n\r\n" + std::string(empty_ok))
        .run();
  }
}

TEST_CASE("OPTIONS * asks the server (RFC 9112 section 3.2.4)") {
  engine_script()
      .receive("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")
      .receive("OPTIONS /x HTTP/1.1\r\nHost: a\r\n\r\n")
      .expect_head("OPTIONS *")
      .check([](engine& e) { CHECK(e.targets_server()); })
      .expect_dispatch()
      .expect_head("OPTIONS /x")
      .check([](engine& e) { CHECK_FALSE(e.targets_server()); })
      .expect_dispatch()
      .run();
}

TEST_CASE("absolute-form: its authority replaces Host (RFC 9112 section 3.2.2)") {
  engine_script()
      .receive("GET http://b.example:81/x?y HTTP/1.1\r\nHost: a\r\n\r\n")
      .receive("GET http://b.example?y HTTP/1.1\r\nHost: a\r\n\r\n")
      .expect_head("GET /x")
      .check([](engine& e) {
        CHECK(e.request().host() == "b.example");
        CHECK(e.request().query() == "y");
        CHECK(e.request().get(field::host) == "a");
      })
      .expect_dispatch()
      .expect_head("GET /")
      .expect_dispatch()
      .run();
}

TEST_CASE("a control byte in the path: no resource has it, the connection stays") {
  engine_script()
      .receive("GET /a%0ab HTTP/1.1\r\nHost: a\r\n\r\n")
      .receive(get)
      .expect_head("GET ")
      .check([](engine& e) { CHECK(e.targets_nothing()); })
      .respond(status::not_found)
      .expect_head("GET /")
      .check([](engine& e) { CHECK_FALSE(e.targets_nothing()); })
      .expect_dispatch()
      .run();
}

TEST_CASE("up to four empty lines before a request are skipped (RFC 9112 section 2.2)") {
  engine_script()
      .receive("\r\n\r\n\r\n\r\n")
      .receive(get)
      .receive("\r\n")
      .receive(get)
      .expect_request("GET /")
      .expect_request("GET /")
      .run();
}

TEST_CASE("the peer's half-close lets the answers go out") {
  engine e;
  e.reset({});
  e.input().append(get);
  e.input().append(get);
  e.commit_eof();
  for (int i = 0; i < 2; ++i) {
    REQUIRE(e.next() == action::head);
    e.accept_body(0);
    REQUIRE(e.next() == action::dispatch);
    response r;
    e.respond(r, "", false);
  }
  REQUIRE(e.next() == action::close);
  CHECK(e.reason() == close_reason::client_done);
  CHECK(e.output().first() == std::string(empty_ok) + std::string(empty_ok));
}

// --- bodies --------------------------------------------------------------------------------------

TEST_CASE("a body by Content-Length (RFC 9112 section 6.2)") {
  engine_script()
      .receive("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello\r\nGET ")
      .receive("POST /q HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
      .receive(
          "POST /r HTTP/1.1\r\nHost: a\r\nContent-Length: "
          "0000000000000000000000000000003\r\n\r\nabc")
      .expect_request("POST /p", "hello\r\nGET ")
      .expect_request("POST /q", "")
      .expect_request("POST /r", "abc")
      .run();
}

TEST_CASE("fields and path hold while the body comes in") {
  engine_script()
      .receive(
          "POST /path?query HTTP/1.1\r\nHost: name\r\nX: value\r\nContent-Length: 5\r\n\r\nhello")
      .expect_head("POST /path")
      .expect_dispatch("hello")
      .check([](engine& e) {
        CHECK(e.request().path() == "/path");
        CHECK(e.request().query() == "query");
        CHECK(e.request().host() == "name");
        CHECK(e.request().get("x") == "value");
        CHECK(e.request().body() == "hello");
      })
      .run();
}

TEST_CASE("a chunked body with extensions; trailers are kept apart (RFC 9110 section 6.5)") {
  engine_script()
      .receive("POST /p HTTP/1.1\r\nHost: a\r\nX: head\r\nTransfer-Encoding: Chunked\r\n\r\n")
      .receive("5;name=value\r\nhello\r\n6 ; a=\"b\\\"\" ;c\r\n world\r\n0;last\r\n")
      .receive("X: trailer\r\nContent-Length: 999\r\nConnection: close\r\n\r\n")
      .receive(get)
      .expect_head("POST /p")
      .check([](engine& e) { CHECK(e.framing().chunked); })
      .expect_dispatch("hello world")
      .check([](engine& e) {
        CHECK(e.request().get("x") == "head");
        CHECK_FALSE(e.request().fields().contains(field::content_length));
        CHECK_FALSE(e.request().fields().contains(field::connection));
        CHECK(e.request().trailers().size() == 3);
        CHECK(e.request().trailers().get("x") == "trailer");
        CHECK(e.request().trailers().get(field::content_length) == "999");
      })
      .expect_head("GET /")
      .check([](engine& e) { CHECK(e.request().trailers().empty()); })
      .expect_dispatch()
      .expect_bytes(std::string(empty_ok) + std::string(empty_ok))
      .run();
}

TEST_CASE("an empty chunked body") {
  engine_script()
      .receive("POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n000\r\n\r\n")
      .receive(get)
      .expect_request("POST /p", "")
      .expect_request("GET /")
      .run();
}

TEST_CASE("the body limit is the largest body, for both framings") {
  for (const std::uint64_t limit : {5u, 4u}) {
    for (const std::string_view body :
         {"Content-Length: 5\r\n\r\nhello",
          "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"}) {
      engine_script script;
      script.receive("POST /p HTTP/1.1\r\nHost: a\r\n").receive(body).receive(get);
      script.expect_head("POST /p", limit);
      if (limit == 5) {
        script.expect_dispatch("hello").expect_request("GET /");
      } else {
        script.expect_refuse(rule::body_too_large)
            .expect_close(close_reason::body_limit)
            .expect_bytes(refusal(status::content_too_large));
      }
      script.run();
    }
  }
}

TEST_CASE("how much of a body came in, for its minimum rate") {
  engine e;
  e.reset({});
  e.input().append("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabc");
  REQUIRE(e.next() == action::head);
  e.accept_body(100);
  REQUIRE(e.next() == action::read);
  CHECK(e.body_received() == 3);
  CHECK(e.reading() == engine::phase::body);
  e.input().append("de");
  REQUIRE(e.next() == action::read);
  CHECK(e.body_received() == 5);
}

// --- 100-continue --------------------------------------------------------------------------------

TEST_CASE("100 Continue goes out when the body is accepted, not before (RFC 9110 10.1.1)") {
  engine e;
  e.reset({});
  e.input().append(
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 5\r\n\r\n");
  REQUIRE(e.next() == action::head);
  CHECK(e.output().empty());
  e.accept_body(5);
  CHECK(e.output().first() == "HTTP/1.1 100 Continue\r\n\r\n");
  REQUIRE(e.next() == action::read);
  e.output().sent(e.output().pending());
  e.input().append("hello");
  REQUIRE(e.next() == action::dispatch);
  CHECK(e.request().body() == "hello");
  response r;
  e.respond(r, "", false);
  CHECK(e.output().first() == empty_ok);
  CHECK(e.next() == action::read);
}

TEST_CASE("100 Continue is left out where part of the body is there (RFC 9110 10.1.1)") {
  engine_script script;
  script.receive("POST /p HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
      .receive("hello")
      .receive(get)
      .expect_request("POST /p", "hello")
      .expect_request("GET /");
  script.run();
  CHECK(script.continues() == 0);
}

TEST_CASE("no 100 Continue without a body, to HTTP/1.0, or for a body that is too large") {
  for (const std::string_view request :
       {"POST /p HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n",
        "POST /p HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n",
        "POST /p HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
        "POST /p HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 500\r\n\r\n"}) {
    CAPTURE(request);
    engine e;
    e.reset({});
    e.input().append(request);
    REQUIRE(e.next() == action::head);
    e.accept_body(100);
    CHECK(e.output().empty());
  }
}

TEST_CASE("an expectation that is not 100-continue: 417 (RFC 9110 10.1.1)") {
  engine_script()
      .receive("GET / HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\n\r\n")
      .expect_refuse(rule::expectation_unknown)
      .expect_close(close_reason::parse_error)
      .expect_bytes(refusal(status::expectation_failed))
      .run();
}

// --- answers at the head -------------------------------------------------------------------------

TEST_CASE("an answer at the head: a small body is read and dropped") {
  for (const std::string_view body :
       {"Content-Length: 5\r\n\r\nhello", "Content-Length: 0\r\n\r\n", "\r\n",
        "Transfer-Encoding: chunked\r\n\r\n5;a\r\nhello\r\n0\r\nX: y\r\n\r\n"}) {
    CAPTURE(body);
    engine_script()
        .receive("POST /none HTTP/1.1\r\nHost: a\r\n")
        .receive(body)
        .receive(get)
        .expect_head("POST /none")
        .respond(status::not_found)
        .expect_request("GET /")
        .expect_bytes("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n" + std::string(empty_ok))
        .run();
  }
}

TEST_CASE("an answer at the head of a large or expecting request closes (RFC 9112 9.3)") {
  for (const std::string_view body :
       {"Content-Length: 65537\r\n\r\nGET ", "Content-Length: 18446744073709551615\r\n\r\n",
        "Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
        "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}) {
    CAPTURE(body);
    engine_script()
        .receive("POST /none HTTP/1.1\r\nHost: a\r\n")
        .receive(body)
        .receive(get)
        .expect_head("POST /none")
        .respond(status::not_found)
        .expect_close(close_reason::request_refused)
        .expect_bytes("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        .run();
  }
}

TEST_CASE("a chunked body that nobody wants is read up to 64 KiB, then the connection closes") {
  for (const bool fits : {true, false}) {
    engine e;
    e.reset({});
    e.input().append("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    REQUIRE(e.next() == action::head);
    response r(status::not_found);
    e.respond(r, "", false);
    const std::string chunk = "1000\r\n" + std::string(0x1000, 'x') + "\r\n";
    for (int i = 0; i < 16; ++i) {
      REQUIRE(e.next() == action::read);
      e.input().append(chunk);
    }
    REQUIRE(e.next() == action::read);
    CHECK(e.memory() < 64 * 1024);  // it is dropped as it comes
    e.input().append(fits ? "0\r\n\r\n" : "1\r\nx\r\n");
    CHECK(e.next() == (fits ? action::read : action::close));
    CHECK(e.reason() == (fits ? close_reason::none : close_reason::request_refused));
    CHECK(e.output().first() == "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  }
}

TEST_CASE("a malformed body behind an answer at the head: a close, no second answer") {
  engine_script()
      .receive("POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
      .receive(get)
      .expect_head("POST /p")
      .respond(status::forbidden)
      .expect_close(close_reason::request_refused)
      .expect_bytes("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
      .run();
}

TEST_CASE("the request can be looked at after an answer at its head") {
  engine e;
  e.reset({});
  e.input().append("POST /p HTTP/1.1\r\nHost: name\r\nContent-Length: 5\r\n\r\nhel");
  REQUIRE(e.next() == action::head);
  response r(status::not_found);
  e.respond(r, "", false);
  CHECK(e.request().path() == "/p");
  CHECK(e.request().get(field::host) == "name");
  CHECK(e.next() == action::read);
  CHECK(e.reading() == engine::phase::body);
}

// --- upgrade -------------------------------------------------------------------------------------

TEST_CASE("upgrade: what follows the head belongs to the other protocol (RFC 9110 7.8)") {
  engine_script()
      .receive("GET /chat HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\n")
      .receive("Upgrade: echo\r\n\r\nGET / left over")
      .expect_head("GET /chat")
      .check([](engine& e) { CHECK(e.framing().wants_upgrade); })
      .expect_dispatch()
      .respond([] {
        response r;
        r.upgrade("echo", nullptr);
        return r;
      })
      .expect_upgrade("GET / left over")
      .expect_bytes(
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\n"
          "Connection: upgrade\r\n\r\n")
      .run();
}

TEST_CASE("upgrade behind a body: the body is the request's") {
  for (const std::string_view body : {"Content-Length: 3\r\n\r\nabc",
                                      "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"}) {
    engine_script()
        .receive("POST / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n")
        .receive(body)
        .receive("left over")
        .expect_request("POST /", "abc")
        .respond([] {
          response r;
          r.upgrade("echo", nullptr);
          return r;
        })
        .expect_upgrade("left over")
        .run();
  }
}

TEST_CASE("an upgrade that the handler does not take is an ordinary request") {
  engine_script()
      .receive("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n")
      .receive(get)
      .expect_request("GET /")
      .expect_request("GET /")
      .run();
}

// --- cuts and limits -----------------------------------------------------------------------------

namespace {

// Plays with the bytes whole, one at a time, and in random pieces; all of it must be the same.
void require_same_however_cut(const engine_script& script, std::size_t size, std::mt19937& random) {
  for (const bool end_of_stream : {false, true}) {
    const auto whole = script.play(
        size, [&](std::size_t) { return size; }, end_of_stream);
    const auto single = script.play(
        size, [](std::size_t) { return 1; }, end_of_stream);
    const auto pieces = script.play(
        size, [&](std::size_t) { return 1 + random() % 9; }, end_of_stream);
    CHECK(whole.events == single.events);
    CHECK(whole.output == single.output);
    CHECK(whole.events == pieces.events);
    CHECK(whole.output == pieces.output);
  }
}

constexpr std::string_view limit_streams[] = {
    "GET /0123456789 HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n",
    "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
    "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\n b: c\r\n\r\n",
    "GET / HTTP/1.1\r\nHost a\r\n\r\n",
    "G@T / HTTP/1.1\r\nHost: a\r\n\r\n",
    "\r\n\r\nPOST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    "1\r\na\r\n0\r\nA: 1\r\nB: 2\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\nHost: a\r\n\r\n",
};

}  // namespace

TEST_CASE("every limit of the head, at every size: the verdict does not depend on the cuts") {
  std::mt19937 random(20240301);
  for (const std::string_view stream : limit_streams) {
    engine_script script;
    script.receive(stream);
    for (std::size_t limit = 1; limit < stream.size() + 3; ++limit) {
      CAPTURE(stream);
      CAPTURE(limit);
      require_same_however_cut(script.limits({limit, 100, 8192}), stream.size(), random);
      require_same_however_cut(script.limits({16384, 100, limit}), stream.size(), random);
      require_same_however_cut(script.limits({16384, limit, 8192}), stream.size(), random);
      require_same_however_cut(script.limits({limit, 1 + limit % 3, 1 + limit % 13}), stream.size(),
                               random);
    }
  }
}

TEST_CASE("generated conversations: the same however they are cut") {
  static constexpr std::string_view parts[] = {
      "GET ",
      "POST ",
      "/",
      "/a?b",
      " HTTP/1.1",
      " HTTP/1.0",
      "\r\n",
      "\r\n",
      "\r\n\r\n",
      "\n",
      "\r",
      "Host: a\r\n",
      "Host: a\r\n",
      "Content-Length: 3\r\n",
      "Content-Length: ",
      "abc",
      "Transfer-Encoding: chunked\r\n",
      "3\r\nabc\r\n",
      "0\r\n\r\n",
      "0\r\n",
      "Connection: close\r\n",
      "Expect: 100-continue\r\n",
      "X: y\r\n",
      ":",
      " ",
      "\t",
      ";a=b",
      "1",
      "G",
      "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n0\r\n\r\n"};
  std::mt19937 random(20240302);
  std::size_t dispatched = 0;
  std::size_t refused = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string stream(round % 2 == 0 ? get : "");
    for (std::size_t n = 1 + random() % 12; n > 0; --n)
      stream += parts[random() % std::size(parts)];
    if (random() % 4 == 0) stream[random() % stream.size()] = static_cast<char>(random() % 256);
    engine_script script;
    script.receive(stream);
    if (random() % 3 == 0) script.limits({20 + random() % 60, 1 + random() % 4, 1 + random() % 8});
    CAPTURE(stream);
    require_same_however_cut(script, stream.size(), random);
    for (const std::string& event : script.play_whole().events) {
      if (event.starts_with("dispatch")) ++dispatched;
      if (event.starts_with("refuse")) ++refused;
    }
  }
  CHECK(dispatched > 1000);  // or the comparison says little
  CHECK(refused > 1000);
}

TEST_CASE("the limits of the head are exact") {
  const std::string stream = "GET /123 HTTP/1.1\r\nHost: a\r\nB: c\r\n\r\n";
  const auto outcome = [&](head_limits limits) {
    return engine_script().limits(limits).receive(stream).play_whole().events.at(0);
  };
  CHECK(outcome({stream.size(), 2, 4}) == "head GET /123");
  CHECK(outcome({stream.size() - 1, 2, 4}) == "refuse head_too_large");
  CHECK(outcome({stream.size(), 1, 4}) == "refuse too_many_fields");
  CHECK(outcome({stream.size(), 2, 3}) == "refuse target_too_long");
  CHECK(answer_to(rule::head_too_large) == status::request_header_fields_too_large);
  CHECK(answer_to(rule::too_many_fields) == status::request_header_fields_too_large);
  CHECK(answer_to(rule::target_too_long) == status::uri_too_long);
}

// --- what the connection asks --------------------------------------------------------------------

TEST_CASE("idle: between requests, with nothing received and nothing to send") {
  engine e;
  e.reset({});
  CHECK(e.is_idle());
  CHECK(e.reading() == engine::phase::between);
  e.input().append("G");
  CHECK(e.next() == action::read);
  CHECK_FALSE(e.is_idle());
  CHECK(e.reading() == engine::phase::head);
  e.input().append(get.substr(1));
  REQUIRE(e.next() == action::head);
  CHECK_FALSE(e.is_idle());
  e.accept_body(0);
  REQUIRE(e.next() == action::dispatch);
  response r;
  e.respond(r, "", false);
  CHECK(e.next() == action::read);
  CHECK_FALSE(e.is_idle());  // the answer waits
  e.output().sent(e.output().pending());
  CHECK(e.is_idle());
  e.commit_eof();
  CHECK_FALSE(e.is_idle());
}

TEST_CASE("empty lines that come one by one are counted together") {
  engine e;
  e.reset({});
  for (int i = 0; i < 4; ++i) {
    e.input().append("\r\n");
    CHECK(e.next() == action::read);
    CHECK_FALSE(e.is_idle());  // or the count would be lost
  }
  e.input().append("\r\n");
  CHECK(e.next() == action::refuse);
  CHECK(e.broken() == rule::empty_lines);
}

TEST_CASE("reset makes a new connection of a used engine") {
  engine e;
  e.reset({});
  e.input().append("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab");
  REQUIRE(e.next() == action::head);
  e.accept_body(10);
  REQUIRE(e.next() == action::read);
  e.commit_eof();
  REQUIRE(e.next() == action::close);
  CHECK(e.reason() == close_reason::client_aborted);
  e.reset({});
  CHECK(e.is_idle());
  CHECK(e.reason() == close_reason::none);
  e.input().append(get);
  REQUIRE(e.next() == action::head);
  CHECK(e.request().body().empty());
  CHECK_FALSE(e.request().fields().contains(field::transfer_encoding));
}

TEST_CASE("a keep-alive request allocates nothing once the buffers have their size") {
  engine e;
  e.reset({});
  response r;
  const auto exchange = [&](std::string_view text) {
    e.input().append(text);
    if (e.next() != action::head) return false;
    e.accept_body(1000);
    if (e.next() != action::dispatch) return false;
    r.clear();
    r.set(field::content_type, "text/plain");
    r.body_copy("hello world, hello world, hello world");
    e.respond(r, "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", false);
    if (e.next() != action::read) return false;
    e.output().sent(e.output().pending());
    return e.is_idle();
  };
  const std::string requests[] = {
      "GET /a/b/c%20d/../e?q=1 HTTP/1.1\r\nHost: www.example.com\r\nAccept: */*\r\nX-Y: z\r\n\r\n",
      "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\n" + std::string(40, 'x'),
      "POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n28\r\n" +
          std::string(40, 'x') + "\r\n0\r\n\r\n",
  };
  for (int warm_up = 0; warm_up < 3; ++warm_up) {
    for (const std::string& text : requests) REQUIRE(exchange(text));
  }
  const std::size_t before = test_support::allocations_of_this_thread();
  bool all_well = true;
  for (int i = 0; i < 100; ++i) {
    for (const std::string& text : requests) all_well = exchange(text) && all_well;
  }
  const std::size_t after = test_support::allocations_of_this_thread();
  CHECK(all_well);
  CHECK(after - before == 0);
}
