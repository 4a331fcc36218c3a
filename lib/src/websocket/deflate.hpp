// SPDX-License-Identifier: BSL-1.0
//
// The payload of compressed messages (RFC 7692 section 7.2), on zlib's raw deflate.
//
// Each class holds zlib's memory for one direction of one connection, from its construction on:
// see `memory()`. Both throw std::bad_alloc where zlib gets no memory when constructed, and never
// later. What comes out is appended to a buffer, the inflater's within the limit that it is given.

#pragma once

#include "base/byte_buffer.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace asio_httpd::ws {

inline constexpr int smallest_window_bits = 8;
inline constexpr int largest_window_bits = 15;

class deflater {
 public:
  // `window_bits` 8 to 15, `level` 1 to 9, `memory_level` 1 to 9 as zlib's deflateInit2 has them.
  // Takes about 2^(window_bits + 2) + 2^(memory_level + 9) bytes.
  deflater(int window_bits, int level, int memory_level);
  ~deflater();
  deflater(deflater&&) noexcept;
  deflater& operator=(deflater&&) noexcept;

  // Appends the payload of one message, without the 00 00 ff ff that every such payload ends with.
  // `message` is not empty.
  void compress(std::string_view message, base::byte_buffer& to);
  // Forgets the messages before.
  void reset() noexcept;
  std::size_t memory() const noexcept;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

enum class inflate_result : std::uint8_t { ok, too_large, malformed };

class inflater {
 public:
  // Takes about 42,000 bytes. The window is the largest there is, whatever was agreed on: zlib
  // finds what looks back too far only where a call of it begins, so with a smaller one the verdict
  // on a peer that breaks its word would depend on how the bytes are cut.
  inflater();
  ~inflater();
  inflater(inflater&&) noexcept;
  inflater& operator=(inflater&&) noexcept;

  // Appends what a piece of a payload holds. Behind anything but `ok`, `to` has what came before
  // the fault, and at most `limit` bytes; the inflater is then of no more use.
  inflate_result inflate(std::string_view piece, std::size_t limit, base::byte_buffer& to);
  // The payload has ended. One without any byte is an empty message.
  inflate_result finish(std::size_t limit, base::byte_buffer& to);
  // Forgets the messages before.
  void reset() noexcept;
  std::size_t memory() const noexcept;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace asio_httpd::ws
