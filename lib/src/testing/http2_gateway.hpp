// SPDX-License-Identifier: BSL-1.0
//
// A gateway from HTTP/1.1 to HTTP/2 as a value: the text of a client's requests goes in, the frames
// of a connection to the server come out, and the other way round.
//
//   client's text -> from_client -> send -> server
//   client's text <- text, took  <- receive <- server
//
// Each request gets a stream as soon as its head is whole; answers stand in the order of requests.
// Windows are opened as the client takes text, and text is taken from it as the windows are open:
// what is kept is bounded by a window a stream. GET with `Upgrade: websocket` becomes extended
// CONNECT (RFC 8441), once the server's SETTINGS have allowed it. A server that resets a stream, or
// leaves in the middle of an answer, cuts the client's text there.
//
// Text that HTTP/2 cannot carry throws `error`: malformed requests, HTTP/1.0.

#pragma once

#include "base/byte_buffer.hpp"
#include "http1/body_reader.hpp"
#include "http1/framing.hpp"
#include "http1/head_parser.hpp"
#include "testing/http2_client.hpp"
#include "testing/http2_exchange.hpp"

#include <asio_httpd/fields.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace asio_httpd::testing {

class http2_gateway final : http2_client::events {
 public:
  // `scheme` is "http" or "https".
  explicit http2_gateway(std::string_view scheme) : scheme_(scheme), server_(*this) {}

  // --- the client

  // How many bytes of its text are taken now.
  std::size_t room() const noexcept;
  void from_client(std::string_view text);
  // It sends no more. What it is owed it still gets; see `give_up`.
  void end_of_client();
  // What it gets next; and how much of that it took.
  std::string_view text() const noexcept;
  void took(std::size_t size);
  // It gets no more than that.
  bool is_over() const noexcept;
  // And that is in the middle of an answer.
  bool is_cut() const noexcept { return !answers_.empty() && answers_.front()->is_cut(); }

  // --- the server

  // Nothing before the client has said something.
  std::string send();
  void receive(std::string_view bytes);
  // It sends no more.
  void end_of_server();
  // The client has left, and only the server could go on: cancels what is under way. False where
  // there is nothing to cancel.
  bool give_up();
  // The connection ends; the last `send` follows.
  void leave();

 private:
  using exchange = std::shared_ptr<http2_exchange>;
  enum class reading : std::uint8_t { head, request, content, handshake, tunnel, nothing };

  void read_on();
  bool read_step();
  bool read_head();
  bool begin_request();
  void open_stream(const header_lines& lines, bool has_content, http2_exchange::question q);
  bool read_content();
  bool read_handshake();
  bool read_tunnel();
  bool drop_input();
  void end_content();
  void next_request();
  void pop_answered();
  [[noreturn]] void refuse(std::string_view what);
  http2_exchange* find(http2_client::stream_id stream) const;

  void on_head(http2_client::stream_id stream, const header_lines& lines, bool is_end) override;
  void on_content(http2_client::stream_id stream, std::string_view content) override;
  void on_end(http2_client::stream_id stream) override;
  void on_close(http2_client::stream_id stream, std::uint32_t code) override;
  http2_client::piece read_content(http2_client::stream_id stream, char* to,
                                   std::size_t size) override;

  std::string scheme_;
  http2_client server_;
  std::map<http2_client::stream_id, exchange> streams_;  // that are open
  std::deque<exchange> answers_;                         // that the client has not wholly

  // The request that is read.
  reading reading_ = reading::head;
  base::byte_buffer input_;
  http1::head head_;
  asio_httpd::fields fields_;
  http1::framing framing_;
  http1::body_reader content_;
  asio_httpd::fields trailers_;
  exchange up_;

  bool has_spoken_ = false;
  bool client_ended_ = false;
  bool server_ended_ = false;
};

}  // namespace asio_httpd::testing
