// SPDX-License-Identifier: BSL-1.0
//
// WebSockets on the real loop: the handler's coroutine on one end, a client's codec on the other.

#include <asio_httpd/asio_httpd.hpp>
#include <asio_httpd/testing/websocket_client.hpp>

#include "support/server_harness.hpp"
#include "websocket/engine.hpp"
#include "websocket/handshake.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using namespace asio_httpd;
using namespace test_support;
namespace asio = boost::asio;
using boost::asio::awaitable;

namespace {

constexpr std::string_view key = "dGhlIHNhbXBsZSBub25jZQ==";

std::string handshake(std::string_view path, std::string_view lines = {}) {
  return get(path,
             "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Key: " +
                 std::string(key) + "\r\n" + std::string(lines));
}

// The peer's side: what it has received so far as "text hello, pong x, close 1000".
class client {
 public:
  client(server_harness& h, std::string_view path, std::string_view lines = {})
      : h_(h), peer_(h.connect()) {
    const std::string answer = h.ask(peer_, handshake(path, lines));
    head = answer.substr(0, answer.find("\r\n\r\n") + 4);
    codec_ = std::make_unique<ws::engine>(ws::engine_options{.role = ws::role::client});
    codec_->input().append(std::string_view(answer).substr(head.size()));
    look();
  }

  void send(std::string_view text) {
    codec_->send(ws::message_kind::text, text);
    exchange();
  }
  void ping(std::string_view text) {
    codec_->ping(text);
    exchange();
  }
  void close(ws::close_code code) {
    codec_->close(code);
    exchange();
  }
  void send_bytes(std::string_view bytes) {
    peer_.send(bytes);
    exchange();
  }
  // Sends what is queued, and looks at what comes, until nothing does.
  void exchange() {
    peer_.send(codec_->output().view());
    codec_->output().clear();
    const std::string bytes = h_.receive(peer_);
    codec_->input().append(bytes);
    look();
    if (!codec_->output().empty()) exchange();
  }
  std::string seen() { return std::exchange(seen_, {}); }
  testing::connection& peer() noexcept { return peer_; }

  std::string head;

 private:
  void look() {
    for (;;) {
      switch (codec_->next()) {
        case ws::action::message:
          note("text " + std::string(codec_->received().data));
          break;
        case ws::action::pong:
          note("pong " + std::string(codec_->pong()));
          break;
        case ws::action::close:
          if (!closed_) {
            note("close " + std::to_string(static_cast<int>(codec_->closed().code)));
          }
          closed_ = true;
          return;
        case ws::action::read:
        case ws::action::write:
          return;
      }
    }
  }
  void note(const std::string& what) { seen_ += (seen_.empty() ? "" : ", ") + what; }

  server_harness& h_;
  testing::connection peer_;
  std::unique_ptr<ws::engine> codec_;
  std::string seen_;
  bool closed_ = false;
};

awaitable<void> echo(websocket socket) {
  while (auto message = co_await socket.receive()) co_await socket.send(*message);
}

awaitable<void> wait_for_ever(websocket socket) {
  asio::steady_timer timer(socket.get_executor(), 24h);
  co_await timer.async_wait(asio::use_awaitable);
}

router routes_with(websocket_handler f, websocket_options o = {}) {
  router routes;
  routes.websocket("/ws", std::move(f), std::move(o));
  return routes;
}

}  // namespace

