// SPDX-License-Identifier: BSL-1.0
//
// Content that handlers write piece by piece, on the real loop.

#include "support/server_harness.hpp"

#include <asio_httpd/asio_httpd.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;
using namespace asio_httpd;
using namespace test_support;
namespace asio = boost::asio;
using boost::asio::awaitable;

namespace {

// What the handlers of a test have seen.
struct notes {
  std::string text;
  bool cancelled = false;
};

awaitable<void> wait_for_ever(asio::any_io_executor executor) {
  asio::steady_timer timer(executor, 24h);
  co_await timer.async_wait(asio::use_awaitable);
}

response writes(std::function<awaitable<void>(body_writer)> f,
                std::optional<std::uint64_t> size = {}) {
  return streaming("text/plain", std::move(f), size);
}

std::string head_of(const std::string& answer) {
  return answer.substr(0, answer.find("\r\n\r\n") + 4);
}
std::string content_of(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

std::string post(std::string_view lines, std::string_view body = {}) {
  return request_text("POST /in HTTP/1.1", lines, body);
}

}  // namespace

TEST_CASE("content of unknown size is chunked for HTTP/1.1, with trailers") {
  router routes;
  routes.get("/out", [] {
    return writes([](body_writer out) -> awaitable<void> {
      co_await out.write("hello");
      co_await out.write("");
      co_await out.write(std::string(20, 'x'));
      out.trailers().set("X-Sum", "25");
      out.trailers().set(field::content_length, "25");
    });
  });
  server_harness h(routes);
  auto c = h.connect();
  const std::string answer = h.ask(c, get("/out"));
  CHECK(head_of(answer).find("\r\nTransfer-Encoding: chunked\r\n") != std::string::npos);
  CHECK(head_of(answer).find("Content-Length") == std::string::npos);
  CHECK(content_of(answer) == "5\r\nhello\r\n14\r\nxxxxxxxxxxxxxxxxxxxx\r\n0\r\nX-Sum: 25\r\n\r\n");
  CHECK(statuses_in(h.ask(c, get("/none"))) == "404");
}

TEST_CASE("content of unknown size ends with the connection for HTTP/1.0" *
          test_support::http1_only) {
  router routes;
  routes.get("/out", [] {
    return writes([](body_writer out) -> awaitable<void> { co_await out.write("hello"); });
  });
  server_harness h(routes);
  auto c = h.connect();
  const std::string answer =
      h.ask(c, "GET /out HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n");
  CHECK(content_of(answer) == "hello");
  CHECK(head_of(answer).find("\r\nConnection: close\r\n") != std::string::npos);
  CHECK(c.at_end());
}

TEST_CASE("content of a size that is announced goes out as it is") {
  router routes;
  routes.get("/out", [] {
    return writes([](body_writer out) -> awaitable<void> { co_await out.write("hello"); }, 5);
  });
  server_harness h(routes);
  auto c = h.connect();
  const auto answers = replies_in(h.ask(c, get("/out") + get("/out")));
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].field("Content-Length") == "5");
  CHECK(answers[1].body == "hello");
}

TEST_CASE("content that is shorter or longer than announced ends the connection") {
  router routes;
  routes.get("/short", [] {
    return writes([](body_writer out) -> awaitable<void> { co_await out.write("hell"); }, 5);
  });
  routes.get("/long", [] {
    return writes(
        [](body_writer out) -> awaitable<void> {
          co_await out.write("hello");
          co_await out.write("!");
        },
        5);
  });
  server_harness h(routes);
  auto c = h.connect();
  CHECK(content_of(h.ask(c, get("/short"))) == "hell");
  CHECK(c.at_end());
  auto d = h.connect();
  CHECK(content_of(h.ask(d, get("/long"))) == "hello");
  CHECK(d.at_end());
  CHECK(h.closed(test_support::ends_as("internal_error")) == 2);
  CHECK(h.log().size() == 2);
  CHECK(h.report().requests.handler_errors == 2);
}

TEST_CASE("HEAD has the head of content that is written, and runs nothing") {
  bool ran = false;
  router routes;
  routes.get("/out", [&] {
    return writes([&ran](body_writer) -> awaitable<void> {
      ran = true;
      co_return;
    });
  });
  server_harness h(routes);
  auto c = h.connect();
  const std::string answer =
      h.ask(c, request_text("HEAD /out HTTP/1.1") + request_text("HEAD /none HTTP/1.1"));
  CHECK_FALSE(ran);
  CHECK(statuses_in(answer, true) == "200 404");
}

