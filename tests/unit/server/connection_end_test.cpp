// SPDX-License-Identifier: BSL-1.0
//
// How connections end where that is not plain: clients that leave while a handler waits, bodies
// that nobody read, deadlines that are earned in advance, contexts that go away early.

#include "support/hello_routes.hpp"
#include "support/server_harness.hpp"

#include <asio_httpd/asio_httpd.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>

using namespace std::chrono_literals;
using namespace asio_httpd;
using namespace test_support;
namespace asio = boost::asio;

namespace {

struct witness {
  bool began = false;
  boost::system::error_code ended;
};

// Waits for an hour of real time, unless it is cancelled.
auto waits_long(witness& seen) {
  return [&seen]() -> asio::awaitable<std::string> {
    seen.began = true;
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    try {
      co_await timer.async_wait(asio::use_awaitable);
    } catch (const boost::system::system_error& e) {
      seen.ended = e.code();
      throw;
    }
    co_return "done";
  };
}

}  // namespace

TEST_CASE("a handler whose client has left is cancelled within one turn") {
  for (const bool reset : {false, true}) {
    CAPTURE(reset);
    witness seen;
    router routes;
    routes.get("/wait", waits_long(seen));
    server_harness h(routes);
    auto c = h.connect();
    h.ask(c, get("/wait"));
    REQUIRE(seen.began);
    REQUIRE_FALSE(seen.ended);
    reset ? c.reset() : c.shutdown_send();
    h.poll();
    CHECK(seen.ended == asio::error::operation_aborted);
    CHECK(test_support::end_of(h) ==
          (reset ? "client_aborted" : test_support::cut_as("client_aborted")));
    CHECK(h.report().connections.open == 0);
  }
}

TEST_CASE("a detached handler outlasts its client, and a pipelined request is no leaving") {
  witness seen;
  router routes;
  routes.get("/wait", waits_long(seen)).detached();
  routes.get("/other", waits_long(seen));
  server_harness h(routes);
  auto c = h.connect();
  h.ask(c, get("/wait"));
  c.shutdown_send();
  h.poll();
  CHECK(seen.began);
  CHECK_FALSE(seen.ended);
  auto d = h.connect();
  h.ask(d, get("/other"));
  d.send(get("/other"));
  h.poll();
  CHECK_FALSE(seen.ended);
}

TEST_CASE("a close whose client still sends a body waits for it to read the answer" *
          test_support::http1_only) {
  server_harness h{router()};
  auto c = h.connect();
  const auto answer =
      h.ask(c, request_text("POST /missing HTTP/1.1",
                            "Connection: close\r\nContent-Length: 50000\r\n", "part"));
  CHECK(replies_in(answer).at(0).status == 404);
  CHECK(c.at_end());
  CHECK_FALSE(c.is_closed());
  c.send("more of it");
  c.shutdown_send();
  h.poll();
  CHECK(c.is_closed());
}

TEST_CASE("after a refusal what still comes is read, so that the answer is not lost, and bounded" *
          test_support::http1_only) {
  server_harness h(hello());
  auto c = h.connect();
  CHECK(statuses_in(h.ask(c, "GET / HTTP/3.0\r\n\r\n")) == "505");
  CHECK(c.at_end());
  CHECK_FALSE(c.is_closed());
  SUBCASE("up to the deadline") {
    h.ask(c, "more");
    CHECK_FALSE(c.is_closed());
    h.advance(3s);
  }
  SUBCASE("up to the deadline, however much it is") {
    const std::string block(1024 * 1024, 'x');
    for (int i = 0; i < 5; ++i) h.ask(c, block);
    CHECK_FALSE(c.is_closed());
    h.advance(3s);
  }
  SUBCASE("up to its end") {
    c.shutdown_send();
    h.poll();
  }
  SUBCASE("up to its reset") {
    c.reset();
    h.poll();
  }
  CHECK(c.is_closed());
  CHECK(h.ends() == "parse_error");
}

TEST_CASE("threat 11: a body that came quickly buys no time for its end") {
  router routes;
  routes.post("/", [](const request& r) { return std::to_string(r.body().size()); });
  server_harness h(routes);
  auto c = h.connect();
  h.ask(c,
        request_text("POST / HTTP/1.1", "Content-Length: 1000000\r\n", std::string(999999, 'x')));
  h.advance(10s);
  h.advance(10s);
  CHECK(replies_in(h.receive(c)).at(0).status == 408);
  CHECK(h.ends() == (test_support::over_http2() ? "" : "body_timeout"));
}

