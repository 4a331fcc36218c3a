// SPDX-License-Identifier: BSL-1.0
//
// Deadlines, and calls of coroutines: everything that ends a wait but the stop, with a clock that
// is moved by hand.

#include "server/io_session.hpp"

#include "server/stream_implementation.hpp"

#include "support/server_harness.hpp"
#include "support/slow_handler.hpp"

#include <asio_httpd/asio_httpd.hpp>
#include <asio_httpd/stream.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <stdexcept>
#include <string>

using namespace asio_httpd;
using namespace std::chrono_literals;
using boost::asio::awaitable;
using test_support::ending;
using test_support::get;
using test_support::replies_in;
using test_support::request_text;
using test_support::server_harness;
using test_support::slow_handler_fixture;
using test_support::statuses_in;
using test_support::wait_for_ever;

TEST_CASE_FIXTURE(slow_handler_fixture, "no byte in time: a silent close") {
  h.advance(9900ms);
  CHECK_FALSE(c.is_closed());
  h.advance(200ms);
  CHECK(c.is_closed());
  CHECK(h.receive(c).empty());
  CHECK(h.ends() == "head_timeout");
}

TEST_CASE_FIXTURE(slow_handler_fixture,
                  "threat 11: a head that does not end in time is 408" * test_support::http1_only) {
  c.send("GET / HTTP/1.1\r\nHost:");
  h.poll();
  // A byte a second moves nothing.
  for (int i = 0; i < 9; ++i) {
    h.advance(1s);
    CHECK(h.ask(c, "x").empty());
  }
  CHECK_FALSE(c.is_closed());
  h.advance(1100ms);
  const auto answers = replies_in(h.receive(c));
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].status == 408);
  CHECK(answers[0].field("Connection") == "close");
  CHECK(c.is_closed());
  CHECK(h.ends() == "head_timeout");
}

TEST_CASE_FIXTURE(slow_handler_fixture,
                  "threat 11: the head's time begins anew with each request only" *
                      test_support::http1_only) {
  for (int i = 0; i < 5; ++i) {
    h.ask(c, "GET / HTTP/1.1\r\n");
    h.advance(6s);
    CHECK(statuses_in(h.ask(c, "Host: x\r\n\r\n")) == "200");
  }
  // Pipelined: a whole request and a part of the next.
  CHECK(statuses_in(h.ask(c, get("/") + "GET")) == "200");
  h.advance(11s);
  CHECK(statuses_in(h.receive(c)) == "408");
  CHECK(h.ends() == "head_timeout");
}

TEST_CASE_FIXTURE(slow_handler_fixture, "threat 11: a body of one byte a second is cut") {
  c.send(request_text("POST /echo HTTP/1.1", "Content-Length: 100000\r\n"));
  h.poll();
  int seconds = 0;
  std::string answer;
  for (; seconds < 60 && answer.empty(); ++seconds) {
    c.send("x");
    h.advance(1s);
    answer = h.receive(c);
  }
  CHECK(seconds >= 10);
  CHECK(seconds <= 12);
  CHECK(statuses_in(answer) == "408");
  CHECK(h.ends() == (test_support::over_http2() ? "" : "body_timeout"));
}

TEST_CASE_FIXTURE(slow_handler_fixture, "a slow body at the minimum rate may take its time") {
  const std::string body(240 * 60, 'x');
  c.send(request_text("POST /echo HTTP/1.1", "Content-Length: 14400\r\n"));
  for (int i = 0; i < 60; ++i) {
    CHECK_FALSE(c.is_closed());
    c.send(std::string(240, 'x'));
    h.advance(1s);
  }
  CHECK(replies_in(h.receive(c)).at(0).body == body);
}

TEST_CASE_FIXTURE(slow_handler_fixture, "threat 11: chunks of one byte a second are cut") {
  c.send(request_text("POST /echo HTTP/1.1", "Transfer-Encoding: chunked\r\n"));
  for (int i = 0; i < 12; ++i) {
    c.send("1;ext=aaaaaaaaaaaaaaaaaaaaaaaa\r\nx\r\n");
    h.advance(1s);
  }
  CHECK(statuses_in(h.receive(c)) == "408");
  CHECK(h.ends() == (test_support::over_http2() ? "" : "body_timeout"));
}

