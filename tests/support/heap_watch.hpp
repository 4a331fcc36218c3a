// SPDX-License-Identifier: BSL-1.0
//
// How much more memory the process has from its heap than when the watch began. A sanitizer has a
// heap of its own, which says 0. For one thread.

#pragma once

#include <malloc.h>

#include <algorithm>
#include <cstddef>

namespace test_support {

class heap_watch {
 public:
  // To be called at every place where much might be held.
  void look() noexcept { peak_ = std::max(peak_, now()); }
  // In bytes.
  std::size_t now() const noexcept {
    const std::size_t size = used();
    return size > begin_ ? size - begin_ : 0;
  }
  // The most that was seen.
  std::size_t peak() const noexcept { return peak_; }

 private:
  static std::size_t used() noexcept {
    const struct mallinfo2 heap = ::mallinfo2();
    return heap.uordblks + heap.hblkhd;
  }
  std::size_t begin_ = used();
  std::size_t peak_ = 0;
};

}  // namespace test_support
