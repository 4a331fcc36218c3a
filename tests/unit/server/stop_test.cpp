// SPDX-License-Identifier: BSL-1.0
//
// The stop: notice, drain, cut, and what is told of it.

#include "support/server_harness.hpp"
#include "support/slow_handler.hpp"

#include <asio_httpd/asio_httpd.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

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
using test_support::with_slow_handler;

TEST_CASE_FIXTURE(slow_handler_fixture,
                  "drain: who has sent nothing, or is between two requests, is closed") {
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

TEST_CASE_FIXTURE(slow_handler_fixture,
                  "drain: who is in the middle of a request gets its answer and a close") {
  h.ask(c, "GET / HTTP/1.1\r\nHo");
  auto body = h.connect();
  h.ask(body, request_text("POST /echo HTTP/1.1", "Content-Length: 4\r\n", "ab"));
  h.stop(1h);
  CHECK(h.report().draining);
  CHECK_FALSE(h.stopped());
  // Half a head is none of HTTP/2's, so there is nothing that would be served still.
  const auto begun = replies_in(h.ask(c, "st: x\r\n\r\n"));
  REQUIRE(begun.size() == (test_support::over_http2() ? 0 : 1));
  if (!begun.empty()) CHECK(begun[0].field("Connection") == "close");
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

TEST_CASE_FIXTURE(slow_handler_fixture,
                  "drain: a handler that runs may end; the deadline cuts it") {
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

TEST_CASE_FIXTURE(slow_handler_fixture,
                  "drain: the report names who was cut, and what it waited for") {
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
  CHECK(cut["127.0.0.1:40000"] == "/slow for its handler");
  // HTTP/2 knows nothing of half a head of HTTP/1.1: that connection was idle, and drained.
  if (!test_support::over_http2()) CHECK(cut["192.0.2.1:1"] == " for the rest of a request's head");
  CHECK(cut["[2001:db8::1]:2"] == "/echo for the rest of a request's content");
  CHECK(cut.size() == (test_support::over_http2() ? 2 : 3));
}

TEST_CASE("drain: of many who are cut, a hundred are named" * test_support::http1_only) {
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

TEST_CASE_FIXTURE(slow_handler_fixture, "drain: who is cut again and again is named once") {
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

TEST_CASE_FIXTURE(slow_handler_fixture, "drain in a coroutine") {
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

TEST_CASE_FIXTURE(slow_handler_fixture,
                  "a deadline that passes while the connection is being closed is nothing" *
                      test_support::http1_only) {
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