TEST_CASE_FIXTURE(slow_handler_fixture,
                  "a body that nobody wants, and that does not come, is no second answer") {
  CHECK(statuses_in(h.ask(c, request_text("POST /none HTTP/1.1", "Content-Length: 9\r\n", "ab"))) ==
        "404");
  h.advance(11s);
  CHECK(h.receive(c).empty());
  CHECK(c.is_closed() == !test_support::over_http2());
  CHECK(h.ends() == (test_support::over_http2() ? "" : "body_timeout"));
}

TEST_CASE_FIXTURE(slow_handler_fixture, "idle connections are closed in silence") {
  h.ask(c, get("/"));
  h.advance(59s);
  CHECK_FALSE(c.is_closed());
  h.ask(c, get("/"));
  h.advance(59s);
  CHECK_FALSE(c.is_closed());
  h.advance(2s);
  CHECK(c.is_closed());
  CHECK(h.receive(c).empty());
  CHECK(h.ends() == "idle_timeout");
}

TEST_CASE("threat 11: a peer that reads its answer one byte a second is cut, others are served" *
          test_support::in_memory_only) {
  router routes;
  routes.get("/large", [] { return std::string(1024 * 1024, 'x'); });
  routes.get("/", [] { return "hello"; });
  server_harness h(routes);
  auto slow = h.connect();
  auto other = h.connect();
  slow.set_capacity(4096);
  slow.send(get("/large"));
  h.poll();
  int seconds = 0;
  for (; seconds < 100 && !slow.is_closed(); ++seconds) {
    slow.receive(1);
    h.advance(1s);
    CHECK(statuses_in(h.ask(other, get("/"))) == "200");
  }
  CHECK(seconds >= 15);
  CHECK(seconds <= 31);
  CHECK(h.ends() == "write_timeout");
}

TEST_CASE("a peer that reads slowly, but fast enough, gets everything" *
          test_support::in_memory_only) {
  router routes;
  routes.get("/large", [] { return std::string(40 * 1024, 'x'); });
  server_harness h(routes);
  auto c = h.connect();
  c.set_capacity(4096);
  c.send(get("/large"));
  h.poll();
  std::string all;
  for (int i = 0; i < 200 && !c.is_closed() && all.size() < 40 * 1024; ++i) {
    all += c.receive(300);
    h.advance(1s);
  }
  all += h.receive(c);
  CHECK(replies_in(all).at(0).body.size() == 40 * 1024);
  CHECK(h.ends().empty());
}

TEST_CASE_FIXTURE(slow_handler_fixture, "a handler that takes too long is cancelled: 503") {
  CHECK(h.ask(c, get("/slow") + get("/")).empty());
  h.advance(59s);
  CHECK(how == ending::none);
  h.advance(2s);
  CHECK(how == ending::cancelled);
  const auto answers = replies_in(h.receive(c));
  const bool goes_on = test_support::over_http2();
  REQUIRE(answers.size() == (goes_on ? 2 : 1));
  CHECK(answers[0].status == 503);
  CHECK(answers[0].field("Connection") == (goes_on ? "" : "close"));
  c.shutdown_send();
  h.poll();
  CHECK(c.is_closed());
  CHECK(h.ends() == test_support::ends_as("handler_timeout"));
}

TEST_CASE("a route has its own deadline for its handler") {
  router routes;
  routes
      .get("/slow",
           []() -> awaitable<std::string> {
             co_await wait_for_ever();
             co_return "";
           })
      .deadline(2s);
  server_harness h(routes);
  auto c = h.connect();
  h.ask(c, get("/slow"));
  h.advance(1900ms);
  CHECK(h.receive(c).empty());
  h.advance(200ms);
  CHECK(statuses_in(h.receive(c)) == "503");
}

