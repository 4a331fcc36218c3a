// SPDX-License-Identifier: BSL-1.0
//
// The loop: requests one after the other and pipelined, handlers that wait, peers that leave or do
// not read, over a pipe in memory. The steps that a request goes through have files of their own:
// connection_body, connection_answer, connection_file, connection_upgrade, connection_end.

#include "server/connection.hpp"

#include "support/hello_routes.hpp"
#include "support/server_harness.hpp"
#include "support/socket_client.hpp"

#include <asio_httpd/asio_httpd.hpp>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>

using namespace asio_httpd;
using namespace std::chrono_literals;
using boost::asio::awaitable;
using test_support::get;
using test_support::hello;
using test_support::replies_in;
using test_support::request_text;
using test_support::server_harness;
using test_support::statuses_in;

namespace {

// Lets one coroutine wait until the test opens it.
class gate {
 public:
  awaitable<void> pass() {
    if (open_) co_return;
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, 24h);
    timer_ = &timer;
    boost::system::error_code ended;
    co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ended));
    timer_ = nullptr;
    if (!open_) throw boost::system::system_error(ended);
  }
  void open() {
    open_ = true;
    if (timer_) timer_->cancel();
  }
  bool is_waited_for() const { return timer_ != nullptr; }

 private:
  boost::asio::steady_timer* timer_ = nullptr;
  bool open_ = false;
};

}  // namespace

