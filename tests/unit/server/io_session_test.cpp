// SPDX-License-Identifier: BSL-1.0
//
// Deadlines, drain and cut, and calls of coroutines: everything that ends a wait, with a clock that
// is moved by hand.

#include "server/io_session.hpp"

#include "server/stream_implementation.hpp"

#include "support/server_harness.hpp"

#include <asio_httpd/asio_httpd.hpp>
#include <asio_httpd/stream.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace asio_httpd;
using namespace std::chrono_literals;
using boost::asio::awaitable;
using test_support::get;
using test_support::replies_in;
using test_support::request_text;
using test_support::server_harness;
using test_support::statuses_in;

namespace {

// Waits for longer than any test takes; throws where it is cancelled.
awaitable<void> wait_for_ever() {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, 24h);
  co_await timer.async_wait(boost::asio::use_awaitable);
}

// How the coroutine that waited has ended.
enum class ending { none, cancelled, completed };

router with_slow_handler(ending& how) {
  router routes;
  routes.get("/", [] { return "hello"; });
  routes.post("/echo", [](const request& r) { return std::string(r.body()); });
  routes.get("/slow", [&how](const request& r) -> awaitable<std::string> {
    try {
      co_await wait_for_ever();
      how = ending::completed;
    } catch (const boost::system::system_error& e) {
      how = e.code() == boost::asio::error::operation_aborted ? ending::cancelled : ending::none;
      throw;
    }
    co_return std::string(r.target());
  });
  return routes;
}

struct fixture {
  ending how = ending::none;
  server_harness h{with_slow_handler(how)};
  testing::connection c = h.connect();
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "no byte in time: a silent close") {
  h.advance(9900ms);
  CHECK_FALSE(c.is_closed());
  h.advance(200ms);
  CHECK(c.is_closed());
  CHECK(h.receive(c).empty());
  CHECK(h.ends() == "head_timeout");
}

