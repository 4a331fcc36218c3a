// SPDX-License-Identifier: BSL-1.0
//
// zlib, with its memory counted.

#include "websocket/deflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace asio_httpd::ws {
namespace {

// The end of each payload, which is left out (RFC 7692 section 7.2.1).
constexpr std::string_view tail("\x00\x00\xff\xff", 4);
// zlib counts in 32 bits.
constexpr std::size_t largest_slice = std::size_t{1} << 30;
constexpr std::size_t smallest_room = 512;
constexpr std::size_t largest_room = 64 * 1024;

// zlib takes memory when a stream is made (an inflater its window at the first need) and gives it
// back when it ends, so adding up is enough.
voidpf allocate(voidpf counter, uInt count, uInt size) {
  void* memory = std::calloc(count, size);
  if (memory != nullptr) *static_cast<std::size_t*>(counter) += std::size_t{count} * size;
  return memory;
}

void deallocate(voidpf, voidpf memory) {
  std::free(memory);
}

// A z_stream points at itself from within, and so it never moves.
struct stream : z_stream {
  stream() noexcept : z_stream() {
    zalloc = allocate;
    zfree = deallocate;
    opaque = &memory;
  }
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;

  void read_from(std::string_view text) noexcept {
    next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // only read
    avail_in = static_cast<uInt>(text.size());
  }
  void write_to(base::byte_buffer& to, std::size_t room) noexcept {
    next_out = reinterpret_cast<Bytef*>(to.write_position());
    avail_out = static_cast<uInt>(room);
  }

  std::size_t memory = 0;
};

void require(int code) {
  if (code != Z_OK) throw std::bad_alloc();
}

}  // namespace

// --- compressing ---------------------------------------------------------------------------------

struct deflater::state : stream {
  state(int window_bits, int level, int memory_level) {
    // zlib has no raw window of 2^8. In one of 2^9 it looks back at most 2^9 - 262 bytes, since it
    // keeps its longest match ahead free, and 250 bytes are within the smaller window.
    const int bits = std::max(window_bits, 9);
    require(deflateInit2(this, level, Z_DEFLATED, -bits, memory_level, Z_DEFAULT_STRATEGY));
  }
  state(const state&) = delete;
  state& operator=(const state&) = delete;
  ~state() { deflateEnd(this); }

  void add(std::string_view slice, int flush, base::byte_buffer& to) {
    read_from(slice);
    do {
      to.prepare(std::clamp(slice.size() / 2, smallest_room, largest_room));
      const std::size_t room = std::min(to.room(), largest_slice);
      write_to(to, room);
      deflate(this, flush);
      to.commit(room - avail_out);
    } while (avail_out == 0);
  }
};

deflater::deflater(int window_bits, int level, int memory_level)
    : state_(std::make_unique<state>(window_bits, level, memory_level)) {}
deflater::~deflater() = default;
deflater::deflater(deflater&&) noexcept = default;
deflater& deflater::operator=(deflater&&) noexcept = default;

void deflater::compress(std::string_view message, base::byte_buffer& to) {
  for (; message.size() > largest_slice; message.remove_prefix(largest_slice)) {
    state_->add(message.substr(0, largest_slice), Z_NO_FLUSH, to);
  }
  state_->add(message, Z_SYNC_FLUSH, to);
  to.retract(tail.size());
}

void deflater::reset() noexcept {
  deflateReset(state_.get());
}

std::size_t deflater::memory() const noexcept {
  return sizeof(state) + state_->memory;
}

// --- decompressing -------------------------------------------------------------------------------

struct inflater::state : stream {
  state() { require(inflateInit2(this, -largest_window_bits)); }
  state(const state&) = delete;
  state& operator=(const state&) = delete;
  ~state() { inflateEnd(this); }

  // One call of zlib.
  int step(base::byte_buffer& to) {
    to.prepare(std::clamp(std::size_t{avail_in} * 2, smallest_room, largest_room));
    const std::size_t room = std::min(to.room(), largest_slice);
    write_to(to, room);
    const int code = ::inflate(this, Z_SYNC_FLUSH);
    to.commit(room - avail_out);
    return code;
  }

  inflate_result add(std::string_view slice, std::size_t limit, base::byte_buffer& to) {
    read_from(slice);
    do {
      const int code = step(to);
      if (to.size() > limit) {
        to.retract(to.size() - limit);
        return inflate_result::too_large;
      }
      // A final block ends the stream for zlib, not for the message (RFC 7692 section 7.2.3.4).
      // This reset keeps the window, and costs nothing however often a peer makes it necessary.
      if (code == Z_STREAM_END) {
        inflateResetKeep(this);
      } else if (code != Z_OK && code != Z_BUF_ERROR) {
        return inflate_result::malformed;
      }
    } while (avail_in != 0 || avail_out == 0);
    return inflate_result::ok;
  }

  // Between two blocks, neither of which is the last, and not within a byte: see data_type in
  // zlib.h.
  bool is_at_boundary() const noexcept { return (data_type & 0xff) == 0x80; }

  bool has_begun = false;  // a byte of the current payload came in
};

inflater::inflater() : state_(std::make_unique<state>()) {}
inflater::~inflater() = default;
inflater::inflater(inflater&&) noexcept = default;
inflater& inflater::operator=(inflater&&) noexcept = default;

inflate_result inflater::inflate(std::string_view piece, std::size_t limit, base::byte_buffer& to) {
  while (!piece.empty()) {
    state_->has_begun = true;
    const std::string_view slice = piece.substr(0, largest_slice);
    const auto result = state_->add(slice, limit, to);
    if (result != inflate_result::ok) return result;
    piece.remove_prefix(slice.size());
  }
  return inflate_result::ok;
}

// zlib writes nothing at all for a second flush in a row, so that is what some peers send for an
// empty message.
inflate_result inflater::finish(std::size_t limit, base::byte_buffer& to) {
  if (!state_->has_begun) return inflate_result::ok;
  state_->has_begun = false;
  const auto result = state_->add(tail, limit, to);
  if (result != inflate_result::ok) return result;
  return state_->is_at_boundary() ? inflate_result::ok : inflate_result::malformed;
}

void inflater::reset() noexcept {
  state_->has_begun = false;
  inflateReset(state_.get());
}

std::size_t inflater::memory() const noexcept {
  return sizeof(state) + state_->memory;
}

}  // namespace asio_httpd::ws