TEST_CASE("a message comes back, whole or in pieces") {
  server_harness h(routes_with(echo));
  client c(h, "/ws");
  CHECK(c.head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
  CHECK(c.head.find("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n") !=
        std::string::npos);
  c.send("hello");
  CHECK(c.seen() == "text hello");
  c.send(std::string(100'000, 'x'));
  CHECK(c.seen().size() == 100'005);
  CHECK(h.report().connections.open == 1);
}

TEST_CASE("many messages in one piece are answered in order") {
  server_harness h(routes_with(echo));
  client c(h, "/ws");
  ws::engine codec(ws::engine_options{.role = ws::role::client});
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    codec.send(ws::message_kind::text, std::to_string(i));
    expected += (i == 0 ? "text " : ", text ") + std::to_string(i);
  }
  c.send_bytes(codec.output().view());
  CHECK(c.seen() == expected);
}

TEST_CASE("a request that is no handshake is told what is wrong") {
  server_harness h(routes_with(echo));
  auto c = h.connect();
  CHECK(h.ask(c, get("/ws")).starts_with("HTTP/1.1 426"));
  auto d = h.connect();
  CHECK(h.ask(d, handshake("/ws", "Origin: https://elsewhere\r\n")).starts_with("HTTP/1.1 403"));
}

TEST_CASE("a subprotocol is agreed on") {
  std::string agreed;
  server_harness h(routes_with(
      [&](websocket s) -> awaitable<void> {
        agreed = s.protocol();
        co_return;
      },
      {.protocols = {"one", "two"}}));
  client c(h, "/ws", "Sec-WebSocket-Protocol: three, two\r\n");
  CHECK(agreed == "two");
  CHECK(c.head.find("\r\nSec-WebSocket-Protocol: two\r\n") != std::string::npos);
}

TEST_CASE("pings are answered, also while the handler is busy elsewhere") {
  server_harness h(routes_with(wait_for_ever));
  client c(h, "/ws");
  c.ping("x");
  CHECK(c.seen() == "pong x");
}

TEST_CASE("the client closes: the handler sees the end and its code") {
  websocket_close how;
  server_harness h(routes_with([&](websocket s) -> awaitable<void> {
    while (co_await s.receive()) continue;
    how = s.closed_by();
    CHECK_FALSE(s.is_open());
    CHECK(co_await s.send("late") == send_result::closed);
  }));
  client c(h, "/ws");
  c.close(static_cast<ws::close_code>(3001));
  CHECK(c.seen() == "close 3001");
  CHECK(how.code == 3001);
  CHECK(h.ends() == test_support::ends_as("upgraded"));
}

TEST_CASE("the handler returns or throws: the client is told so") {
  for (const bool throws : {false, true}) {
    CAPTURE(throws);
    server_harness h(routes_with([&](websocket) -> awaitable<void> {
      if (throws) throw std::runtime_error("no");
      co_return;
    }));
    client c(h, "/ws");
    c.exchange();
    CHECK(c.seen() == (throws ? "close 1011" : "close 1000"));
    CHECK(h.report().connections.open == 0);
    CHECK(h.report().requests.handler_errors == (throws ? 1 : 0));
  }
}

TEST_CASE("a client that does not answer a Close is not waited for long") {
  server_harness h(routes_with([](websocket) -> awaitable<void> { co_return; }));
  auto c = h.connect();
  h.ask(c, handshake("/ws"));
  CHECK(h.report().connections.open == 1);
  h.advance(3s);
  CHECK(h.report().connections.open == 0);
}

TEST_CASE("a client that leaves cancels what the handler awaits") {
  for (const bool reset : {false, true}) {
    for (const bool after_message : {false, true}) {
      CAPTURE(reset);
      CAPTURE(after_message);
      boost::system::error_code seen;
      server_harness h(routes_with([&](websocket s) -> awaitable<void> {
        if (after_message) co_await s.receive();
        try {
          co_await wait_for_ever(s);
        } catch (const boost::system::system_error& e) {
          seen = e.code();
          throw;
        }
      }));
      client c(h, "/ws");
      if (after_message) c.send("x");
      reset ? c.peer().reset() : c.peer().shutdown_send();
      h.poll();
      if (reset || after_message) CHECK(seen == asio::error::operation_aborted);
      h.advance(3s);
      if (reset) CHECK(h.ends() == "client_aborted");
    }
  }
}

TEST_CASE("what breaks a rule closes with its code") {
  server_harness h(routes_with(echo, {.message_limit = 10}));
  client unmasked(h, "/ws");
  unmasked.send_bytes(std::string("\x81\x01x", 3));
  CHECK(unmasked.seen() == "close 1002");
  client large(h, "/ws");
  large.send("more than ten");
  CHECK(large.seen() == "close 1009");
  // What they still send is dropped, or they get a reset; with HTTP/2 it belongs to no stream.
  const bool lingers = !test_support::over_http2();
  CHECK(h.report().connections.open == (lingers ? 2 : 0));
  large.peer().send("more");
  large.peer().shutdown_send();
  h.poll();
  CHECK(h.report().connections.open == (lingers ? 1 : 0));
  h.advance(3s);
  CHECK(h.report().connections.open == 0);
}

TEST_CASE("a client whose message the handler takes long for is not silent") {
  boost::asio::steady_timer* works = nullptr;
  server_harness h(routes_with(
      [&](websocket s) -> awaitable<void> {
        boost::asio::steady_timer timer(s.get_executor(), 24h);
        works = &timer;
        while (auto message = co_await s.receive()) {
          boost::system::error_code cancelled;
          co_await timer.async_wait(
              boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
          co_await s.send(*message);
        }
      },
      {.ping_interval = 10s}));
  client c(h, "/ws");
  c.send("x");
  h.advance(60s);
  CHECK(h.ends().empty());
  works->cancel();
  h.poll();
  c.exchange();
  CHECK(c.seen().find("text x") != std::string::npos);
  h.advance(35s);
  CHECK(h.ends() == test_support::ends_as("idle_timeout"));
}

TEST_CASE("a client that leaves behind messages that nobody reads is noticed") {
  for (const int messages : {1, 2}) {
    CAPTURE(messages);
    server_harness h(routes_with(
        [&](websocket s) -> awaitable<void> {
          co_await s.receive();
          boost::asio::steady_timer timer(s.get_executor(), 24h);
          co_await timer.async_wait(boost::asio::use_awaitable);
        },
        {.ping_interval = 10s}));
    client c(h, "/ws");
    for (int i = 0; i < messages; ++i) c.send("x");
    c.peer().shutdown_send();
    h.advance(11s);
    CHECK(h.ends() == test_support::ends_as("client_aborted"));
  }
}

TEST_CASE("a cancelled wait for a message cancels that wait and no later one" *
          test_support::in_memory_only) {
  std::string got;
  boost::asio::cancellation_signal cancel;
  server_harness h(routes_with([&](websocket s) -> awaitable<void> {
    auto receive_two = [&]() -> awaitable<void> {
      got += (co_await s.receive())->data;
      co_await boost::asio::this_coro::reset_cancellation_state();
      got += (co_await s.receive())->data;
    };
    boost::asio::co_spawn(
        s.get_executor(), receive_two(),
        boost::asio::bind_cancellation_slot(cancel.slot(), boost::asio::detached));
    boost::asio::steady_timer timer(s.get_executor(), 24h);
    co_await timer.async_wait(boost::asio::use_awaitable);
  }));
  client c(h, "/ws");
  // The message is there before the cancellation has come to the one who waits.
  boost::asio::post(h.context(), [&] { cancel.emit(boost::asio::cancellation_type::terminal); });
  c.send("a");
  c.send("b");
  CHECK(got == "ab");
}

TEST_CASE("a client that says nothing is sent a ping, then closed") {
  server_harness h(routes_with(echo, {.ping_interval = 10s}));
  client c(h, "/ws");
  auto silent = h.connect();
  h.ask(silent, handshake("/ws"));
  for (int i = 0; i < 6; ++i) {
    h.advance(10s);
    c.exchange();  // the codec answers pings
  }
  CHECK(h.closed(ends_as("idle_timeout")) == 1);
  CHECK(h.report().connections.open == 1);
}

TEST_CASE("a client that does not take what is sent holds the handler, and is closed in the end" *
          test_support::in_memory_only) {
  int sent = 0;
  server_harness h(routes_with(
      [&](websocket s) -> awaitable<void> {
        const std::string message(1000, 'x');
        for (;; ++sent) co_await s.send(message);
      },
      {.queue_limit = 5000}));
  auto c = h.connect();
  c.set_capacity(2000);
  c.send(handshake("/ws"));
  h.poll();
  const int before = sent;
  CHECK(before < 20);
  c.receive(2000);
  h.poll();
  c.receive(2000);
  h.poll();
  CHECK(sent > before);
  h.advance(16s);
  CHECK(h.ends() == "write_timeout");
}

TEST_CASE("post: queued up to the limit, then what the policy says") {
  for (const auto policy :
       {slow_consumer::drop_newest, slow_consumer::drop_oldest, slow_consumer::close}) {
    std::optional<websocket> socket;
    server_harness h(routes_with(
        [&](websocket s) -> awaitable<void> {
          socket = s;
          while (co_await s.receive()) continue;
        },
        {.queue_limit = 100, .policy = policy}));
    client c(h, "/ws");
    REQUIRE(socket);
    std::string results;
    for (int i = 0; i < 6; ++i) {
      results += to_string(socket->post(std::to_string(i) + std::string(23, '.'))).front();
    }
    c.exchange();
    std::string got;
    for (const char digit : c.seen()) {
      if (digit >= '0' && digit <= '9') got += digit;
    }
    if (policy == slow_consumer::drop_newest) CHECK(results + got == "qqqddd012");
    if (policy == slow_consumer::drop_oldest) CHECK(results + got == "qqqqqq345");
    if (policy == slow_consumer::close) CHECK(results + got == "qqqccc1013");
    socket->close();
    c.exchange();
    CHECK(h.report().connections.open == 0);
    CHECK(socket->post("late") == send_result::closed);
  }
}

TEST_CASE("a topic tells all of its sockets, and forgets those that closed") {
  topic chat;
  server_harness h(routes_with([&](websocket s) -> awaitable<void> {
    chat.subscribe(s);
    while (auto m = co_await s.receive()) chat.publish(prepared_message(*m));
  }));
  client a(h, "/ws");
  client b(h, "/ws");
  CHECK(chat.size() == 2);
  a.send("hello");
  b.exchange();
  CHECK(a.seen() == "text hello");
  CHECK(b.seen() == "text hello");
  b.close(ws::close_code::normal);
  a.send("anyone?");
  CHECK(a.seen() == "text anyone?");
  CHECK(chat.size() == 1);
}

TEST_CASE("a server that stops says 1001 and waits for the answer") {
  server_harness h(routes_with(echo));
  client c(h, "/ws");
  h.stop(10s);
  c.exchange();
  CHECK(c.seen() == "close 1001");
  h.poll();
  REQUIRE(h.stopped());
  CHECK(h.stopped()->cut == 0);
}

TEST_CASE("a context that goes away takes handlers and sockets with it") {
  auto witness = std::make_shared<int>();
  std::optional<websocket> socket;
  {
    server_harness h(routes_with([&, witness](websocket s) -> awaitable<void> {
      const auto kept = witness;
      socket = s;
      while (co_await s.receive()) continue;
    }));
    client c(h, "/ws");
    CHECK(witness.use_count() > 2);
  }
  CHECK(witness.use_count() == 1);
  CHECK(socket->post("late") == send_result::closed);
}

TEST_CASE("a frame that is posted goes out to its end, also while the handler is busy elsewhere") {
  std::optional<websocket> socket;
  server_harness h(routes_with([&](websocket s) -> awaitable<void> {
    socket = s;
    co_await s.receive();
    co_await wait_for_ever(s);
  }));
  client c(h, "/ws");
  c.send("x");
  REQUIRE(socket);
  c.peer().set_capacity(1000);
  CHECK(socket->post(std::string(200'000, 'x')) == send_result::queued);
  CHECK(socket->post("behind") == send_result::queued);
  h.poll();
  std::string got;
  for (int i = 0; i < 400; ++i) got += c.peer().receive();
  CHECK(got.size() > 200'000);
  CHECK(got.ends_with("behind"));
}

TEST_CASE("a reason that is not UTF-8 is refused where it is given") {
  std::optional<websocket> socket;
  server_harness h(routes_with([&](websocket s) -> awaitable<void> {
    socket = s;
    while (co_await s.receive()) continue;
  }));
  client c(h, "/ws");
  REQUIRE(socket);
  CHECK_THROWS_AS(socket->close(1000, "\xff"), std::invalid_argument);
  CHECK(socket->is_open());
  socket->close(1000, "enough");
  c.exchange();
  CHECK(c.seen() == "close 1000");
}

TEST_CASE("a client that never answers Close is not waited for long, whatever else it sends") {
  std::optional<websocket> socket;
  bool is_cancelled = false;
  server_harness h(routes_with([&](websocket s) -> awaitable<void> {
    socket = s;
    try {
      while (co_await s.receive()) continue;
    } catch (const boost::system::system_error&) {
      is_cancelled = true;
      throw;
    }
  }));
  testing::websocket_client c(h, "/ws");
  REQUIRE(socket);
  socket->close(4000);
  for (int i = 0; i < 5; ++i) {
    c.send("not a Close");
    h.advance(1s);
  }
  CHECK(is_cancelled);
  CHECK(h.report().connections.open == 0);
}

TEST_CASE("a handler that has closed its socket may go on with something else") {
  for (const bool waits_for_end : {true, false}) {
    CAPTURE(waits_for_end);
    server_harness h(routes_with([&](websocket s) -> awaitable<void> {
      co_await s.receive();
      s.close(4000);
      while (waits_for_end && co_await s.receive()) continue;
      co_await wait_for_ever(s);
    }));
    testing::websocket_client c(h, "/ws");
    c.send("x");
    CHECK(c.closed()->code == 4000);
    h.advance(10s);
    CHECK(h.report().connections.open == 1);
  }
}

TEST_CASE("a client that never answers Close is not waited for by a busy handler either") {
  std::optional<websocket> socket;
  server_harness h(routes_with([&](websocket s) -> awaitable<void> {
    socket = s;
    while (co_await s.receive()) co_await boost::asio::post(boost::asio::use_awaitable);
  }));
  testing::websocket_client c(h, "/ws");
  REQUIRE(socket);
  socket->close(4000);
  for (int i = 0; i < 5; ++i) {
    h.at_once([&] {
      for (int n = 0; n < 20; ++n) c.send("not a Close");
    });
    h.advance(1s);
  }
  CHECK(h.report().connections.open == 0);
}

TEST_CASE("the time for the answer to a Close begins when the client could see it" *
          test_support::in_memory_only) {
  for (const bool stops : {false, true}) {
    CAPTURE(stops);
    server_harness h(routes_with([&](websocket s) -> awaitable<void> {
      co_await s.send(std::string(10'000, 'x'));
      if (!stops) s.close(4000);
      while (co_await s.receive()) continue;
    }));
    auto c = h.connect();
    c.set_capacity(2000);
    c.send(handshake("/ws"));
    if (stops) h.stop(1h);
    h.advance(5s);
    CHECK(h.receive(c).size() > 10'000);
    h.advance(1s);
    CHECK(h.report().connections.open == 1);
    h.advance(2s);
    CHECK(h.report().connections.open == 0);
  }
}
