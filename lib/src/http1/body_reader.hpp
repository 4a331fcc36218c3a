// SPDX-License-Identifier: BSL-1.0
//
// The content of a request, piece by piece, out of the bytes behind its head (RFC 9112 section 6
// and 7): by Content-Length or chunked, with the trailers behind it.
//
// A piece is a view into the input and holds up to the next call. Keeps no bytes itself; how much
// content is too much, the caller decides.

#pragma once

#include "base/byte_buffer.hpp"
#include "http/engine.hpp"
#include "http1/chunked.hpp"
#include "http1/framing.hpp"
#include "http1/head_parser.hpp"
#include "http1/rule.hpp"

#include <asio_httpd/fields.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace asio_httpd::http1 {

class body_reader {
 public:
  using piece = http::content_piece;  // where it failed, `broken()` says why
  using state = piece::state;

  // As if none was begun.
  void clear() noexcept;
  // Before the first byte of a body that is framed so.
  void begin(const framing& f) noexcept;
  // What comes next; uses up the piece before.
  piece next(base::byte_buffer& input, const head_limits& limits, fields& trailers);
  // Uses up the piece that was handed out last.
  void release(base::byte_buffer& input) noexcept;

  // Whether all of it was handed out. True where none was begun.
  bool is_complete() const noexcept { return complete_; }
  // Bytes of content handed out, and those that are known to be left.
  std::uint64_t received() const noexcept { return received_; }
  std::uint64_t left() const noexcept { return left_; }
  rule broken() const noexcept { return broken_; }

 private:
  piece next_of_length(base::byte_buffer& input) noexcept;
  piece next_of_chunks(base::byte_buffer& input, const head_limits& limits, fields& trailers);
  piece read_trailers(base::byte_buffer& input, const head_limits& limits, fields& trailers);
  piece hand_out(std::string_view content, std::size_t consumed) noexcept;
  piece complete() noexcept;
  piece fail(rule r) noexcept;

  chunked_decoder chunks_;
  head trailer_head_;
  std::uint64_t left_ = 0;
  std::uint64_t received_ = 0;
  std::size_t handed_out_ = 0;  // bytes of the input that the last piece takes up
  rule broken_ = rule::none;
  bool chunked_ = false;
  bool in_trailers_ = false;
  bool complete_ = true;
};

}  // namespace asio_httpd::http1