TEST_CASE("a handler that ends in time is not disturbed by its deadline") {
  std::optional<boost::asio::steady_timer> timer;
  router routes;
  routes.get("/", [&]() -> awaitable<std::string> {
    timer.emplace(co_await boost::asio::this_coro::executor, 24h);
    boost::system::error_code ignored;
    co_await timer->async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    co_return "done";
  });
  server_harness h(routes);
  auto c = h.connect();
  for (int i = 0; i < 5; ++i) {
    h.ask(c, get("/"));
    h.advance(50s);
    timer->cancel();
    CHECK(statuses_in(h.receive(c)) == "200");
  }
  timer.reset();
}

TEST_CASE("a handler that turns its cancellation into an answer still gets 503 sent") {
  router routes;
  routes.get("/", []() -> awaitable<std::string> {
    try {
      co_await wait_for_ever();
    } catch (const boost::system::system_error&) {
    }
    co_return "too late";
  });
  server_harness h(routes);
  auto c = h.connect();
  h.ask(c, get("/"));
  h.advance(61s);
  CHECK(statuses_in(h.receive(c)) == "503");
}

// --- exceptions that nobody waits for ------------------------------------------------------------

TEST_CASE("what is called by nobody ends its session where it throws, and nothing else" *
          test_support::http1_only) {
  server_harness h(stream_handler{[](stream s) -> awaitable<void> {
    auto& session = *stream_access::implementation(s).session;
    session.guard([] {});
    co_await s.write("a");
    session.guard([] { throw std::runtime_error("no\n"); });
    co_await s.write("b");
  }});
  auto c = h.connect();
  CHECK(h.receive(c) == "a");
  CHECK(c.is_closed());
  CHECK(h.ends() == "internal_error");
  CHECK(h.log().at(0) == "error: 127.0.0.1:40000: no\\x0a");
  auto next = h.connect();
  CHECK(h.receive(next) == "a");
}

// Boost.Asio drops a coroutine whose operation cannot even begin; then its request has no answer,
// but its connection an end.
TEST_CASE("an operation that throws before it waits ends the connection") {
  for (const bool waited : {false, true}) {
    CAPTURE(waited);
    router routes;
    routes.get("/", [&]() -> awaitable<std::string> {
      if (waited) co_await boost::asio::post(boost::asio::use_awaitable);
      co_await boost::asio::async_initiate<decltype(boost::asio::use_awaitable), void()>(
          [](auto) { throw std::runtime_error("no thread for this"); }, boost::asio::use_awaitable);
      co_return "";
    });
    server_harness h(routes);
    auto c = h.connect();
    try {
      c.send(get("/"));
    } catch (const std::runtime_error& e) {  // as it comes out of io_context::run
      CHECK(std::string_view(e.what()) == "no thread for this");
    }
    h.poll();
    CHECK(c.is_closed());
    CHECK(test_support::end_of(h) == test_support::cut_as("internal_error"));
  }
}

// --- streams -------------------------------------------------------------------------------------

TEST_CASE("a protocol that is not HTTP has the same deadlines and the same stop" *
          test_support::in_memory_only) {
  std::string error;
  server_harness h(stream_handler{[&](stream s) -> awaitable<void> {
    try {
      for (;;) {
        const std::string line = co_await s.read_until('\n');
        if (line.empty()) co_return;
        co_await s.write(line);
      }
    } catch (const boost::system::system_error& e) {
      error = e.code().message();
      throw;
    }
  }});
  auto c = h.connect();
  CHECK(h.ask(c, "one\ntwo\nth") == "one\ntwo\n");
  SUBCASE("idle") {
    h.advance(61s);
    CHECK(error == boost::system::error_code(boost::asio::error::operation_aborted).message());
    CHECK(h.ends() == "idle_timeout");
  }
  SUBCASE("its end") {
    c.shutdown_send();
    h.poll();
    CHECK(h.ends() == "handler_requested");
  }
  SUBCASE("a reset") {
    c.reset();
    h.poll();
    CHECK(h.ends() == "client_aborted");
  }
  SUBCASE("drain") {
    h.stop(1h);
    h.poll();
    CHECK(h.ends() == "drained");
    CHECK(h.stopped());
  }
  SUBCASE("does not read") {
    c.set_capacity(100);
    c.send(std::string(5000, 'x') + '\n');
    h.poll();
    h.advance(16s);
    h.advance(16s);
    CHECK(h.ends() == "write_timeout");
  }
  CHECK(c.is_closed());
}
