// SPDX-License-Identifier: BSL-1.0
//
// How much of something may be under way in the process at a time: what takes memory or descriptors
// for as long as a client cares to read. Any thread.

#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

namespace asio_httpd::features {

class places {
 public:
  explicit constexpr places(std::size_t most) noexcept : left_(most) {}

  // Given back when the last copy goes; null where all are taken. The places live longer.
  std::shared_ptr<void> take() {
    std::size_t left = left_.load(std::memory_order_relaxed);
    while (left != 0) {
      if (left_.compare_exchange_weak(left, left - 1, std::memory_order_relaxed)) return held();
    }
    return nullptr;
  }

 private:
  std::shared_ptr<void> held() {
    return {this, [](places* of) { of->left_.fetch_add(1, std::memory_order_relaxed); }};
  }

  std::atomic<std::size_t> left_;
};

}  // namespace asio_httpd::features