TEST_CASE("a producer that throws ends the connection without the last chunk") {
  router routes;
  routes.get("/out", [] {
    return writes([](body_writer out) -> awaitable<void> {
      co_await out.write("hello");
      throw std::runtime_error("no more");
    });
  });
  server_harness h(routes);
  auto c = h.connect();
  CHECK(content_of(h.ask(c, get("/out"))) == "5\r\nhello\r\n");
  CHECK(c.at_end());
  CHECK(test_support::end_of(h) == test_support::cut_as("internal_error"));
  REQUIRE(h.log().size() == 1);
  CHECK(h.log()[0].find("content of /out: no more") != std::string::npos);
}

TEST_CASE("the head goes out where its producer waits before it writes") {
  router routes;
  routes.get("/out", [] {
    return writes(
        [](body_writer out) -> awaitable<void> { co_await wait_for_ever(out.get_executor()); });
  });
  server_harness h(routes);
  auto c = h.connect();
  CHECK(h.ask(c, get("/out")).starts_with("HTTP/1.1 200"));
  h.advance(10min);
  CHECK(h.report().connections.open == 1);
}

TEST_CASE("a reader that stops holds its producer, at the cost of one piece" *
          test_support::in_memory_only) {
  int written = 0;
  router routes;
  routes.get("/out", [&] {
    return writes([&written](body_writer out) -> awaitable<void> {
      const std::string piece(1000, 'x');
      for (;; ++written) co_await out.write(piece);
    });
  });
  server_harness h(routes, {.deadlines = {.write = 10s}});
  auto c = h.connect();
  c.set_capacity(5000);
  c.send(get("/out"));
  h.poll();
  CHECK(written < 6);
  const int before = written;
  CHECK(c.receive(3000).size() == 3000);
  h.poll();
  CHECK(written > before);
  h.advance(11s);
  CHECK(h.ends() == "write_timeout");
}

TEST_CASE("a producer whose client leaves is cancelled") {
  for (const bool reset : {false, true}) {
    CAPTURE(reset);
    notes seen;
    router routes;
    routes.get("/out", [&] {
      return writes([&seen](body_writer out) -> awaitable<void> {
        try {
          co_await out.write("hello");
          co_await wait_for_ever(out.get_executor());
        } catch (const boost::system::system_error& e) {
          seen.cancelled = e.code() == asio::error::operation_aborted;
          throw;
        }
      });
    });
    server_harness h(routes);
    auto c = h.connect();
    h.ask(c, get("/out"));
    reset ? c.reset() : c.shutdown_send();
    h.poll();
    CHECK(seen.cancelled);
    CHECK(test_support::end_of(h) ==
          (reset ? "client_aborted" : test_support::cut_as("client_aborted")));
  }
}

TEST_CASE("a route's deadline holds for its content") {
  router routes;
  routes
      .get("/out",
           [] {
             return writes([](body_writer out) -> awaitable<void> {
               co_await out.write("hello");
               co_await wait_for_ever(out.get_executor());
             });
           })
      .deadline(20s);
  server_harness h(routes);
  auto c = h.connect();
  h.ask(c, get("/out"));
  h.advance(19s);
  CHECK(h.report().connections.open == 1);
  h.advance(2s);
  CHECK(test_support::end_of(h) == test_support::cut_as("handler_timeout"));
}

TEST_CASE("content may be written while that of the request is read") {
  router routes;
  routes.post("/in", [](request_body body) -> awaitable<response> {
    co_return writes([body](body_writer out) mutable -> awaitable<void> {
      for (;;) {
        const std::string_view piece = co_await body.read();
        if (piece.empty()) break;
        co_await out.write(piece);
      }
    });
  });
  server_harness h(routes);
  auto c = h.connect();
  CHECK(content_of(h.ask(c, post("Content-Length: 4\r\n", "ab"))) == "2\r\nab\r\n");
  CHECK(h.ask(c, "cd" + get("/none")).starts_with("2\r\ncd\r\n0\r\n\r\nHTTP/1.1 404"));
}