TEST_CASE_FIXTURE(fixture, "threat 11: a head that does not end in time is 408") {
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

TEST_CASE_FIXTURE(fixture, "threat 11: the head's time begins anew with each request only") {
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

TEST_CASE_FIXTURE(fixture, "threat 11: a body of one byte a second is cut") {
  c.send(request_text("POST /echo HTTP/1.1", "Content-Length: 100000\r\n"));
  h.poll();
  int seconds = 0;
  for (; seconds < 60 && !c.is_closed(); ++seconds) {
    c.send("x");
    h.advance(1s);
  }
  CHECK(seconds >= 10);
  CHECK(seconds <= 12);
  CHECK(statuses_in(h.receive(c)) == "408");
  CHECK(h.ends() == "body_timeout");
}

TEST_CASE_FIXTURE(fixture, "a slow body at the minimum rate may take its time") {
  const std::string body(240 * 60, 'x');
  c.send(request_text("POST /echo HTTP/1.1", "Content-Length: 14400\r\n"));
  for (int i = 0; i < 60; ++i) {
    CHECK_FALSE(c.is_closed());
    c.send(std::string(240, 'x'));
    h.advance(1s);
  }
  CHECK(replies_in(h.receive(c)).at(0).body == body);
}

TEST_CASE_FIXTURE(fixture, "threat 11: chunks of one byte a second are cut") {
  c.send(request_text("POST /echo HTTP/1.1", "Transfer-Encoding: chunked\r\n"));
  for (int i = 0; i < 12; ++i) {
    c.send("1;ext=aaaaaaaaaaaaaaaaaaaaaaaa\r\nx\r\n");
    h.advance(1s);
  }
  CHECK(statuses_in(h.receive(c)) == "408");
  CHECK(h.ends() == "body_timeout");
}

TEST_CASE_FIXTURE(fixture,
                  "a body that nobody wants, and that does not come, is no second answer") {
  CHECK(statuses_in(h.ask(c, request_text("POST /none HTTP/1.1", "Content-Length: 9\r\n", "ab"))) ==
        "404");
  h.advance(11s);
  CHECK(h.receive(c).empty());
  CHECK(c.is_closed());
  CHECK(h.ends() == "body_timeout");
}

TEST_CASE_FIXTURE(fixture, "idle connections are closed in silence") {
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

TEST_CASE_FIXTURE(fixture, "a handler that takes too long is cancelled: 503") {
  CHECK(h.ask(c, get("/slow") + get("/")).empty());
  h.advance(59s);
  CHECK(how == ending::none);
  h.advance(2s);
  CHECK(how == ending::cancelled);
  const auto answers = replies_in(h.receive(c));
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].status == 503);
  CHECK(answers[0].field("Connection") == "close");
  c.shutdown_send();
  h.poll();
  CHECK(c.is_closed());
  CHECK(h.ends() == "handler_timeout");
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

// --- drain and cut -------------------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "drain: who has sent nothing, or is between two requests, is closed") {
  auto second = h.connect();
  h.ask(second, get("/"));
  h.stop(1h);
  h.poll();
  CHECK(c.is_closed());
  CHECK(second.is_closed());
  CHECK(h.ends() == "drained 2");
  REQUIRE(h.stopped());
  CHECK(h.stopped()->open == 2);
  CHECK(h.stopped()->drained == 2);
  CHECK(h.stopped()->cut == 0);
  CHECK_FALSE(h.subject().is_running());
}

TEST_CASE_FIXTURE(fixture, "drain: who is in the middle of a request gets its answer and a close") {
  h.ask(c, "GET / HTTP/1.1\r\nHo");
  auto body = h.connect();
  h.ask(body, request_text("POST /echo HTTP/1.1", "Content-Length: 4\r\n", "ab"));
  h.stop(1h);
  CHECK(h.report().draining);
  CHECK_FALSE(h.stopped());
  CHECK(replies_in(h.ask(c, "st: x\r\n\r\n")).at(0).field("Connection") == "close");
  const auto answer = replies_in(h.ask(body, "cd"));
  CHECK(answer.at(0).body == "abcd");
  CHECK(answer.at(0).field("Connection") == "close");
  c.shutdown_send();
  body.shutdown_send();
  h.poll();
  CHECK(h.ends() == "drained 2");
  REQUIRE(h.stopped());
  CHECK(h.stopped()->drained == 2);
}

TEST_CASE_FIXTURE(fixture, "drain: a handler that runs may end; the deadline cuts it") {
  h.ask(c, get("/slow"));
  auto idle = h.connect();
  h.stop(1h);
  h.poll();
  CHECK(h.ends() == "drained");
  CHECK_FALSE(h.stopped());
  h.subject().cut();
  h.poll();
  CHECK(how == ending::cancelled);
  CHECK(c.is_closed());
  CHECK(h.ends() == "drained, drain_deadline");
  REQUIRE(h.stopped());
  CHECK(h.stopped()->open == 2);
  CHECK(h.stopped()->drained == 1);
  CHECK(h.stopped()->cut == 1);
  CHECK(h.log().back() == "warning: 127.0.0.1:40000 (/slow) was cut: it waited for its handler");
}

TEST_CASE_FIXTURE(fixture, "drain: the report names who was cut, and what it waited for") {
  h.ask(c, get("/slow"));
  auto head = h.connect("192.0.2.1", 1);
  h.ask(head, get("/") + "GET");
  auto content = h.connect("2001:db8::1", 2);
  h.ask(content, request_text("POST /echo HTTP/1.1", "Content-Length: 4\r\n", "ab"));
  h.stop(1h);
  h.subject().cut();
  h.poll();
  REQUIRE(h.stopped());
  std::map<std::string, std::string> cut;
  for (const auto& [peer, route, waits] : h.stopped()->cut_connections) {
    cut[peer] = route + " " + waits;
  }
  CHECK(cut == std::map<std::string, std::string>{
                   {"127.0.0.1:40000", "/slow for its handler"},
                   {"192.0.2.1:1", " for the rest of a request's head"},
                   {"[2001:db8::1]:2", "/echo for the rest of a request's content"}});
}

TEST_CASE("drain: of many who are cut, a hundred are named") {
  server_harness h(router{});
  std::vector<testing::connection> all;
  for (std::size_t i = 0; i <= stop_report::most_named; ++i) all.push_back(h.connect());
  for (auto& c : all) c.send("GET");
  h.stop(1h);
  h.subject().cut();
  h.poll();
  REQUIRE(h.stopped());
  CHECK(h.stopped()->cut == stop_report::most_named + 1);
  CHECK(h.stopped()->cut_connections.size() == stop_report::most_named);
}

TEST_CASE("a stop says that it comes before it begins") {
  router routes;
  routes.readiness("/ready");
  server_options options;
  options.drain_notice = 1h;
  server_harness h(routes, options);
  auto idle = h.connect();
  CHECK(statuses_in(h.ask(idle, get("/ready"))) == "200");
  h.stop(2h);
  CHECK(h.report().draining);
  auto answer = replies_in(h.ask(idle, get("/ready"))).at(0);
  CHECK(answer.status == 503);
  CHECK(answer.body == "stopping\n");
  CHECK(answer.field("Connection").empty());
  CHECK_FALSE(idle.is_closed());
  SUBCASE("and is cut meanwhile") {
    h.subject().cut();
    h.poll();
    CHECK(idle.is_closed());
    REQUIRE(h.stopped());
    CHECK(h.stopped()->open == 1);
  }
}

TEST_CASE("a stop that has no time gives no notice") {
  server_options options;
  options.drain_notice = 1h;
  server_harness h(router{}, options);
  auto idle = h.connect();
  h.stop(0s);
  CHECK(h.run_until([&] { return h.stopped().has_value(); }));
  CHECK(idle.is_closed());
}

TEST_CASE_FIXTURE(fixture, "drain: who is cut again and again is named once") {
  h.ask(c, get("/slow"));
  h.stop(1h);
  h.at_once([&] {
    for (int i = 0; i < 3; ++i) h.subject().cut();
  });
  h.poll();
  REQUIRE(h.stopped());
  CHECK(h.stopped()->cut_connections.size() == 1);
}

TEST_CASE("drain: a handler that waits for something of its own is named as such") {
  router routes;
  routes.get("/", [] {
    return streaming("text/plain", [](body_writer to) -> awaitable<void> {
      co_await to.write("a");
      boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, 24h);
      co_await timer.async_wait(boost::asio::use_awaitable);
    });
  });
  server_harness h(routes);
  auto c = h.connect();
  h.ask(c, get("/"));
  h.stop(1h);
  h.subject().cut();
  h.poll();
  REQUIRE(h.stopped());
  REQUIRE(h.stopped()->cut_connections.size() == 1);
  CHECK(h.stopped()->cut_connections[0].waits == "for its handler");
  CHECK(h.stopped()->cut_connections[0].route == "/");
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
    CHECK(h.ends() == "internal_error");
  }
}

