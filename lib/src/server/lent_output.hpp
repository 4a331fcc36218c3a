// SPDX-License-Identifier: BSL-1.0
//
// Memory of the thread for what a connection sends, lent for one turn. Most output is made and sent
// within a turn, so connections of a thread can share one block; one has memory of its own only
// while its peer does not take what is sent.
//
//   const lent_output lent(codec.output());   a buffer without memory gets the thread's
//   make output, send it                      the buffer may grow
//                                             all sent: the memory goes back, the buffer has none
//
// The thread keeps the largest block that came back, up to `most_kept` bytes; others are freed. A
// buffer that has memory already, or that is not empty at the end, keeps what it has. Nothing is
// allocated here. Both ends are on the same thread; the buffer lives longer than this. One within
// another is no fault: the inner one's buffer allocates for itself.

#pragma once

#include "base/byte_buffer.hpp"

#include <cstddef>

namespace asio_httpd::serving {

class lent_output {
 public:
  static constexpr std::size_t most_kept = 512 * 1024;

  explicit lent_output(base::byte_buffer& to) noexcept : to_(to) {
    if (to_.capacity() == 0) to_.swap(spare());
  }
  lent_output(const lent_output&) = delete;
  lent_output& operator=(const lent_output&) = delete;
  ~lent_output() {
    if (!to_.empty()) return;
    if (to_.capacity() > spare().capacity() && to_.capacity() <= most_kept) to_.swap(spare());
    to_.release();
  }

 private:
  static base::byte_buffer& spare() noexcept {
    thread_local base::byte_buffer kept;
    return kept;
  }

  base::byte_buffer& to_;
};

}  // namespace asio_httpd::serving
