// SPDX-License-Identifier: BSL-1.0
//
// A page cache that is told which parts of files are cold, and whose disk stands still while its
// gate is closed.

#pragma once

#include "net/page_cache.hpp"

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <set>
#include <vector>

#include <unistd.h>

namespace test_support {

class told_page_cache final : public asio_httpd::net::page_cache {
 public:
  struct part {
    std::uint64_t offset;
    std::uint64_t size;
    friend bool operator==(const part&, const part&) = default;
  };
  static constexpr std::uint64_t block = 4096;

  ssize_t read(int descriptor, char* to, std::size_t size, std::uint64_t offset) noexcept override {
    const std::lock_guard lock(mutex_);
    const std::uint64_t there = warm_bytes(offset, size);
    if (there != 0 || size == 0) return ::pread(descriptor, to, there, static_cast<off_t>(offset));
    errno = EAGAIN;
    return -1;
  }
  void fill(int, std::uint64_t offset, std::uint64_t size) noexcept override {
    std::unique_lock lock(mutex_);
    filled_.push_back({offset, size});
    changed_.notify_all();
    changed_.wait(lock, [this] { return is_open_; });
    for (std::uint64_t at = offset / block; at * block < offset + size; ++at) cold_.erase(at);
  }

  void make_cold(std::uint64_t offset, std::uint64_t size) {
    const std::lock_guard lock(mutex_);
    for (std::uint64_t at = offset / block; at * block < offset + size; ++at) cold_.insert(at);
  }
  void close_gate() { set_gate(false); }
  void open_gate() { set_gate(true); }
  // The parts that were asked of the disk, in order.
  std::vector<part> filled() const {
    const std::lock_guard lock(mutex_);
    return filled_;
  }
  // Until the disk has been asked for so many parts; false where that does not happen.
  [[nodiscard]] bool wait_for_fills(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30),
                             [&] { return filled_.size() >= count; });
  }

 private:
  std::uint64_t warm_bytes(std::uint64_t offset, std::uint64_t size) const {
    const auto first_cold = cold_.lower_bound(offset / block);
    if (first_cold == cold_.end() || *first_cold * block >= offset + size) return size;
    return *first_cold * block > offset ? *first_cold * block - offset : 0;
  }
  void set_gate(bool open) {
    const std::lock_guard lock(mutex_);
    is_open_ = open;
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::uint64_t> cold_;  // blocks
  std::vector<part> filled_;
  bool is_open_ = true;
};

}  // namespace test_support
