// SPDX-License-Identifier: BSL-1.0
//
// Handles of WebSockets in many threads at once, while the sockets open and close, and while the
// server stops and goes away. For the thread sanitizer above all, so it is bounded by counts and
// short; ASIO_HTTPD_STRESS_SECONDS=60 in the environment makes it go on for so long.

#include "support/server_harness.hpp"
#include "support/socket_client.hpp"
#include "support/websocket_play.hpp"

#include <asio_httpd/asio_httpd.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace asio_httpd;
using namespace std::chrono_literals;
using boost::asio::awaitable;
using test_support::eventually;
using test_support::get;
using test_support::masked;
using test_support::masked_close;
using test_support::socket_client;

namespace {

constexpr unsigned users = 8;
constexpr unsigned visitors = 2;
constexpr int visits = 100;  // of each visitor, in a round
constexpr int least_rounds = 3;
constexpr std::size_t most_handles = 32;

using random_source = std::minstd_rand;

bool one_in(unsigned n, random_source& random) {
  return random() % n == 0;
}

// What handlers and users share: some handles, of sockets that are open and of such that are not.
class room {
 public:
  void enter(const websocket& socket, random_source& random) {
    all.subscribe(socket);
    const std::lock_guard lock(mutex_);
    if (handles_.size() < most_handles) return handles_.push_back(socket);
    handles_[random() % handles_.size()] = socket;
  }
  std::optional<websocket> any(random_source& random) const {
    const std::lock_guard lock(mutex_);
    if (handles_.empty()) return std::nullopt;
    return handles_[random() % handles_.size()];
  }
  std::vector<websocket> handles() const {
    const std::lock_guard lock(mutex_);
    return handles_;
  }

  topic all;
  std::atomic<int> handlers{0};
  std::atomic<bool> is_over{false};

 private:
  mutable std::mutex mutex_;
  std::vector<websocket> handles_;
};

struct visit_counter {
  explicit visit_counter(std::atomic<int>& n) noexcept : count(n) { ++count; }
  visit_counter(const visit_counter&) = delete;
  visit_counter& operator=(const visit_counter&) = delete;
  ~visit_counter() { --count; }
  std::atomic<int>& count;
};

awaitable<void> talk(room& r, websocket socket) {
  const visit_counter counted(r.handlers);
  thread_local random_source random(7);
  r.enter(socket, random);
  while (auto m = co_await socket.receive()) {
    if (m->data == "leave") co_return;
    co_await socket.send(*m);
  }
}

router routes_of(room& r) {
  router routes;
  const auto handler = [&r](websocket s) { return talk(r, std::move(s)); };
  routes.websocket("/0", handler, {.queue_limit = 500, .policy = slow_consumer::drop_newest});
  routes.websocket("/1", handler, {.queue_limit = 500, .policy = slow_consumer::drop_oldest});
  routes.websocket("/2", handler, {.queue_limit = 500, .policy = slow_consumer::close});
  return routes;
}

// --- those who use handles -----------------------------------------------------------------------

void act(room& r, websocket& socket, const prepared_message& message, random_source& random) {
  switch (random() % 8) {
    case 0:
      socket.post("from a user");
      return;
    case 1:
      socket.post(message);
      return;
    case 2:
      r.all.publish(message);
      return;
    case 3:
      r.all.subscribe(socket);
      return;
    case 4:
      r.all.unsubscribe(socket);
      return;
    case 5:
      if (one_in(100, random)) socket.close(4000, "enough");
      return;
    case 6:
      if (!socket.is_open()) (void)socket.protocol();
      return;
    default:
      (void)r.all.size();
  }
}

void use_handles(room& r, unsigned seed) {
  random_source random(seed);
  const prepared_message message({"to many of them", true}, true);
  while (!r.is_over) {
    if (auto socket = r.any(random)) act(r, *socket, prepared_message(message), random);
    std::this_thread::yield();
  }
}

// --- those who open sockets ----------------------------------------------------------------------

socket_client open_socket(std::uint16_t port, random_source& random) {
  auto c = socket_client::to_port(port);
  c.send(get("/" + std::to_string(random() % 3),
             "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
  c.receive_until("\r\n\r\n");
  return c;
}

class visitor {
 public:
  visitor(std::uint16_t port, random_source& random) : client_(open_socket(port, random)) {}

  void talk(random_source& random) {
    for (auto i = random() % 4; i > 0 && !is_closed_; --i) {
      client_.send(masked(ws::opcode::text, "from a visitor"));
      if (!one_in(3, random)) receive();
    }
  }

  void leave(random_source& random) {
    switch (random() % 4) {
      case 0:
        return client_.reset();
      case 1:
        return client_.close();
      case 2:
        client_.send(masked(ws::opcode::text, "leave"));
        break;
      default:
        client_.send(masked_close(1000));
    }
    while (!is_closed_) receive();
  }

 private:
  // Of all frames that come, only Close has this byte in it.
  void receive() {
    const std::string bytes = client_.receive_some();
    is_closed_ = bytes.empty() || bytes.find('\x88') != std::string::npos;
  }

  socket_client client_;
  bool is_closed_ = false;
};

void visit(std::uint16_t port, random_source& random) {
  visitor v(port, random);
  v.talk(random);
  v.leave(random);
}

// --- a round -------------------------------------------------------------------------------------

void visit_often(std::uint16_t port, unsigned seed) {
  std::vector<std::thread> threads;
  for (unsigned v = 0; v < visitors; ++v) {
    threads.emplace_back([port, v, seed] {
      random_source random(seed + v);
      for (int i = 0; i < visits; ++i) visit(port, random);
    });
  }
  for (auto& t : threads) t.join();
}

// The server goes while some are still there, and while their handles are used.
void serve(room& r, unsigned seed) {
  server s(routes_of(r), {.listen = {"127.0.0.1:0"}, .threads = 2});
  s.start();
  visit_often(s.port(), seed);
  CHECK(eventually([&] { return r.handlers == 0; }));
  random_source random(seed);
  std::vector<socket_client> last;
  for (int i = 0; i < 6; ++i) last.push_back(open_socket(s.port(), random));
  s.stop(seed % 2 == 0 ? 0ms : 100ms);
  CHECK(r.handlers == 0);
  CHECK(s.report().connections.open == 0);
}

void play_round(unsigned seed) {
  room r;
  std::vector<std::thread> threads;
  for (unsigned u = 0; u < users; ++u) {
    threads.emplace_back([&r, u, seed] { use_handles(r, seed * users + u); });
  }
  serve(r, seed);
  r.is_over = true;
  for (auto& t : threads) t.join();
  REQUIRE_FALSE(r.handles().empty());
  for (websocket& socket : r.handles()) {
    CHECK_FALSE(socket.is_open());
    CHECK(socket.post("late") == send_result::closed);
    r.all.subscribe(socket);
  }
  CHECK(r.all.publish("late") == 0);
  CHECK(r.all.size() == 0);
}

std::chrono::seconds asked_time() {
  const char* const asked = std::getenv("ASIO_HTTPD_STRESS_SECONDS");
  return std::chrono::seconds(asked ? std::atoi(asked) : 0);
}

}  // namespace

TEST_CASE("handles of WebSockets are used from eight threads while sockets come and go") {
  const auto time = asked_time();
  const auto end = std::chrono::steady_clock::now() + time;
  unsigned round = 0;
  do {
    play_round(++round);
  } while (round < least_rounds || std::chrono::steady_clock::now() < end);
  if (time > 0s) MESSAGE(round, " rounds");
}
