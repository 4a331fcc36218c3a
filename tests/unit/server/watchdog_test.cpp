// SPDX-License-Identifier: BSL-1.0
//
// The watchdog: its thread, and a server's. Handlers that hold their thread do so until the log has
// said it, so these tests take as long as that takes and no test depends on a time.

#include "server/watchdog.hpp"

#include "support/server_harness.hpp"
#include "support/socket_client.hpp"
#include "support/websocket_play.hpp"

#include <asio_httpd/asio_httpd.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <doctest/doctest.h>

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

using namespace asio_httpd;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::awaitable;
using test_support::get;
using test_support::socket_client;

namespace {

constexpr auto patience = 60s;

// What is said of handlers that hold their thread; others wait for it.
class said_lines {
 public:
  void add(std::string_view line) {
    const std::lock_guard lock(mutex_);
    lines_.emplace_back(line);
    changed_.notify_all();
  }
  bool wait_for(const std::string& text) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return count(text) != 0; });
  }
  std::size_t how_often(const std::string& text) {
    const std::lock_guard lock(mutex_);
    return count(text);
  }

 private:
  std::size_t count(const std::string& text) const {
    return static_cast<std::size_t>(
        std::count_if(lines_.begin(), lines_.end(),
                      [&](const std::string& l) { return l.find(text) != std::string::npos; }));
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
};

bool is_blocked(int signal) {
  sigset_t blocked;
  pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  return sigismember(&blocked, signal) == 1;
}

// How a handler holds its thread: until the log has named it.
class holding {
 public:
  void hold(const std::string& name) const { CHECK(said->wait_for(": " + name + ";")); }
  server_options options(std::chrono::milliseconds limit = 10ms) const {
    server_options made{.listen = {"127.0.0.1:0"}, .threads = 4};
    made.deadlines.handler_turn = limit;
    made.log = [said = said](log_level level, std::string_view line) {
      if (level == log_level::warning) said->add(line);
    };
    return made;
  }

  const std::shared_ptr<said_lines> said = std::make_shared<said_lines>();
};

// A server and the threads that it runs on, its own or the user's.
class running_server {
 public:
  template <class What>
  running_server(What what, server_options options, bool on_own_threads) {
    if (on_own_threads) {
      server_.emplace(std::move(what), std::move(options));
    } else {
      server_.emplace(context_.get_executor(), std::move(what), std::move(options));
      for (int i = 0; i < 2; ++i) users_.emplace_back([this] { context_.run(); });
    }
    server_->start();
  }
  ~running_server() {
    server_->stop(10s);
    work_.reset();
    for (auto& t : users_) t.join();
  }
  server* operator->() { return &*server_; }
  socket_client connect() { return socket_client::to_port(server_->port()); }

 private:
  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  std::optional<server> server_;
  std::vector<std::thread> users_;
};

awaitable<void> wait_by(asio::any_io_executor executor, std::chrono::milliseconds d) {
  asio::steady_timer timer(executor, d);
  co_await timer.async_wait(asio::use_awaitable);
}

// Each holds its thread at another place of its life.
router holding_routes(const holding& h) {
  router routes;
  routes.get("/plain", [h] { return h.hold("GET /plain"), "held"; });
  routes.any("/start", [h]() -> awaitable<std::string> {
    h.hold("/start");
    co_return "held";
  });
  routes.get("/timer", [h]() -> awaitable<std::string> {
    const auto executor = co_await asio::this_coro::executor;
    co_await wait_by(executor, 1ms);
    h.hold("GET /timer");
    co_return "held";
  });
  routes.get("/pool", [h]() -> awaitable<std::string> {
    co_await run_blocking([] {});
    h.hold("GET /pool");
    co_return "held";
  });
  routes.get("/child", [h]() -> awaitable<std::string> {
    const auto executor = co_await asio::this_coro::executor;
    auto child = [&]() -> awaitable<void> {
      co_await wait_by(executor, 1ms);
      h.hold("GET /child");
    };
    co_await asio::co_spawn(executor, child, asio::use_awaitable);
    co_return "held";
  });
  routes.get("/content", [h] {
    return streaming("text/plain", [h](body_writer out) -> awaitable<void> {
      CHECK(out.get_executor() == co_await asio::this_coro::executor);
      co_await out.write("he");
      co_await wait_by(out.get_executor(), 1ms);
      h.hold("GET /content");
      co_await out.write("ld");
    });
  });
  routes.host("hooks.test").get("/before", [] { return "held"; }).use(before([h](const request&) {
    h.hold("GET hooks.test/before");
  }));
  routes.host("hooks.test")
      .get("/after", [] { return "held"; })
      .use(after([h](const request&, response&) { h.hold("GET hooks.test/after"); }));
  routes.post("/upload", [h](request_body body) -> awaitable<std::string> {
    co_await body.read();
    h.hold("POST /upload");
    co_return "held";
  });
  routes.websocket("/socket", [h](websocket s) -> awaitable<void> {
    CHECK(s.get_executor() == co_await asio::this_coro::executor);
    co_await s.receive();
    h.hold("GET /socket");
    co_await s.send("held");
  });
  return routes;
}

