// SPDX-License-Identifier: BSL-1.0
//
// The server object: start, stop and start again, refusals at start-up, and its report.

#include <asio_httpd/server.hpp>

#include "support/scratch_folder.hpp"
#include "support/server_harness.hpp"
#include "support/socket_client.hpp"

#include <asio_httpd/asio_httpd.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <doctest/doctest.h>

#include <sys/resource.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

using namespace asio_httpd;
using namespace std::chrono_literals;
using boost::asio::awaitable;
using test_support::eventually;
using test_support::get;
using test_support::server_harness;
using test_support::socket_client;
using test_support::statuses_in;

namespace {

router hello() {
  router routes;
  routes.get("/", [] { return "hello"; });
  return routes;
}

std::string ask(std::uint16_t port) {
  auto c = socket_client::to_port(port);
  c.send(get("/"));
  return statuses_in(c.receive_reply());
}

// Allows so many descriptors more than are open now.
class few_descriptors {
 public:
  explicit few_descriptors(std::size_t more) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit lower = before_;
    lower.rlim_cur = lowest_free() + more;
    ::setrlimit(RLIMIT_NOFILE, &lower);
  }
  ~few_descriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  few_descriptors(const few_descriptors&) = delete;
  few_descriptors& operator=(const few_descriptors&) = delete;

 private:
  static rlim_t lowest_free() {
    const auto s = test_support::scratch_folder();
    std::error_code error;
    const file f = file::open(s.path().string(), error);
    return static_cast<rlim_t>(f.descriptor());
  }
  rlimit before_{};
};

}  // namespace

TEST_CASE("start, stop, and start again") {
  server s(hello(), {.port = 0, .threads = 2});
  CHECK_FALSE(s.is_running());
  for (int round = 0; round < 3; ++round) {
    s.start();
    CHECK(s.is_running());
    CHECK(s.port() != 0);
    CHECK(ask(s.port()) == "200");
    CHECK_THROWS_AS(s.start(), std::logic_error);
    const auto ended = s.stop(10s);
    CHECK_FALSE(s.is_running());
    CHECK(ended.cut == 0);
    CHECK(ended.took < 9s);
  }
  CHECK(s.report().requests.total == 3);
  CHECK(s.report().connections.open == 0);
}

TEST_CASE("a stop without a start, and twice") {
  server s(hello(), {.port = 0, .threads = 1});
  s.stop(1s);
  s.start();
  s.stop(1s);
  const auto again = s.stop(1s);
  CHECK(again.open == 0);
}

TEST_CASE("a server with threads of its own is drained from a coroutine of somebody else") {
  boost::asio::io_context context;
  server s(hello(), {.port = 0, .threads = 2});
  s.start();
  auto idle = socket_client::to_port(s.port());
  REQUIRE(eventually([&] { return s.report().connections.open == 1; }));
  std::optional<stop_report> how;
  std::thread::id resumed_on;
  auto stopping = [&]() -> boost::asio::awaitable<void> {
    how = co_await s.drain(10s);
    resumed_on = std::this_thread::get_id();
  };
  boost::asio::co_spawn(context, stopping(), boost::asio::detached);
  context.run();
  REQUIRE(how);
  CHECK(how->drained == 1);
  CHECK(resumed_on == std::this_thread::get_id());
  s.stop({});
  CHECK_FALSE(s.is_running());
}

TEST_CASE("a stop without time drains who rests, however many, and keeps none of them") {
  server s(hello(), {.port = 0, .threads = 2});
  s.start();
  std::vector<socket_client> all;
  for (int i = 0; i < 300; ++i) all.push_back(socket_client::to_port(s.port()));
  REQUIRE(eventually([&] { return s.report().connections.open == 300; }));
  const auto how = s.stop(0s);
  CHECK(how.drained == 300);
  CHECK(how.cut == 0);
}

