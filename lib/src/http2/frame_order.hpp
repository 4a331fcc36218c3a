// SPDX-License-Identifier: BSL-1.0
//
// In which order a client's frames may come, as far as nghttp2 lets others pass: numbers of streams
// rise (RFC 9113 section 5.1.1), nothing is said on a stream behind its end (section 5.1), and
// PRIORITY names a stream (section 6.3).
//
// It remembers the last streams that ended, and how. What is said on those that we reset is no
// fault: the peer may not know of that yet. Nor is anything once we have gone away, or on a stream
// that ended too long ago to be remembered. A value without I/O; allocates nothing.

#pragma once

#include "http2/error.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>

namespace asio_httpd::http2 {

class frame_order {
 public:
  // How many ends are remembered.
  static constexpr std::size_t most_ended = 64;

  // Of a frame, what counts here.
  struct frame {
    std::int32_t stream;  // 0: of the connection
    bool is_headers;
    bool is_priority;
  };

  // A frame begins to come in. Of a fault, returns the error that the connection ends with.
  // `is_open(stream)`: whether a stream that was begun has not ended; asked seldom.
  template <std::predicate<std::int32_t> IsOpen>
  error look_at(const frame& f, const IsOpen& is_open) noexcept {
    if (f.is_priority && f.stream == 0) return error::protocol_error;
    if (!f.is_headers || f.stream == 0) return error::no_error;
    if (f.stream > last_) {
      last_ = f.stream;
      return error::no_error;
    }
    return has_gone_away_ || is_open(f.stream) ? error::no_error : of_ended(f.stream);
  }

  // We have told the peer that the stream is reset; its end comes next.
  void note_reset(std::int32_t stream) noexcept { reset_ = stream; }
  // A stream has ended; `was_broken`: by an error, whose ever.
  void note_end(std::int32_t stream, bool was_broken) noexcept {
    ended_[next_++ % most_ended] = {stream, was_broken || stream == reset_};
  }
  // No new streams are taken from now on.
  void go_away() noexcept { has_gone_away_ = true; }

 private:
  struct ended_stream {
    std::int32_t id = 0;
    bool was_reset = false;
  };

  // A head on a stream that is not open, and has no new number.
  error of_ended(std::int32_t stream) const noexcept {
    for (const ended_stream& one : ended_) {
      if (one.id == stream) return one.was_reset ? error::no_error : error::stream_closed;
    }
    return next_ < most_ended ? error::protocol_error : error::no_error;
  }

  std::array<ended_stream, most_ended> ended_{};  // a ring
  std::size_t next_ = 0;                          // all that ended so far
  std::int32_t last_ = 0;                         // the highest that the peer has begun
  std::int32_t reset_ = 0;                        // the last that we reset
  bool has_gone_away_ = false;
};

}  // namespace asio_httpd::http2
