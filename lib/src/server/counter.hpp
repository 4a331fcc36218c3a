// SPDX-License-Identifier: BSL-1.0
//
// A number that one thread writes and others read: no locked instruction, no lost count, and a
// reader sees a value that was true a moment ago.

#pragma once

#include <atomic>
#include <cstdint>

namespace asio_httpd::serving {

class counter {
 public:
  void add(std::uint64_t n) noexcept { set(get() + n); }
  void set(std::uint64_t n) noexcept { value_.store(n, std::memory_order_relaxed); }
  std::uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

}  // namespace asio_httpd::serving