TEST_CASE_FIXTURE(fixture, "drain in a coroutine") {
  h.ask(c, get("/slow"));
  std::optional<stop_report> report;
  auto stopping = [&]() -> awaitable<void> { report = co_await h.subject().drain(1h); };
  boost::asio::co_spawn(h.context(), stopping(), boost::asio::detached);
  h.poll();
  CHECK(h.report().draining);
  CHECK_FALSE(report);
  h.subject().cut();
  h.poll();
  REQUIRE(report);
  CHECK(report->cut == 1);
  CHECK(report->cut_connections.at(0).route == "/slow");
}

TEST_CASE("drain: a large answer is finished, a peer that does not read it is cut" *
          test_support::in_memory_only) {
  router routes;
  routes.get("/", [] { return std::string(1024 * 1024, 'x'); });
  server_harness h(routes);
  auto c = h.connect();
  c.send(get("/"));
  h.poll();
  h.stop(1h);
  h.poll();
  REQUIRE_FALSE(h.stopped());
  SUBCASE("finished") {
    CHECK(replies_in(h.receive(c)).at(0).body.size() == 1024 * 1024);
    CHECK(h.ends() == "drained");
  }
  SUBCASE("cut") {
    h.subject().cut();
    h.poll();
    CHECK(h.ends() == "drain_deadline");
  }
  CHECK(c.is_closed());
  CHECK(h.stopped());
}

TEST_CASE_FIXTURE(fixture,
                  "a deadline that passes while the connection is being closed is nothing") {
  h.ask(c, "GET / HTTP/9.9\r\n\r\n");  // lingers
  h.stop(1h);
  h.advance(1h);
  h.poll();
  CHECK(c.is_closed());
  CHECK(h.ends() == "parse_error");
  CHECK(h.stopped());
}

TEST_CASE("threat 13: everything at once: peers reset, time passes, the server is cut") {
  for (int what = 0; what < 16; ++what) {
    ending how = ending::none;
    server_harness h(with_slow_handler(how));
    testing::connection peers[] = {h.connect(), h.connect(), h.connect(), h.connect()};
    peers[0].send(get("/slow") + get("/slow"));
    peers[1].send(request_text("POST /echo HTTP/1.1", "Content-Length: 9\r\n", "a"));
    peers[2].send(get("/") + "GET");
    h.poll();
    h.at_once([&] {
      if (what & 1) {
        for (auto& p : peers) p.reset();
      }
      if (what & 2) h.subject().async_stop(0s, nullptr);
      if (what & 4) h.subject().cut();
      if (what & 8) h.advance(1h);
    });
  }
}

// --- exceptions that nobody waits for ------------------------------------------------------------

TEST_CASE("what is called by nobody ends its session where it throws, and nothing else") {
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
