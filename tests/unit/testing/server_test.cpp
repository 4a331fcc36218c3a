// SPDX-License-Identifier: BSL-1.0
//
// The kit's server: requests in a line, the clock, the loop, and what it says of itself.

#include "support/carried.hpp"

#include <asio_httpd/testing.hpp>

#include <asio_httpd/asio_httpd.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace asio_httpd;
using namespace std::chrono_literals;
using boost::asio::awaitable;

namespace {

router sample() {
  router routes;
  const auto describe = [](const request& r) {
    return std::string(to_string(r.method())) + " " + std::string(r.target()) + " " +
           std::string(r.get("X")) + " " + std::string(r.body());
  };
  for (const method m : {method::get, method::post, method::put, method::patch, method::delete_}) {
    routes.on(m, "/it", describe);
  }
  routes.get("/who", [](const request& r) {
    return r.remote_address() + " " + std::to_string(r.remote_port()) +
           (r.from_this_machine() ? " here" : " there");
  });
  routes.get("/fails", []() -> std::string { throw std::runtime_error("it broke"); });
  return routes;
}

}  // namespace

TEST_CASE("a request in a line, of each method") {
  testing::server s(sample());
  CHECK(s.get("/it", {{"X", "y"}}).text() == "GET /it y ");
  CHECK(s.post("/it", "abc").text() == "POST /it  abc");
  CHECK(s.put("/it", "abc", {{"X", "y"}}).text() == "PUT /it y abc");
  CHECK(s.patch("/it", "abc").text() == "PATCH /it  abc");
  CHECK(s.delete_("/it").text() == "DELETE /it  ");
  CHECK(s.request({method::post, "/it?a=b", {{"X", "1"}}, "c"}).text() == "POST /it?a=b 1 c");
  const auto head = s.head("/it");
  CHECK(head.status() == status::ok);
  CHECK(head.get(field::content_length) == "10");
  CHECK(head.text().empty());
  CHECK(s.ends() == "client_done 7");
  CHECK(s.report().connections.open == 0);
}

TEST_CASE("clients come from where the test says") {
  testing::server s(sample());
  const auto asked_from = [&](std::string_view address, std::uint16_t port) {
    return s.connect(address, port).request({.target = "/who"}).text();
  };
  CHECK(s.get("/who").text() == "127.0.0.1 40000 here");
  CHECK(asked_from("192.0.2.7", 1234) == "192.0.2.7 1234 there");
  CHECK(asked_from("2001:db8::1", 1) == "2001:db8::1 1 there");
  CHECK(asked_from("::1", 2) == "::1 2 here");
  CHECK(asked_from("unix", 0) == "unix 0 here");
  CHECK_THROWS_AS(s.connect("localhost"), std::invalid_argument);
}

TEST_CASE("the clock moves when it is told to, and deadlines fire in their order" *
          test_support::http1_only) {
  testing::server s(sample());
  CHECK(s.get("/it").get(field::date) == "Sun, 06 Nov 1994 08:49:37 GMT");
  s.advance(23s);
  CHECK(s.get("/it").get(field::date) == "Sun, 06 Nov 1994 08:50:00 GMT");
  auto c = s.connect();
  c.send("GET /it HTTP/1.1\r\n");
  s.advance(9s);
  CHECK(s.ends() == "client_done 2");
  s.advance(31s);
  CHECK(c.receive_answer().status() == status::request_timeout);
  CHECK(s.closed("head_timeout") == 1);
  // One that begins when another has fired is not late by all of the time that passes.
  auto lingers = s.connect();
  lingers.send("GET / HTTP/3.0\r\n\r\n");
  const auto began = s.clock().now();
  s.advance(1700ms);
  CHECK_FALSE(lingers.is_closed());
  s.advance(300ms);
  CHECK(lingers.is_closed());
  CHECK(s.clock().now() - began == 2s);
}

TEST_CASE("a year passes in bounded time") {
  testing::server s(sample());
  auto c = s.connect();
  s.advance(24h * 365);
  CHECK(c.is_closed());
  CHECK(s.clock().now() == manual_clock().now() + 24h * 365);
}

