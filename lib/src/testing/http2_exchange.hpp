// SPDX-License-Identifier: BSL-1.0
//
// One request and its answer on the way between HTTP/1.1 and HTTP/2: the content that goes up, and
// the text of the answer that waits for the client. Plain data with the framing of RFC 9112: what
// the client reads is Content-Length where the server gave one, chunked where it did not.

#pragma once

#include "base/byte_buffer.hpp"
#include "testing/http2_client.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace asio_httpd::testing {

class http2_exchange {
 public:
  // Content that waits to be sent; above it, nothing is taken from the client.
  static constexpr std::size_t most_up = 16 * 1024;

  // What was asked. `accept` is the value of Sec-WebSocket-Accept, "" where it is no handshake.
  struct question {
    bool head_only = false;
    bool closes = false;  // Connection: close
    std::string accept = {};
  };
  explicit http2_exchange(question q) : question_(std::move(q)) {}

  http2_client::stream_id stream = 0;

  // --- up

  bool has_room() const noexcept { return up_.size() < most_up; }
  void send(std::string_view content) { up_.append(content); }
  void end_content(header_lines trailers);
  http2_client::piece take_content(char* to, std::size_t size);

  // --- down

  void on_head(const header_lines& lines, bool is_end, bool says_close);
  void on_content(std::string_view content);
  void on_end();
  // Nothing more comes.
  void on_close() noexcept { is_closed_ = true; }

  // Text for the client.
  std::string_view text() const noexcept { return std::string_view(down_).substr(taken_); }
  // So much of it was taken. How much content that frees, in the server's bytes.
  std::size_t took(std::size_t size);

  bool is_handshake() const noexcept { return !question_.accept.empty(); }
  // It became a WebSocket: bytes both ways.
  bool is_tunnel() const noexcept { return framing_ == framing::tunnel; }
  bool has_head() const noexcept { return framing_ != framing::unknown; }
  bool is_answered() const noexcept { return is_answered_; }
  bool is_closed() const noexcept { return is_closed_; }
  // It ended in the middle of the answer, or before it.
  bool is_cut() const noexcept { return is_closed_ && !is_answered_; }
  bool closes() const noexcept { return question_.closes; }

 private:
  enum class framing : std::uint8_t { unknown, none, length, chunked, tunnel };

  framing framing_of(const header_lines& lines, unsigned status) const;
  void append_framing(bool is_end);
  void append_upgrade();

  question question_;
  framing framing_ = framing::unknown;
  base::byte_buffer up_;
  header_lines up_trailers_;
  bool up_ended_ = false;
  std::string down_;
  std::size_t taken_ = 0;
  std::size_t held_ = 0;  // of content in down_
  std::string trailers_;
  bool is_answered_ = false;
  bool is_closed_ = false;
};

}  // namespace asio_httpd::testing