TEST_CASE("a drain that is cancelled cuts what is open") {
  boost::asio::io_context context;
  router routes;
  routes.get("/", []() -> awaitable<std::string> {
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, 24h);
    co_await timer.async_wait(boost::asio::use_awaitable);
    co_return "";
  });
  server s(routes, {.port = 0, .threads = 1});
  s.start();
  auto c = socket_client::to_port(s.port());
  c.send(get("/"));
  REQUIRE(eventually([&] { return s.report().bytes.received > 0; }));
  std::optional<stop_report> how;
  boost::asio::cancellation_signal cancel;
  auto stopping = [&]() -> awaitable<void> { how = co_await s.drain(1h); };
  boost::asio::co_spawn(context, stopping(),
                        boost::asio::bind_cancellation_slot(cancel.slot(), boost::asio::detached));
  boost::asio::post(context, [&] { cancel.emit(boost::asio::cancellation_type::terminal); });
  context.run();
  REQUIRE(how);
  CHECK(how->cut == 1);
  s.stop({});
}

TEST_CASE("a server that is never started, and one that is only destroyed") {
  server never(hello());
  server running(hello(), {.port = 0, .threads = 2});
  running.start();
  auto c = socket_client::to_port(running.port());
  server moved(std::move(running));
  CHECK(moved.is_running());
}

TEST_CASE("who asks for the end of a stop is told, whenever that is") {
  boost::asio::io_context context;
  server s(context.get_executor(), hello(), {.port = 0});
  int told = 0;
  auto count = [&](const stop_report&) { ++told; };
  SUBCASE("it runs") {
    s.start();
    s.async_stop(1s, count);
    context.run();
    CHECK(told == 1);
  }
  SUBCASE("it is stopping already") {
    s.start();
    s.async_stop(1s, count);
    s.async_stop(1s, count);
    context.run();
    CHECK(told == 2);
  }
  SUBCASE("it has stopped") {
    s.async_stop(1s, count);
    CHECK(told == 0);  // not from inside the call
    context.run();
    CHECK(told == 1);
  }
}

TEST_CASE("a server is started again from the callback of its stop") {
  boost::asio::io_context context;
  server s(context.get_executor(), hello(), {.port = 0});
  int rounds = 0;
  std::function<void(const stop_report&)> again = [&](const stop_report&) {
    if (++rounds == 3) return;
    s.start();
    s.async_stop(1s, again);
  };
  s.start();
  s.async_stop(1s, again);
  context.run();
  CHECK(rounds == 3);
  CHECK_FALSE(s.is_running());
}

TEST_CASE("threat 13: the executor goes away while the server runs, or is stopping") {
  for (const bool stopping : {false, true}) {
    boost::asio::io_context context;
    server s(context.get_executor(), hello(), {.port = 0});
    s.start();
    auto c = socket_client::to_port(s.port());
    c.send("GET / HTTP/1.1\r\n");
    context.poll();
    if (stopping) s.async_stop(1h, [](const stop_report&) {});
    context.poll();
  }
  // The context outlives the server, as it must, and goes with a connection that is open.
  boost::asio::io_context context;
  socket_client c = [&] {
    server s(context.get_executor(), hello(), {.port = 0});
    s.start();
    auto made = socket_client::to_port(s.port());
    made.send("GET / HTTP/1.1\r\n");
    context.poll();
    return made;
  }();
  CHECK(c.descriptor() >= 0);
}

TEST_CASE("the destructor cuts a stop that is under way with more time") {
  server s(hello(), {.port = 0, .threads = 1});
  s.start();
  auto c = socket_client::to_port(s.port());
  c.send("GET / HTTP/1.1\r\n");
  REQUIRE(eventually([&] { return s.report().bytes.received > 0; }));
  s.async_stop(1h, nullptr);
  const auto before = std::chrono::steady_clock::now();
  { const server goes = std::move(s); }
  CHECK(std::chrono::steady_clock::now() - before < 1min);
  CHECK(c.receive_all().empty());
}

TEST_CASE("a stop ends though a handler left work of its own behind") {
  router routes;
  routes.get("/", []() -> awaitable<std::string> {
    const auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::co_spawn(
        executor,
        [executor]() -> awaitable<void> {
          boost::asio::steady_timer timer(executor, 24h);
          co_await timer.async_wait(boost::asio::use_awaitable);
        },
        boost::asio::detached);
    co_return "left something";
  });
  server s(routes, {.port = 0, .threads = 2});
  s.start();
  CHECK(ask(s.port()) == "200");
  CHECK(s.stop(1s).took < 30s);
}

