// SPDX-License-Identifier: BSL-1.0
//
// From frames to text.

#include "testing/http2_exchange.hpp"

#include "testing/http2_heads.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace asio_httpd::testing {

// --- up ------------------------------------------------------------------------------------------

void http2_exchange::end_content(header_lines trailers) {
  up_ended_ = true;
  up_trailers_ = std::move(trailers);
}

http2_client::piece http2_exchange::take_content(char* to, std::size_t size) {
  const std::size_t n = up_.view().copy(to, size);
  up_.consume(n);
  if (!up_ended_ || !up_.empty()) return {n};
  return {n, true, std::exchange(up_trailers_, {})};
}

// --- down ----------------------------------------------------------------------------------------

http2_exchange::framing http2_exchange::framing_of(const header_lines& lines,
                                                   unsigned status) const {
  if (is_handshake() && status / 100 == 2) return framing::tunnel;
  if (status == 204 || status == 304) return framing::none;
  if (value_of(lines, "content-length").empty()) return framing::chunked;
  return question_.head_only ? framing::none : framing::length;
}

void http2_exchange::append_upgrade() {
  append_line("Connection", "Upgrade", down_);
  append_line("Upgrade", "websocket", down_);
  append_line("Sec-WebSocket-Accept", question_.accept, down_);
}

void http2_exchange::append_framing(bool is_end) {
  if (framing_ == framing::tunnel) append_upgrade();
  if (framing_ != framing::chunked) return;
  // What GET has to say of it, HEAD says, too (RFC 9110 section 9.3.2).
  if (question_.head_only) {
    framing_ = framing::none;
    return append_line("Transfer-Encoding", "chunked", down_);
  }
  if (is_end) {
    framing_ = framing::length;
    append_line("Content-Length", "0", down_);
  } else {
    append_line("Transfer-Encoding", "chunked", down_);
  }
}

void http2_exchange::on_head(const header_lines& lines, bool is_end, bool says_close) {
  const unsigned status = status_of(lines);
  if (status == 0) return append_lines(lines, trailers_);
  const bool is_final = status / 100 != 1;
  if (is_final) framing_ = framing_of(lines, status);
  append_status_line(is_tunnel() ? 101 : status, down_);
  append_lines(lines, down_);
  if (is_final) append_framing(is_end);
  if (is_final && !is_tunnel() && (says_close || closes()))
    append_line("Connection", "close", down_);
  down_ += "\r\n";
}

void http2_exchange::on_content(std::string_view content) {
  held_ += content.size();
  if (framing_ != framing::chunked) {
    down_ += content;
  } else if (!content.empty()) {
    char digits[16];
    const auto end = std::to_chars(digits, digits + sizeof digits, content.size(), 16).ptr;
    down_.append(digits, end).append("\r\n").append(content).append("\r\n");
  }
}

void http2_exchange::on_end() {
  is_answered_ = true;
  if (framing_ == framing::chunked) down_.append("0\r\n").append(trailers_).append("\r\n");
}

std::size_t http2_exchange::took(std::size_t size) {
  taken_ += size;
  const bool all = taken_ == down_.size();
  const std::size_t freed = all ? held_ : std::min(size, held_);
  held_ -= freed;
  if (all || taken_ > most_up) down_.erase(0, std::exchange(taken_, 0));
  return freed;
}

}  // namespace asio_httpd::testing