TEST_CASE("a request is answered, and the connection stays") {
  server_harness h(hello());
  auto c = h.connect();
  const auto first = replies_in(h.ask(c, get("/")));
  REQUIRE(first.size() == 1);
  CHECK(first[0].status == 200);
  CHECK(first[0].body == "hello");
  CHECK(first[0].field("Date") == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(first[0].field("Server") == "asio_httpd");
  CHECK(first[0].field("Connection").empty());
  CHECK(statuses_in(h.ask(c, get("/numbers/7"))) == "200");
  CHECK(h.report().connections.open == 1);
  CHECK(h.report().connections.idle == 1);
  CHECK(h.report().requests.total == 2);
  CHECK_FALSE(c.is_closed());
}

TEST_CASE("the peer leaves between two requests") {
  server_harness h(hello());
  auto c = h.connect();
  h.ask(c, get("/"));
  c.shutdown_send();
  h.poll();
  CHECK(c.is_closed());
  CHECK(h.ends() == "client_done");
  CHECK(h.report().connections.open == 0);
  CHECK(h.report().connections.idle == 0);
}

TEST_CASE("a peer that shuts down its sending side gets its answers first") {
  server_harness h(hello());
  auto c = h.connect();
  c.send(get("/") + get("/numbers/2"));
  c.shutdown_send();
  CHECK(statuses_in(h.receive(c)) == "200 200");
  CHECK(h.ends() == "client_done");
}

TEST_CASE("the peer leaves in the middle of a head, a body, a chunk") {
  const std::string_view parts[] = {
      "GET / HTTP/1.1\r\nHo",
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab",
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
  };
  for (const auto part : parts) {
    for (const bool with_reset : {false, true}) {
      server_harness h(hello());
      auto c = h.connect();
      c.send(part);
      h.poll();
      with_reset ? c.reset() : c.shutdown_send();
      CHECK(h.receive(c).empty());
      CHECK(c.is_closed());
      const bool is_request = part.starts_with("POST") || !test_support::over_http2();
      CHECK(test_support::end_of(h) == (!is_request  ? "client_done"
                                        : with_reset ? "client_aborted"
                                                     : test_support::cut_as("client_aborted")));
    }
  }
}

TEST_CASE("pipelined requests are answered in order, in one write") {
  server_harness h(hello());
  auto c = h.connect();
  std::string batch;
  std::string expected;
  for (int i = 0; i < 50; ++i) {
    batch += get("/numbers/" + std::to_string(i));
    expected += std::to_string(i) + " ";
  }
  c.send(batch);
  c.set_capacity(1024 * 1024);
  std::string all = h.receive(c);
  std::string bodies;
  for (const auto& r : replies_in(all)) bodies += r.body + " ";
  CHECK(bodies == expected);
}

TEST_CASE("bytes that come one at a time get the same answer") {
  const std::string bytes = get("/") +
                            request_text("POST /echo HTTP/1.1", "Content-Length: 4\r\n", "abcd") +
                            request_text("POST /echo HTTP/1.1", "Transfer-Encoding: chunked\r\n",
                                         "3\r\nxyz\r\n0\r\nT: 1\r\n\r\n") +
                            get("/none", "Connection: close\r\n");
  server_harness whole(hello());
  auto c = whole.connect();
  const std::string expected = whole.ask(c, bytes);
  CHECK(statuses_in(expected) == "200 200 200 404");

  server_harness slow(hello());
  auto d = slow.connect();
  std::string got;
  for (const char byte : bytes) got += slow.ask(d, {&byte, 1});
  CHECK(got == expected);
  CHECK(whole.ends() == test_support::ends_as("client_requested"));
  CHECK(slow.ends() == test_support::ends_as("client_requested"));
}

TEST_CASE("what is finished is not held back by a handler that waits behind it") {
  gate slow;
  router routes = hello();
  routes.get("/slow", [&](const request&) -> awaitable<std::string> {
    co_await slow.pass();
    co_return "slow";
  });
  server_harness h(routes);
  auto c = h.connect();
  CHECK(statuses_in(h.ask(c, get("/") + get("/slow") + get("/"))) == "200");
  REQUIRE(slow.is_waited_for());
  slow.open();
  const auto rest = replies_in(h.receive(c));
  REQUIRE(rest.size() == 2);
  CHECK(rest[0].body == "slow");
  CHECK(rest[1].body == "hello");
}

TEST_CASE("threat 13: pipelining behind a coroutine that waits, then the peer aborts" *
          test_support::http1_only) {
  for (const bool with_reset : {false, true}) {
    gate slow;
    router routes = hello();
    routes
        .get("/slow",
             [&](const request& r) -> awaitable<std::string> {
               co_await slow.pass();
               co_return std::string(r.target()) + std::string(r.get("Host"));
             })
        .detached();
    server_harness h(routes);
    auto c = h.connect();
    c.send(get("/slow?" + std::string(300, 'x')) + get("/") + get("/slow") + get("/"));
    h.poll();
    with_reset ? c.reset() : c.shutdown_send();
    h.poll();
    slow.open();
    CHECK(statuses_in(h.receive(c)) == (with_reset ? "" : "200 200 200 200"));
    CHECK(h.report().connections.open == 0);
  }
}

TEST_CASE("threat 13: the server stops while a coroutine runs, and is destroyed with it") {
  gate slow;
  router routes;
  routes.get("/slow", [&](const request& r) -> awaitable<std::string> {
    co_await slow.pass();
    co_return std::string(r.target());
  });
  SUBCASE("cut") {
    server_harness h(routes);
    auto c = h.connect();
    h.ask(c, get("/slow"));
    h.stop(0s);
    h.poll();
    REQUIRE(h.stopped());
    CHECK(h.stopped()->cut == 1);
    CHECK_FALSE(slow.is_waited_for());
    CHECK(c.is_closed());
  }
  SUBCASE("the executor goes away first") {
    boost::asio::io_context context;
    server s(context.get_executor(), routes, {.port = 0});
    s.start();
    context.poll();
  }
}

TEST_CASE("many coroutines that do not wait, pipelined, need no stack") {
  router routes;
  routes.get("/", []() -> awaitable<std::string> { co_return "x"; });
  server_harness h(routes);
  auto c = h.connect();
  c.set_capacity(100 * 1024 * 1024);
  std::string batch;
  for (int i = 0; i < 20000; ++i) batch += get("/");
  CHECK(replies_in(h.ask(c, batch)).size() == 20000);
}

TEST_CASE("a peer that does not read its answers: nothing more is taken up, memory is bounded" *
          test_support::in_memory_only) {
  std::size_t handled = 0;
  router routes;
  routes.get("/", [&] {
    ++handled;
    return std::string(1000, 'x');
  });
  server_harness h(routes, {.limits = {.pending_output = 64 * 1024}});
  auto c = h.connect();
  c.set_capacity(10 * 1024);
  std::string batch;
  for (int i = 0; i < 1000; ++i) batch += get("/");
  c.send(batch);
  const std::size_t before = handled;
  CHECK(before > 10);
  CHECK(before < 90);  // 64 KiB of answers, and the one that went over
  h.poll();
  CHECK(handled == before);
  std::string all;
  while (replies_in(all).size() < 1000) {
    const std::string piece = h.receive(c);
    REQUIRE_FALSE(piece.empty());
    all += piece;
  }
  CHECK(handled == 1000);
}

TEST_CASE("a large answer goes out in pieces, as the peer takes it") {
  std::string large(3 * 1024 * 1024, 'x');
  router routes;
  routes.get("/", [&] { return large; });
  server_harness h(routes);
  auto c = h.connect();
  const auto answers = replies_in(h.ask(c, get("/") + get("/")));
  REQUIRE(answers.size() == 2);
  CHECK((answers[0].body == large && answers[1].body == large));
}

TEST_CASE("the request knows its peer") {
  router routes;
  routes.get("/", [](const request& r) {
    return r.remote_address() + " " + std::to_string(r.remote_port()) +
           (r.from_this_machine() ? " here" : " there");
  });
  server_harness h(routes);
  auto c = h.connect();
  CHECK(replies_in(h.ask(c, get("/"))).at(0).body == "127.0.0.1 40000 here");
}

TEST_CASE("servers one after the other and side by side keep their names apart") {
  for (const char* name : {"first", "second", ""}) {
    server_harness h(hello(), {.server_name = name});
    server_harness other(hello(), {.server_name = "other"});
    auto c = h.connect();
    auto d = other.connect();
    CHECK(replies_in(h.ask(c, get("/"))).at(0).field("Server") == name);
    CHECK(replies_in(other.ask(d, get("/"))).at(0).field("Server") == "other");
    CHECK(replies_in(h.ask(c, get("/"))).at(0).field("Server") == name);
  }
}

TEST_CASE("RSS and connections are flat after 100,000 bad requests" *
          test_support::in_memory_only) {
  // The allocator's arenas settle in the first tenth.
  server_harness h(hello(), {.log = [](log_level, std::string_view) {}});
  const std::string_view bad[] = {
      "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      "\x16\x03\x01 not HTTP at all\r\n\r\n",
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
  };
  std::uint64_t settled = 0;
  const int rounds = 100000;
  for (int i = 0; i < rounds; ++i) {
    auto c = h.connect();
    c.send(bad[i % 4]);
    c.shutdown_send();
    h.poll();
    if (i % 100 == 0) REQUIRE(statuses_in(c.receive()) == "400");
    if (i == rounds / 10) settled = h.report().process.resident_memory_bytes;
  }
  const auto report = h.report();
  CHECK(report.connections.open == 0);
  CHECK(report.requests.by_status_class[4] == rounds);
  CHECK(report.requests.by_status_class[5] == 0);
  // AddressSanitizer keeps what was freed last.
  const std::uint64_t quarantine = test_support::sanitized ? 256 << 20 : 0;
  CHECK(report.process.resident_memory_bytes < settled + quarantine + (8 << 20));
}