std::string upgrade(std::string_view path) {
  return get(path,
             "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
}

}  // namespace

// --- the thread ----------------------------------------------------------------------------------

TEST_CASE("the watchdog tells of a thread that is held, once it is woken by a connection") {
  serving::metrics m(0);
  std::atomic<std::size_t> open{0};
  std::promise<const route*> told;
  serving::watchdog dog(m, open, [&](const route& r, std::chrono::milliseconds limit) {
    CHECK(limit == 2ms);
    CHECK(is_blocked(SIGTERM));
    told.set_value(&r);
  });
  const route held{};
  const serving::running_handler holds(m.local().turn, &held);
  dog.start(2ms);
  SUBCASE("that is there already") {}
  SUBCASE("after it was started again") {
    dog.stop();
    dog.start(2ms);
  }
  open = 1;
  dog.wake();
  auto result = told.get_future();
  REQUIRE(result.wait_for(patience) == std::future_status::ready);
  CHECK(result.get() == &held);
}

// Another one, which is slower, says when it is time.
TEST_CASE("the watchdog looks at nothing while no connection is open") {
  serving::metrics m(0), others(0);
  const std::atomic<std::size_t> none{0}, one{1};
  std::atomic<int> told{0};
  std::promise<void> time_is_up;
  serving::watchdog asleep(m, none, [&](auto&, auto) { ++told; });
  serving::watchdog awake(others, one, [&](auto&, auto) { time_is_up.set_value(); });
  const route held{};
  const serving::running_handler holds(m.local().turn, &held);
  const serving::running_handler holds_too(others.local().turn, &held);
  asleep.start(1ms);
  awake.start(50ms);
  CHECK(time_is_up.get_future().wait_for(patience) == std::future_status::ready);
  CHECK(told == 0);
}

TEST_CASE("the watchdog ends at once, asleep or awake or never started") {
  serving::metrics m(0);
  std::atomic<std::size_t> open{0};
  SUBCASE("asleep") {}
  SUBCASE("awake") {
    open = 1;
  }
  serving::watchdog dog(m, open, nullptr);
  dog.stop();
  dog.start(1h);
  dog.stop();
  dog.stop();
  dog.start(0ms);
  dog.start(std::chrono::milliseconds::max());
}

// --- a server ------------------------------------------------------------------------------------

TEST_CASE("the log names the route whose handler holds a thread, wherever in its life that is") {
  for (const bool own : {true, false}) {
    for (const char* path : {"/plain", "/start", "/timer", "/pool", "/child", "/content"}) {
      CAPTURE(own);
      CAPTURE(path);
      const holding h;
      running_server s(holding_routes(h), h.options(), own);
      auto c = s.connect();
      c.send(get(path));
      CHECK(c.receive_until("ld").ends_with("ld"));
      CHECK(h.said->how_often(path) == 1);
      CHECK(s->report().requests.slow_handler_turns == 1);
    }
  }
}

TEST_CASE("a middleware's hooks are part of their route's handler") {
  const holding h;
  running_server s(holding_routes(h), h.options(), true);
  for (const char* path : {"/before", "/after"}) {
    auto c = s.connect();
    c.send(std::string("GET ") + path + " HTTP/1.1\r\nHost: hooks.test\r\n\r\n");
    CHECK(c.receive_reply().ends_with("held"));
    CHECK(h.said->how_often(path) == 1);
  }
}

