// SPDX-License-Identifier: BSL-1.0
//
// The WebSocket client, against the server's own WebSockets and against servers that are written by
// hand and get it wrong.

#include <asio_httpd/asio_httpd.hpp>
#include <asio_httpd/testing.hpp>
#include "support/carried.hpp"

#include "support/websocket_play.hpp"
#include "websocket/handshake.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <doctest/doctest.h>

#include <array>
#include <stdexcept>
#include <string>
#include <vector>

using namespace asio_httpd;
using namespace std::chrono_literals;
using boost::asio::awaitable;
using test_support::close_payload;
using test_support::masked;
using test_support::unmasked;
using testing::websocket_client;
using testing::websocket_client_options;

namespace {

awaitable<void> echo(websocket socket) {
  while (auto message = co_await socket.receive()) co_await socket.send(*message);
}

awaitable<void> sleep(websocket& socket, std::chrono::milliseconds time) {
  boost::asio::steady_timer timer(socket.get_executor(), time);
  co_await timer.async_wait(boost::asio::use_awaitable);
}

router routes_with(websocket_handler f, websocket_options o = {}) {
  router routes;
  routes.websocket("/chat", std::move(f), std::move(o));
  return routes;
}

// A server that answers the handshake with these lines, "{}" standing for the value of
// Sec-WebSocket-Accept, sends these bytes, and `on_bytes` behind all that comes.
struct scripted {
  std::string lines =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\n"
      "Connection: keep-alive, upgrade\r\nSec-WebSocket-Accept: {}\r\n";
  std::string bytes;
  std::string on_bytes;

  testing::server s{stream_handler{[this](stream peer) { return serve(std::move(peer)); }}};

 private:
  static constexpr std::string_view key_field = "Sec-WebSocket-Key: ";

  awaitable<void> serve(stream peer) {
    std::string key;
    for (std::string line = "-"; line != "\r\n";) {
      line = co_await peer.read_until('\n');
      if (line.starts_with(key_field)) key = line.substr(key_field.size(), 24);
    }
    std::string answer = lines;
    const std::size_t at = answer.find("{}");
    if (at != std::string::npos) answer.replace(at, 2, ws::accept_key(key));
    co_await peer.write(answer + "\r\n" + bytes);
    std::array<char, 1024> buffer;
    while (co_await peer.read_some(buffer.data(), buffer.size()) != 0) {
      co_await peer.write(on_bytes);
    }
  }
};

}  // namespace

// --- the handshake -------------------------------------------------------------------------------

TEST_CASE("what the client asks with, and what was agreed on") {
  std::string cookie;
  router routes;
  routes.get("/chat", [&](const request& r) {
    cookie = r.get(field::cookie);
    return accept_websocket(r, echo, {.protocols = {"two", "three"}});
  });
  testing::server s(routes);
  websocket_client chat(s, "/chat",
                        {.protocols = {"one", "two", "three"}, .fields = {{"Cookie", "a=b"}}});
  CHECK(cookie == "a=b");
  CHECK(chat.protocol() == "two");
  CHECK(chat.head().status() == status::switching_protocols);
  CHECK(websocket_client(s, "/chat").protocol().empty());
}

TEST_CASE("each handshake has a key of its own" * test_support::http1_only) {
  std::vector<std::string> keys;
  router routes;
  routes.get("/chat", [&](const request& r) {
    keys.emplace_back(r.get(field::sec_websocket_key));
    return accept_websocket(r, echo);
  });
  testing::server s(routes);
  const websocket_client a(s, "/chat");
  const websocket_client b(s, "/chat");
  REQUIRE(keys.size() == 2);
  CHECK(keys[0] != keys[1]);
}

TEST_CASE("an answer that is no 101 is shown") {
  testing::server s(routes_with(echo));
  CHECK_THROWS_WITH_AS(
      websocket_client(s, "/none"),
      doctest::Contains("GET /none became no WebSocket: the status is not 101\nHTTP/1.1 404"),
      testing::error);
  const websocket_client_options foreign{.fields = {{"Origin", "https://elsewhere"}}};
  CHECK_THROWS_WITH_AS(websocket_client(s, "/chat", foreign), doctest::Contains("HTTP/1.1 403"),
                       testing::error);
}