TEST_CASE("a writer or a body that is kept longer than its exchange is of no use") {
  std::optional<body_writer> kept_writer;
  std::optional<request_body> kept_body;
  router routes;
  routes.post("/in", [&](request_body body) -> awaitable<response> {
    kept_body = body;
    co_return writes([&](body_writer out) -> awaitable<void> {
      kept_writer = out;
      co_return;
    });
  });
  server_harness h(routes);
  auto c = h.connect();
  h.ask(c, post("Content-Length: 2\r\n", "ab"));
  REQUIRE(kept_writer);
  CHECK_FALSE(kept_body->size());
  CHECK(kept_writer->is_draining());
  std::exception_ptr error;
  asio::co_spawn(h.context(), kept_writer->write("x"), [&](std::exception_ptr e) { error = e; });
  h.poll();
  CHECK_THROWS_AS(std::rethrow_exception(error), boost::system::system_error);
  CHECK(statuses_in(h.ask(c, get("/none"))) == "404");
}

TEST_CASE("a heartbeat is sent while nothing else is") {
  router routes;
  routes.get("/out", [] {
    return writes([](body_writer out) -> awaitable<void> {
      out.heartbeat("beat", 10s);
      co_await out.write("hello");
      co_await wait_for_ever(out.get_executor());
    });
  });
  server_harness h(routes);
  auto c = h.connect();
  h.ask(c, get("/out"));
  h.advance(9s);
  CHECK(h.receive(c).empty());
  h.advance(2s);
  CHECK(h.receive(c) == "4\r\nbeat\r\n");
  h.advance(11s);
  CHECK(h.receive(c) == "4\r\nbeat\r\n");
}

TEST_CASE("content with a farewell ends with it when the server stops") {
  notes seen;
  router routes;
  routes.get("/out", [&] {
    return writes([&seen](body_writer out) -> awaitable<void> {
      out.farewell("bye");
      co_await out.write("hello");
      try {
        co_await wait_for_ever(out.get_executor());
      } catch (const boost::system::system_error&) {
        seen.cancelled = true;
        throw;
      }
    });
  });
  server_harness h(routes);
  auto c = h.connect();
  h.ask(c, get("/out"));
  h.stop(10s);
  CHECK(h.receive(c) == "3\r\nbye\r\n0\r\n\r\n");
  CHECK(seen.cancelled);
  REQUIRE(h.stopped());
  CHECK(h.stopped()->cut == 0);
}

// A coroutine that has not waited yet and is cancelled ends like any other.
TEST_CASE("content for a client that has gone before its first byte") {
  bool threw = false;
  router routes;
  routes.get("/", [&] {
    return writes([&](body_writer to) -> awaitable<void> {
      try {
        co_await to.write(std::string(100'000, 'x'));
        co_await to.write(std::string(100'000, 'x'));
      } catch (const boost::system::system_error&) {
        threw = true;
        throw;
      }
    });
  });
  server_harness h(routes);
  auto c = h.connect();
  c.drop_after(get("/").size() + 10);
  c.send(get("/"));
  h.poll();
  CHECK(threw);
  CHECK(h.ends() == "client_aborted");
}

TEST_CASE("a client that leaves behind bytes that nobody reads is noticed") {
  router routes;
  routes.get("/", [] {
    return writes([](body_writer to) -> awaitable<void> {
      co_await to.write("a");
      boost::asio::steady_timer timer(to.get_executor(), 24h);
      co_await timer.async_wait(boost::asio::use_awaitable);
    });
  });
  server_harness h(routes);
  auto c = h.connect();
  c.send(get("/") + "G");
  h.advance(60s);
  CHECK(h.ends().empty());
  c.shutdown_send();
  h.advance(20s);
  CHECK(test_support::end_of(h) == test_support::cut_as("client_aborted"));
}

TEST_CASE("content of a detached route goes on where its client sends no more" *
          test_support::http1_only) {
  router routes;
  routes
      .get("/",
           [] {
             return writes([](body_writer to) -> awaitable<void> {
               to.heartbeat(".", 10s);
               boost::asio::steady_timer timer(to.get_executor(), 24h);
               co_await timer.async_wait(boost::asio::use_awaitable);
             });
           })
      .detached();
  server_harness h(routes);
  auto c = h.connect();
  c.send(get("/"));
  c.shutdown_send();
  h.advance(25s);
  CHECK(h.ends().empty());
  CHECK(content_of(h.receive(c)).find('.') != std::string::npos);
}