TEST_CASE("a handler that was resumed by bytes of its peer") {
  for (const bool own : {true, false}) {
    const holding h;
    running_server s(holding_routes(h), h.options(), own);
    auto uploads = s.connect();
    uploads.send(
        "POST /upload HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
    CHECK(uploads.receive_until("\r\n\r\n").starts_with("HTTP/1.1 100"));
    uploads.send("x");
    CHECK(uploads.receive_reply().ends_with("held"));
    auto talks = s.connect();
    talks.send(upgrade("/socket"));
    CHECK(talks.receive_until("\r\n\r\n").starts_with("HTTP/1.1 101"));
    talks.send(test_support::masked(ws::opcode::text, "x"));
    CHECK(talks.receive_until("held").ends_with("held"));
    CHECK(s->report().requests.slow_handler_turns == 2);
  }
}

TEST_CASE("a handler that has no route") {
  const holding h;
  const stream_handler protocol{[h](stream s) -> awaitable<void> {
    CHECK(s.get_executor() == co_await asio::this_coro::executor);
    char byte = 0;
    co_await s.read_some(&byte, 1);
    h.hold("one without a route");
    co_await s.write("held");
  }};
  for (const bool own : {true, false}) {
    running_server s(protocol, h.options(), own);
    auto c = s.connect();
    c.send("x");
    CHECK(c.receive_all() == "held");
  }
}

// The one that holds its thread comes last: when it was told of, the others would have been.
TEST_CASE("a handler that waits for something else holds no thread") {
  for (const bool own : {true, false}) {
    const holding h;
    std::promise<void> timer_runs, work_runs, plain_runs;
    std::promise<void> may_end;
    const auto ends = may_end.get_future().share();
    router routes = holding_routes(h);
    routes.get("/long-timer", [&]() -> awaitable<void> {
      timer_runs.set_value();
      const auto executor = co_await asio::this_coro::executor;
      co_await wait_by(executor, 24h);
    });
    routes.get("/long-work", [&]() -> awaitable<std::string> {
      co_await run_blocking([&] {
        work_runs.set_value();
        ends.wait();
      });
      co_return "done";
    });
    routes.get("/long-blocking", [&] { return plain_runs.set_value(), ends.wait(), "done"; })
        .blocking();
    running_server s(routes, h.options(400ms), own);
    auto waits = s.connect(), works = s.connect(), blocks = s.connect(), holds = s.connect();
    waits.send(get("/long-timer"));
    works.send(get("/long-work"));
    blocks.send(get("/long-blocking"));
    timer_runs.get_future().wait();
    work_runs.get_future().wait();
    plain_runs.get_future().wait();
    holds.send(get("/timer"));
    CHECK(holds.receive_reply().ends_with("held"));
    may_end.set_value();
    CHECK(works.receive_reply().ends_with("done"));
    CHECK(blocks.receive_reply().ends_with("done"));
    CHECK(s->report().requests.slow_handler_turns == 1);
    CHECK(h.said->how_often("/long") == 0);
  }
}

// The access log is written on the stack of the coroutine that has ended; it is not the handler's.
TEST_CASE("what follows a coroutine's end is not its handler's turn") {
  class slow_log final : public exchange_log {
   public:
    explicit slow_log(holding h) : h_(std::move(h)) {}
    void write(const exchange& e) noexcept override {
      if (e.request->target() != "/quick") return;
      begun.set_value();
      h_.hold("GET /plain");
    }
    std::promise<void> begun;

   private:
    const holding h_;
  };
  for (const bool own : {true, false}) {
    const holding h;
    router routes = holding_routes(h);
    routes.get("/quick", []() -> awaitable<std::string> {
      const auto executor = co_await asio::this_coro::executor;
      co_await wait_by(executor, 1ms);
      co_return "quick";
    });
    const auto log = std::make_shared<slow_log>(h);
    auto options = h.options(200ms);
    options.access_log = log;
    running_server s(routes, options, own);
    auto quick = s.connect(), plain = s.connect();
    quick.send(get("/quick"));
    log->begun.get_future().wait();
    plain.send(get("/plain"));
    CHECK(plain.receive_reply().ends_with("held"));
    CHECK(quick.receive_reply().ends_with("quick"));
    CHECK(h.said->how_often("/quick") == 0);
  }
}

TEST_CASE("the line says what to do, and its limit") {
  const holding h;
  running_server s(holding_routes(h), h.options(12ms), true);
  auto c = s.connect();
  c.send(get("/plain"));
  CHECK(c.receive_reply().ends_with("held"));
  CHECK(h.said->how_often("a handler holds a thread of the server for more than 12 ms: GET /plain; "
                          "move what blocks to run_blocking(), or .blocking() on its route") == 1);
}

TEST_CASE("a server that is started again is watched again") {
  const holding h;
  server s(holding_routes(h), h.options());
  s.start();
  s.stop(10s);
  s.start();
  auto c = socket_client::to_port(s.port());
  c.send(get("/plain"));
  CHECK(c.receive_reply().ends_with("held"));
}

TEST_CASE("a server with a limit of 0 looks at nothing, and runs handlers on the plain executor") {
  const holding h;
  router routes;
  asio::any_io_executor ran_by;
  routes.get("/", [&]() -> awaitable<std::string> {
    ran_by = co_await asio::this_coro::executor;
    co_return "";
  });
  {
    running_server s(routes, h.options(0ms), true);
    auto c = s.connect();
    c.send(get("/"));
    c.receive_reply();
  }
  CHECK(ran_by.target<asio::io_context::executor_type>() != nullptr);
}