TEST_CASE("a 101 that is none for this request is an error" * test_support::http1_only) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
       "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n",
       "Sec-WebSocket-Accept does not fit the key"},
      {"HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: upgrade\r\n",
       "Sec-WebSocket-Accept does not fit the key"},
      {"HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {}\r\n",
       "Upgrade and Connection do not say so"},
      {"HTTP/1.1 101 OK\r\nUpgrade: other\r\nConnection: upgrade\r\nSec-WebSocket-Accept: {}\r\n",
       "Upgrade and Connection do not say so"},
      {scripted().lines + "Sec-WebSocket-Protocol: two\r\n", "the subprotocol was not offered"},
      {scripted().lines + "Sec-WebSocket-Extensions: permessage-deflate\r\n",
       "the extensions were not offered"},
  };
  for (const auto& one : cases) {
    const auto& [lines, what] = one;
    INFO(one.first);
    scripted served;
    served.lines = lines;
    CHECK_THROWS_WITH_AS(websocket_client(served.s, "/", {.protocols = {"one"}}),
                         doctest::Contains(what.c_str()), testing::error);
  }
}

// --- messages ------------------------------------------------------------------------------------

TEST_CASE("messages go and come, of both kinds and any size") {
  testing::server s(routes_with(echo));
  websocket_client chat(s, "/chat");
  CHECK_FALSE(chat.next());
  chat.send("hello");
  chat.send_binary(std::string("\0\xff", 2));
  chat.send("");
  const auto text = chat.receive();
  CHECK(text.data == "hello");
  CHECK(text.is_text);
  const auto binary = chat.receive();
  CHECK(binary.data == std::string("\0\xff", 2));
  CHECK_FALSE(binary.is_text);
  CHECK(chat.receive().data.empty());
  chat.send(std::string(1'000'000, 'x'));
  CHECK(chat.receive().data == std::string(1'000'000, 'x'));
  CHECK_FALSE(chat.next());
  CHECK_THROWS_AS(chat.send("\xff"), std::invalid_argument);
}