TEST_CASE("a stop ends though a handler ignores that it is cancelled") {
  router routes;
  routes.get("/", []() -> awaitable<std::string> {
    for (;;) {
      try {
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, 24h);
        co_await boost::asio::this_coro::reset_cancellation_state(
            boost::asio::disable_cancellation());
        co_await timer.async_wait(boost::asio::use_awaitable);
      } catch (const boost::system::system_error&) {
      }
    }
  });
  std::string log;
  server s(routes, {.port = 0, .threads = 2, .log = [&](log_level, std::string_view line) {
                      log += line;
                    }});
  s.start();
  auto c = socket_client::to_port(s.port());
  c.send(get("/"));
  REQUIRE(eventually([&] { return s.report().bytes.received > 0; }));
  const auto report = s.stop(0s);
  CHECK(report.open == 1);
  CHECK(report.cut == 1);
  CHECK(log.starts_with("a handler did not end when it was cancelled; giving it up"));
  CHECK(log.ends_with(" (/) was cut: it waited for its handler"));
  CHECK(c.receive_all().empty());
}

TEST_CASE("a port in use is a sentence that says what to do") {
  server first(hello(), {.listen = {"127.0.0.1:0"}, .threads = 1});
  first.start();
  const std::string address = "127.0.0.1:" + std::to_string(first.port());
  server second(hello(), {.listen = {"127.0.0.1:0", address}, .threads = 1});
  std::string why;
  try {
    second.start();
  } catch (const std::system_error& e) {
    why = e.what();
    CHECK(e.code() == std::errc::address_in_use);
  }
  CHECK(why == "cannot listen on " + address +
                   ": Address already in use; another program listens there (ss -ltnp 'sport = :" +
                   std::to_string(first.port()) + "' shows which)");
  CHECK_FALSE(second.is_running());
  first.stop(1s);
  second.start();  // after all
  CHECK(second.listeners().at(1) == address);
  second.stop(1s);
}

TEST_CASE("localhost is two addresses, and one of them in use is an error too") {
  server six(hello(), {.listen = {"[::1]:0"}, .threads = 1});
  six.start();
  server both(hello(), {.port = six.port(), .threads = 1});
  CHECK_THROWS_AS(both.start(), std::system_error);
  six.stop(1s);
  both.start();
  CHECK(both.listeners().size() == 2);
  both.stop(1s);
}

TEST_CASE("a malformed address is refused") {
  server s(hello(), {.listen = {"somewhere:80"}});
  CHECK_THROWS_AS(s.start(), std::invalid_argument);
  CHECK_FALSE(s.is_running());
}

TEST_CASE("threat 12: a start without descriptors fails whole, and succeeds later") {
  server s(hello(), {.port = 0, .threads = 2});
  bool started = false;
  int failures = 0;
  for (std::size_t more = 0; more < 60 && !started; ++more) {
    const few_descriptors limit(more);
    try {
      s.start();
      started = true;
    } catch (const std::exception& e) {
      ++failures;
      CHECK_FALSE(s.is_running());
    }
  }
  CHECK(started);
  CHECK(failures > 3);
  CHECK(ask(s.port()) == "200");
  s.stop(1s);
}

TEST_CASE("the report of a server") {
  server_harness h(hello());
  auto c = h.connect();
  h.ask(c, get("/"));
  h.advance(90s);
  const auto report = h.report();
  CHECK(report.started_unix_time == 784111777);
  CHECK(report.uptime == 90s);
  CHECK(report.threads == 0);
  CHECK(report.listeners.empty());
  CHECK_FALSE(report.draining);
  CHECK(report.connections.accepted == 1);
  CHECK(report.connections.limit > 0);
}

TEST_CASE("report, listeners and port from other threads, while it starts, serves and stops") {
  server s(hello(), {.port = 0, .threads = 2});
  std::atomic<bool> ends{false};
  std::vector<std::thread> readers;
  bool strange = false;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&, mine = i] {
      while (!ends) {
        const auto r = s.report();
        if (mine == 0 && r.connections.open > 1000) strange = true;
        (void)s.listeners();
        (void)s.port();
        (void)s.is_running();
      }
    });
  }
  for (int round = 0; round < 5; ++round) {
    s.start();
    for (int i = 0; i < 20; ++i) CHECK(ask(s.port()) == "200");
    s.stop(1s);
  }
  ends = true;
  for (auto& r : readers) r.join();
  CHECK_FALSE(strange);
}