TEST_CASE("a body at the rate that is asked for goes on") {
  router routes;
  routes.post("/", [](const request& r) { return std::to_string(r.body().size()); });
  server_harness h(routes);
  auto c = h.connect();
  h.ask(c, request_text("POST / HTTP/1.1", "Content-Length: 12000\r\n"));
  for (int i = 0; i < 24; ++i) {
    CHECK(h.report().connections.open == 1);
    c.send(std::string(500, 'x'));
    h.advance(2s);
  }
  CHECK(replies_in(h.receive(c)).at(0).body == "12000");
}

TEST_CASE("a refused request names its own peer in the log, not the one before it" *
          test_support::http1_only) {
  struct names final : exchange_log {
    void write(const exchange& e) noexcept override {
      if (e.request != nullptr) addresses.push_back(e.request->remote_address());
    }
    std::vector<std::string> addresses;
  };
  auto log = std::make_shared<names>();
  router routes;
  routes.get("/", [] { return "x"; });
  server_harness h(routes, {.access_log = log});
  {
    auto first = h.connect();
    h.ask(first, get("/"));
    h.advance(70s);  // its workspace is in the pool, and it is gone
  }
  auto second = h.connect();
  h.ask(second, "GET / HTTP/1.1\r\n\r\n");  // no Host: refused at its head
  CHECK(log->addresses == std::vector<std::string>{"127.0.0.1", "127.0.0.1"});
}

TEST_CASE("a silent client after much pipelining is idle, and is owed no answer") {
  router routes;
  routes.get("/", [] { return status::no_content; });
  server_harness h(routes, {.limits = {.pending_output = 1 << 20}});
  auto c = h.connect();
  c.set_capacity(1 << 24);
  const std::string one = get("/");
  // The 16th read of 8 KiB is full and ends with a request.
  std::string many;
  while (many.size() + 3 * one.size() <= 16 * 8192) many += one;
  const std::size_t left = 16 * 8192 - many.size();
  many += get("/", "X: " + std::string(left - one.size() - 5, 'x') + "\r\n");
  REQUIRE(many.size() == 16 * 8192);
  const auto answers = replies_in(h.ask(c, many));
  CHECK(answers.back().status == 204);
  h.advance(11s);
  CHECK(h.receive(c).empty());
}

TEST_CASE("a log that throws loses its line and nothing else") {
  router routes;
  routes.get("/", []() -> std::string { throw std::runtime_error("x"); });
  server_harness h(
      routes, {.log = [](log_level, std::string_view) { throw std::runtime_error("disk full"); }});
  auto c = h.connect();
  CHECK(replies_in(h.ask(c, get("/"))).at(0).status == 500);
  CHECK(replies_in(h.ask(c, get("/"))).at(0).status == 500);
  h.advance(70s);
  CHECK(h.ends() == "idle_timeout");
}

TEST_CASE("threat 13: a lent stream does not keep its session alive when the context goes away") {
  std::weak_ptr<int> alive;
  {
    auto token = std::make_shared<int>();
    alive = token;
    server_harness h(stream_handler{[token](stream s) -> asio::awaitable<void> {
      const auto held = token;
      char byte;
      co_await s.read_some(&byte, 1);
    }});
    auto c = h.connect();
    h.poll();
  }
  CHECK(alive.expired());
}

TEST_CASE("an upgrade to a protocol that was not asked for is 426, and names the one there is" *
          test_support::http1_only) {
  router routes;
  routes.get("/", [](const request&) {
    response r;
    r.upgrade("echo", std::make_shared<stream_handler>(
                          stream_handler{[](stream) -> asio::awaitable<void> { co_return; }}));
    return r;
  });
  server_harness h(routes);
  auto c = h.connect();
  const auto refused =
      replies_in(h.ask(c, get("/", "Connection: upgrade\r\nUpgrade: h2c\r\n"))).at(0);
  CHECK(refused.status == 426);
  CHECK(refused.field("Upgrade") == "echo");
  CHECK(refused.field("Connection") == "upgrade");
  CHECK(h.ask(c, get("/", "Connection: upgrade\r\nUpgrade: h2c, Echo/1\r\n"))
            .starts_with("HTTP/1.1 101 "));
}

TEST_CASE("a server name that is no field value is refused when the server is made") {
  CHECK_THROWS_AS(server(router(), {.server_name = "x\r\nX-Evil: 1"}), std::invalid_argument);
}
