// SPDX-License-Identifier: BSL-1.0
//
// WebSocket (RFC 6455, RFC 7692): a coroutine with a socket to receive from and to send on.
//
//   routes.websocket("/echo", [](websocket socket) -> boost::asio::awaitable<void> {
//     while (auto message = co_await socket.receive()) co_await socket.send(*message);
//   });
//
// Pings are answered and sent, the closing handshake is made, fragments are put together, text is
// checked to be UTF-8, and whoever breaks a rule is closed with the code that says so: none of that
// is seen here. The socket closes when the coroutine returns: with 1000, or with 1011 where it
// threw. What it awaits is cancelled with `operation_aborted` when the client leaves.
//
// A `websocket` is a handle. Copies are the same socket; any thread may keep one and `post` to it
// at any time, also when the socket is closed long since.

#pragma once

#include <asio_httpd/request.hpp>
#include <asio_httpd/response.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_httpd {

struct websocket_message {
  std::string_view data;
  bool is_text = true;
};

enum class send_result : std::uint8_t {
  sent,     // the kernel has it
  queued,   // it goes out as the client takes it
  dropped,  // the queue is full
  closed,   // the socket is, or closes
};

// For example "queued". Static storage.
std::string_view to_string(send_result r) noexcept;

// What `post` does with a message for which the queue has no room.
enum class slow_consumer : std::uint8_t {
  drop_newest,  // that message
  drop_oldest,  // messages that wait, until there is room
  close,        // the socket, with 1013
};

// Why a socket closed.
struct websocket_close {
  // The peer's code (RFC 6455 section 7.4); 1005 where it sent none, 1006 where it left without a
  // word.
  std::uint16_t code = 1006;
  std::string reason;
};

struct websocket_options {
  // Subprotocols that are spoken; the client's first one of these is chosen.
  std::vector<std::string> protocols = {};
  // Pages that may connect: "https://example.com"; "*" for all. Empty: those of the same host.
  std::vector<std::string> origins = {};
  // A message, in bytes, after decompression; 1009 above.
  std::size_t message_limit = 1024 * 1024;
  // Messages that wait to be sent, in bytes.
  std::size_t queue_limit = 1024 * 1024;
  slow_consumer policy = slow_consumer::drop_newest;
  // A client from which nothing has come for so long is sent a ping, and closed when nothing comes
  // for as long again. 0: none; then deadlines::idle holds.
  std::chrono::milliseconds ping_interval = std::chrono::seconds(30);
  // permessage-deflate, for messages of at least that many bytes; none where it is not set. Costs
  // time, and with `context_takeover` up to 100 KiB a connection.
  std::optional<std::size_t> compress_from = {};
  bool context_takeover = false;
};

// A message that is framed, and compressed, once for any number of sockets. Thread-safe.
class prepared_message {
 public:
  struct implementation;
  // Compressed where `compress`, for the sockets that have agreed on it. Throws
  // std::invalid_argument for text that is not UTF-8.
  explicit prepared_message(const websocket_message& m, bool compress = false);
  const std::shared_ptr<const implementation>& get() const noexcept { return implementation_; }

 private:
  std::shared_ptr<const implementation> implementation_;
};

class websocket {
 public:
  struct implementation;
  explicit websocket(std::shared_ptr<implementation> i) noexcept;

  // --- in the handler's coroutine

  // The next message, valid up to the next call; nothing once the socket is closed: `closed_by`
  // says how. Throws boost::system::system_error (operation_aborted) where the server cuts it.
  boost::asio::awaitable<std::optional<websocket_message>> receive();
  // Waits where the queue is full. Throws std::invalid_argument for text that is not UTF-8.
  boost::asio::awaitable<send_result> send(websocket_message m);
  boost::asio::awaitable<send_result> send(std::string_view text) {
    return send(websocket_message{text, true});
  }

  // --- from any thread; never waits, never throws but for want of memory and for text that is not
  // UTF-8

  send_result post(const websocket_message& m);
  send_result post(std::string_view text) { return post(websocket_message{text, true}); }
  send_result post(const prepared_message& m);
  // Begins the closing handshake, for whose end the client has deadlines::linger. The code must be
  // one that may be sent, else it is 1000.
  void close(std::uint16_t code = 1000, std::string_view reason = {});
  bool is_open() const noexcept;

  // --- what was agreed on; from any thread

  // "" where there is none.
  const std::string& protocol() const noexcept;
  boost::asio::any_io_executor get_executor() const;
  // Once `receive` gave nothing.
  const websocket_close& closed_by() const noexcept;

  friend bool operator==(const websocket&, const websocket&) = default;

 private:
  std::shared_ptr<implementation> implementation_;
};

using websocket_handler = std::function<boost::asio::awaitable<void>(websocket)>;

// The answer to a request for a WebSocket: 101, or why not. For handlers that look at the request
// first; `router::websocket` is this and nothing else.
response accept_websocket(const request& r, websocket_handler f, websocket_options options = {});

// Sockets that are told the same. Thread-safe; a socket that closes is forgotten.
class topic {
 public:
  topic();
  topic(const topic&) = delete;
  topic& operator=(const topic&) = delete;
  ~topic();

  void subscribe(const websocket& socket);
  void unsubscribe(const websocket& socket);
  // Framed once for all. Returns how many sockets took it.
  std::size_t publish(const prepared_message& m);
  std::size_t publish(std::string_view text) { return publish(prepared_message({text, true})); }
  std::size_t size() const;

 private:
  struct implementation;
  std::unique_ptr<implementation> implementation_;
};

}  // namespace asio_httpd
