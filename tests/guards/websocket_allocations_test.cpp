// SPDX-License-Identifier: BSL-1.0
//
// A WebSocket message on a connection that stays allocates nothing: as allocations_test.cpp does it
// for requests.

#include "guards/process_allocations.hpp"
#include "support/server_harness.hpp"
#include "support/socket_client.hpp"
#include "support/websocket_play.hpp"

#include <asio_httpd/asio_httpd.hpp>

#include <doctest/doctest.h>

#include <sys/socket.h>

#include <memory>
#include <string>
#include <string_view>

using namespace asio_httpd;
using boost::asio::awaitable;
using guards::allocations_of_this_process;
using test_support::get;
using test_support::masked;
using test_support::socket_client;
using test_support::unmasked;

namespace {

constexpr int warm_up = 100;
constexpr int counted = 1000;

// Sends the same bytes again and again, and compares what comes back. Allocates only in its
// constructor.
class talker {
 public:
  talker(std::uint16_t port, std::string said, std::string expected)
      : client_(socket_client::to_port(port)),
        said_(std::move(said)),
        expected_(std::move(expected)),
        received_(expected_.size(), '\0') {
    client_.send(get("/",
                     "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
    client_.receive_until("\r\n\r\n");
  }

  // Whether the right answer came.
  bool talk() noexcept { return client_.send(said_) && receive() && received_ == expected_; }

 private:
  bool receive() noexcept {
    for (std::size_t have = 0; have < received_.size();) {
      const auto n = ::recv(client_.descriptor(), &received_[have], received_.size() - have, 0);
      if (n <= 0) return false;
      have += static_cast<std::size_t>(n);
    }
    return true;
  }

  socket_client client_;
  std::string said_;
  std::string expected_;
  std::string received_;
};

// From the 100th time that it is said to the 1,100th.
std::size_t allocations(websocket_handler f, const std::string& said, const std::string& expected) {
  router routes;
  routes.websocket("/", std::move(f));
  server serving(
      routes, {.listen = {"127.0.0.1:0"}, .threads = 1, .clock = std::make_shared<manual_clock>()});
  serving.start();
  talker client(serving.port(), said, expected);
  bool right = true;
  for (int i = 0; i < warm_up; ++i) right = client.talk() && right;
  const std::size_t before = allocations_of_this_process();
  for (int i = 0; i < counted; ++i) right = client.talk() && right;
  const std::size_t after = allocations_of_this_process();
  CHECK(right);
  return after - before;
}

awaitable<void> echo(websocket socket) {
  while (auto message = co_await socket.receive()) co_await socket.send(*message);
}

const std::string words(64, 'w');

}  // namespace

TEST_CASE("what a WebSocket's handler takes is counted") {
  const auto handler = [](websocket socket) -> awaitable<void> {
    while (auto message = co_await socket.receive()) {
      co_await socket.send(*message);
      const auto taken = std::make_unique<std::string>(message->data);
      if (taken->empty()) co_return;
    }
  };
  CHECK(allocations(handler, masked(ws::opcode::text, words), unmasked(ws::opcode::text, words)) >=
        counted);
}

TEST_CASE("a message that is echoed") {
  CHECK(allocations(echo, masked(ws::opcode::text, words), unmasked(ws::opcode::text, words)) == 0);
}

TEST_CASE("a message in fragments, with a ping between them") {
  const std::string said = masked(ws::opcode::text, words, test_support::not_fin) +
                           masked(ws::opcode::ping, "p") + masked(ws::opcode::continuation, words);
  const std::string expected =
      unmasked(ws::opcode::pong, "p") + unmasked(ws::opcode::text, words + words);
  CHECK(allocations(echo, said, expected) == 0);
}

TEST_CASE("many messages in one piece") {
  std::string said;
  std::string expected;
  for (int i = 0; i < 20; ++i) {
    said += masked(ws::opcode::binary, words);
    expected += unmasked(ws::opcode::binary, words);
  }
  CHECK(allocations(echo, said, expected) == 0);
}

TEST_CASE("a message that was prepared, posted") {
  const prepared_message prepared({words, true});
  const auto handler = [&](websocket socket) -> awaitable<void> {
    while (co_await socket.receive()) socket.post(prepared);
  };
  CHECK(allocations(handler, masked(ws::opcode::text, "go"), unmasked(ws::opcode::text, words)) ==
        0);
}
