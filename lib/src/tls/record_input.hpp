// SPDX-License-Identifier: BSL-1.0
//
// Records that came in and were not taken: in a buffer of the thread while a call is under way, so
// that a connection at rest holds none, and in `leftover`, which is the connection's, between
// calls.
//
//   record_input in(leftover, room);   of one call; nobody else of the thread uses the buffer
//   in.receive(from)                   behind what is there, once
//   in.bytes(), in.drop(n)             from the beginning of a record on
//   in.keep()                          what nobody took goes to `leftover`

#pragma once

#include "net/transport.hpp"
#include "tls/record_stream.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace asio_httpd::tls {

class record_input {
 public:
  // `room`: how much text the caller has room for, in bytes. Throws std::bad_alloc.
  record_input(std::string& leftover, std::size_t room)
      : leftover_(leftover), buffer_(this_threads()), room_(room) {}
  record_input(const record_input&) = delete;
  record_input& operator=(const record_input&) = delete;

  // Up to a call of `receive`. What was left over comes first; who only writes leaves it where it
  // is.
  std::string_view bytes() noexcept {
    if (!leftover_.empty()) {
      end_ += leftover_.copy(buffer_ + end_, buffer_size - end_);
      std::string().swap(leftover_);
    }
    return {buffer_ + begin_, end_ - begin_};
  }
  void drop(std::size_t n) noexcept { begin_ += n; }

  // A receive that got less than it asked for has taken all there was: then there is no other.
  bool may_receive() const noexcept { return may_receive_; }
  net::io_result receive(net::transport& from) noexcept {
    bytes();
    if (begin_ != 0) std::memmove(buffer_, buffer_ + begin_, end_ - begin_);
    end_ -= std::exchange(begin_, 0);
    const std::size_t n = std::min(most(), buffer_size - end_);
    const auto result = from.read(buffer_ + end_, n);
    end_ += result.size;
    may_receive_ = result.size == n;
    return result;
  }

  // Throws std::bad_alloc.
  void keep() {
    if (begin_ != end_) leftover_.assign(bytes());
  }

 private:
  static constexpr std::size_t received_at_once = 64 * 1024;
  // Behind the beginning of a record there is room to receive.
  static constexpr std::size_t buffer_size = received_at_once + record_header_size + most_in_record;

  static char* this_threads() {
    thread_local const auto buffer = std::make_unique_for_overwrite<char[]>(buffer_size);
    return buffer.get();
  }
  // To receive at once: little more than there is room for, since the rest would be kept.
  std::size_t most() const noexcept {
    return std::min(received_at_once, std::max(most_plain_text, room_) + 2048);
  }

  std::string& leftover_;
  char* const buffer_;
  const std::size_t room_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool may_receive_ = true;
};

}  // namespace asio_httpd::tls