TEST_CASE("what the server takes of compression is used") {
  for (const bool takeover : {false, true}) {
    testing::server s(
        routes_with(echo, {.compress_from = std::size_t{0}, .context_takeover = takeover}));
    websocket_client chat(s, "/chat", {.compress = true});
    CHECK(chat.head().get("Sec-WebSocket-Extensions").starts_with("permessage-deflate"));
    for (int i = 0; i < 3; ++i) {
      chat.send(std::string(100'000, 'x'));
      CHECK(chat.receive().data == std::string(100'000, 'x'));
    }
    CHECK(s.report().bytes.received < 2'000);
    CHECK(s.report().bytes.sent < 2'000);
  }
  testing::server without(routes_with(echo));
  websocket_client chat(without, "/chat", {.compress = true});
  chat.send("hello");
  CHECK(chat.receive().data == "hello");
}

TEST_CASE("a message that takes its time is waited for, but not by next") {
  testing::server s(routes_with([](websocket socket) -> awaitable<void> {
    co_await sleep(socket, 1ms);
    co_await socket.send("late");
    co_await socket.receive();
  }));
  websocket_client chat(s, "/chat");
  CHECK_FALSE(chat.next());
  CHECK(chat.receive().data == "late");
}

TEST_CASE("where no message comes, the error says so") {
  testing::server s(routes_with(echo));
  s.patience(0ms);
  websocket_client chat(s, "/chat");
  CHECK_THROWS_WITH_AS(chat.receive(), "no message came from GET /chat, and the socket is open",
                       testing::error);
  chat.send("hello");
  CHECK_THROWS_WITH_AS(
      chat.receive_close(),
      "no Close came from GET /chat, and the socket is open. A message came:\n  hello",
      testing::error);
  chat.close(3001);
  CHECK(chat.receive().data == "hello");
  CHECK_THROWS_WITH_AS(chat.receive(),
                       "no message came from GET /chat, and the socket is closed with 3001",
                       testing::error);
}

TEST_CASE("a client that looks at nothing reads nothing") {
  int sent = 0;
  testing::server s(routes_with(
      [&](websocket socket) -> awaitable<void> {
        while (co_await socket.receive()) {
          for (; sent < 1000; ++sent) co_await socket.send(std::string(1000, 'x'));
        }
      },
      {.queue_limit = 10'000}));
  websocket_client chat(s, "/chat");
  chat.send("go on");
  CHECK(sent > 100);
  CHECK(sent < 500);
  CHECK(chat.receive().data.size() == 1000);
  CHECK(sent == 1000);
}

// --- pings and pongs -----------------------------------------------------------------------------

TEST_CASE("pongs are taken, in their order") {
  testing::server s(routes_with(echo));
  websocket_client chat(s, "/chat");
  chat.ping("a");
  chat.send("between");
  chat.ping();
  CHECK(chat.take_pongs() == std::vector<std::string>{"a", ""});
  CHECK(chat.take_pongs().empty());
  CHECK(chat.receive().data == "between");
  CHECK_THROWS_AS(chat.ping(std::string(126, 'x')), std::invalid_argument);
}

TEST_CASE("pings are answered, unless the client is told not to") {
  for (const bool answers : {true, false}) {
    CAPTURE(answers);
    testing::server s(routes_with(echo, {.ping_interval = 10s}));
    websocket_client chat(s, "/chat", {.answer_pings = answers});
    for (int i = 0; i < 4; ++i) {
      s.advance(10s);
      chat.next();
    }
    CHECK(chat.pings() >= (answers ? 2 : 1));
    CHECK(chat.closed().has_value() == !answers);
    CHECK(s.closed(test_support::ends_as("idle_timeout")) == (answers ? 0 : 1));
  }
}

// --- the end -------------------------------------------------------------------------------------

TEST_CASE("the client closes, and is answered") {
  websocket_close how;
  testing::server s(routes_with([&](websocket socket) -> awaitable<void> {
    while (co_await socket.receive()) continue;
    how = socket.closed_by();
  }));
  websocket_client chat(s, "/chat");
  CHECK_FALSE(chat.closed());
  CHECK_THROWS_AS(chat.close(1005 + 1), std::invalid_argument);
  chat.close(4000, "bye");
  CHECK(how.code == 4000);
  CHECK(how.reason == "bye");
  CHECK(chat.closed()->code == 4000);
  CHECK_THROWS_WITH_AS(chat.send("more"), "GET /chat is closed: nothing can be sent behind a Close",
                       testing::error);
  CHECK(s.ends() == test_support::ends_as("upgraded"));
}

TEST_CASE("the server closes, behind a message, after a while") {
  testing::server s(routes_with([](websocket socket) -> awaitable<void> {
    co_await socket.send("last");
    co_await sleep(socket, 1ms);
    socket.close(4001, "enough");
    while (co_await socket.receive()) continue;
  }));
  websocket_client chat(s, "/chat");
  CHECK_FALSE(chat.closed());
  const auto how = chat.receive_close();
  CHECK(how.code == 4001);
  CHECK(how.reason == "enough");
  CHECK(chat.receive().data == "last");
  CHECK_THROWS_WITH_AS(chat.receive(), doctest::Contains("is closed with 4001 \"enough\""),
                       testing::error);
  s.poll();
  CHECK(chat.connection().is_closed());
}

TEST_CASE("a connection that breaks is closed with 1006") {
  testing::server s(routes_with(echo));
  websocket_client chat(s, "/chat");
  chat.drop();
  CHECK(chat.closed()->code == 1006);
  CHECK(s.ends() == "client_aborted");
}

// --- servers that get it wrong -------------------------------------------------------------------

TEST_CASE("bytes of the client's are sent as they are") {
  testing::server s(routes_with(echo));
  websocket_client chat(s, "/chat");
  chat.send_raw(masked(ws::opcode::text, "half ", test_support::not_fin));
  CHECK_FALSE(chat.next());
  chat.send_raw(masked(ws::opcode::continuation, "whole"));
  CHECK(chat.receive().data == "half whole");
  chat.send_raw(unmasked(ws::opcode::text, "x"));
  CHECK(chat.receive_close().code == 1002);
}

TEST_CASE("a rule that the server breaks is named, each time" * test_support::http1_only) {
  scripted served;
  served.bytes = unmasked(ws::opcode::text, "sound") + masked(ws::opcode::text, "x");
  websocket_client chat(served.s, "/");
  for (int i = 0; i < 2; ++i) {
    CHECK_THROWS_WITH_AS(
        chat.next(),
        "GET /: what came breaks RFC 6455 section 5.1: a server's frame must not be masked",
        testing::error);
  }
}

TEST_CASE("the end in the middle of a message is no message" * test_support::http1_only) {
  scripted served;
  served.bytes = unmasked(ws::opcode::text, "hello").substr(0, 4);
  websocket_client chat(served.s, "/");
  CHECK_FALSE(chat.next());
  chat.connection().shutdown_send();
  CHECK(chat.closed()->code == 1006);
  CHECK_FALSE(chat.next());
}

TEST_CASE("a server that never comes to rest is an error" * test_support::http1_only) {
  scripted served;
  served.bytes = served.on_bytes = unmasked(ws::opcode::ping, "x");
  websocket_client chat(served.s, "/");
  CHECK_THROWS_WITH_AS(chat.next(), "GET /: the server pings without end", testing::error);
}

TEST_CASE("what nobody takes has a bound") {
  testing::server s(routes_with([](websocket socket) -> awaitable<void> {
    const std::string message(4'000'000, 'x');
    for (int i = 0; i < 17; ++i) co_await socket.send(message);
  }));
  websocket_client chat(s, "/chat");
  for (int i = 0; i < 2; ++i) {
    CHECK_THROWS_WITH_AS(chat.closed(), "GET /chat: more than 64 MiB came that nobody took",
                         testing::error);
  }
}
