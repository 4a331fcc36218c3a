// SPDX-License-Identifier: BSL-1.0
//
// A WebSocket client (RFC 6455, and RFC 7692 where it is asked for), over a connection of its own
// to a `testing::server`.
//
//   testing::websocket_client chat(s, "/chat");
//   chat.send("hello");
//   CHECK(chat.receive().data == "hello");
//
// Behind the handshake, what comes is looked at in the calls that say so and nowhere else: a client
// that is not asked for its messages does not read. Each of them reads all that has come, sends
// pongs for pings and answers Close, and throws `error` where the server breaks a rule of the
// protocol; every look after that throws the same. Its end closes the connection without a Close.
//
// The server must outlive it. Moving leaves an object that can only be destroyed.

#pragma once

#include <asio_httpd/testing/client_request.hpp>
#include <asio_httpd/testing/connection.hpp>
#include <asio_httpd/testing/server.hpp>
#include <asio_httpd/websocket.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_httpd::testing {

// One message, whole. Owns its data.
struct received_message {
  std::string data;
  bool is_text = true;
};

struct websocket_client_options {
  // Subprotocols that are offered, the best one first.
  std::vector<std::string> protocols = {};
  // More fields of the request: {{"Origin", "https://example.com"}}
  field_lines fields = {};
  // Offers permessage-deflate; where the server takes it, each message is sent compressed.
  bool compress = false;
  bool answer_pings = true;
};

class websocket_client {
 public:
  // What may wait to be taken, in bytes, and so the largest message. Above it looking throws
  // `error`.
  static constexpr std::size_t most_held = std::size_t{64} << 20;

  // Makes the handshake, and waits for the answer as `connection::receive_answer` does. Throws
  // `error`, which shows the answer, where it is no 101 for this request's key, or agrees on what
  // was not offered.
  websocket_client(testing::server& s, std::string target, websocket_client_options options = {});
  websocket_client(websocket_client&&) noexcept;
  websocket_client& operator=(websocket_client&&) noexcept;
  ~websocket_client();

  // --- sending. Throws `error` behind this side's Close, also one that answered the server's, and
  // std::invalid_argument for what must not be sent: text and reasons that are not UTF-8, a ping of
  // more than 125 bytes, a code that no Close may hold

  void send(std::string_view text);
  void send_binary(std::string_view data);
  void ping(std::string_view payload = {});
  // Begins the closing handshake; 1005 sends no code.
  void close(std::uint16_t code = 1000, std::string_view reason = {});
  // Any bytes, frames or not, at any time.
  void send_raw(std::string_view bytes);
  // The connection breaks, without a Close.
  void drop();

  // --- looking at what comes

  // The next message. Waits as `connection::receive_answer` does, then throws `error`.
  received_message receive();
  // The next message, where it has come; waits for nothing.
  std::optional<received_message> next();
  // How it closed, 1006 where the connection ended without a Close; nothing where it is open. There
  // may be messages that came before.
  std::optional<websocket_close> closed();
  // The same; waits as `receive` does, then throws `error`.
  websocket_close receive_close();
  // Takes the pongs that came.
  std::vector<std::string> take_pongs();
  // How many pings have come.
  std::uint64_t pings();

  // --- what it is made of

  // The subprotocol that was agreed on, or "".
  std::string_view protocol() const noexcept;
  // The server's answer, a 101.
  const answer& head() const noexcept;
  testing::connection& connection() noexcept;

 private:
  struct implementation;
  std::unique_ptr<implementation> implementation_;
};

}  // namespace asio_httpd::testing