TEST_CASE("what the log says is kept, bounded, unless the test takes it") {
  testing::server s(sample());
  CHECK(s.get("/fails").status() == status::internal_server_error);
  CHECK(s.log() == std::vector<std::string>{"error: handler of /fails threw: it broke"});
  std::vector<std::string> own;
  testing::server t(sample(),
                    {.log = [&](log_level, std::string_view line) { own.emplace_back(line); }});
  t.get("/fails");
  CHECK(own.size() == 1);
  CHECK(t.log().empty());
  for (int i = 0; i < 10'001; ++i) s.get("/fails");
  CHECK(s.log().size() == 10'000);
}

TEST_CASE("reasons are known by value and by name, and a wrong name is a mistake") {
  testing::server s(sample());
  s.get("/it");
  CHECK(s.closed(close_reason::client_done) == 1);
  CHECK(s.closed("client_done") == 1);
  CHECK(s.closed("head_timeout") == 0);
  CHECK_THROWS_AS(s.closed("head timeout"), std::invalid_argument);
}

TEST_CASE("several things at once are one turn for the server") {
  std::vector<std::string> order;
  router routes;
  routes.get("/{name}", [&](std::string_view name) {
    order.emplace_back(name);
    return status::no_content;
  });
  testing::server s(routes);
  auto a = s.connect();
  auto b = s.connect();
  s.at_once([&] {
    a.send({.target = "/a"});
    b.send({.target = "/b"});
    CHECK(order.empty());
    a.reset();
    CHECK_FALSE(a.is_closed());
  });
  CHECK(order == std::vector<std::string>{"b"});
  CHECK(a.is_closed());
}

// --- the loop ------------------------------------------------------------------------------------

TEST_CASE("the test's own coroutines and timers run on the same context") {
  testing::server s(sample());
  bool ended = false;
  boost::asio::co_spawn(
      s.context(),
      [&]() -> awaitable<void> {
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, 5ms);
        co_await timer.async_wait(boost::asio::use_awaitable);
        ended = true;
      },
      boost::asio::detached);
  s.poll();
  CHECK_FALSE(ended);
  CHECK(s.run_until([&] { return ended; }));
  CHECK_FALSE(s.run_until([] { return false; }));  // nothing is left that could change it
}

TEST_CASE("waiting is bounded") {
  testing::server s(sample());
  boost::asio::steady_timer timer(s.context(), 24h);
  timer.async_wait([](const boost::system::error_code&) {});
  CHECK_FALSE(s.run_until([] { return false; }, 1ms));
}

TEST_CASE("an exception of the test's own handlers comes out where they run") {
  testing::server s(sample());
  boost::asio::post(s.context(), [] { throw std::runtime_error("on purpose"); });
  CHECK_THROWS_WITH(s.poll(), "on purpose");
  CHECK(s.get("/it").status() == status::ok);
  boost::asio::post(s.context(), [] { throw std::runtime_error("at the end"); });
}

TEST_CASE("a loop that never rests is an error, not a hang") {
  std::function<void()> again;
  testing::server s(sample());
  again = [&] { boost::asio::post(s.context(), again); };
  again();
  CHECK_THROWS_WITH_AS(s.poll(), doctest::Contains("does not come to rest"), testing::error);
}

// --- protocols and the stop ----------------------------------------------------------------------

TEST_CASE("a protocol that is not HTTP" * test_support::http1_only) {
  testing::server s(stream_handler{[](stream lines) -> awaitable<void> {
    co_await lines.write(co_await lines.read_until('\n'));
  }});
  auto c = s.connect();
  CHECK(c.ask("say it\n") == "say it\n");
  CHECK(s.ends() == "handler_requested");
}

TEST_CASE("the stop: what is idle is closed, what is under way is finished") {
  testing::server s(sample());
  auto idle = s.connect();
  auto busy = s.connect();
  busy.send("POST /it HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na");
  CHECK_FALSE(s.stopped());
  s.stop(1h);
  CHECK(idle.is_closed());
  CHECK_FALSE(s.stopped());
  busy.send("b");
  CHECK(busy.receive_answer().get(field::connection) == "close");
  REQUIRE(s.stopped());
  CHECK(s.stopped()->drained == 2);
  CHECK_FALSE(s.subject().is_running());
  CHECK_THROWS_WITH_AS(s.connect(), "the server has stopped: it accepts no connection",
                       testing::error);
}
