// SPDX-License-Identifier: BSL-1.0
//
// How many bytes lie below a folder, and how many may. Room is taken before it is filled, so that
// uploads at the same time cannot exceed it together. Any thread.

#pragma once

#include <atomic>
#include <cstdint>

namespace asio_httpd::features {

class upload_quota {
 public:
  // No limit where it is 0.
  explicit upload_quota(std::uint64_t limit) noexcept : limit_(limit) {}

  // Whether there was room for so many bytes more; they are taken then.
  [[nodiscard]] bool take(std::uint64_t bytes) noexcept;
  // Whether there is, at the moment.
  bool has(std::uint64_t bytes) const noexcept {
    const std::uint64_t used = used_;
    return limit_ == 0 || (used <= limit_ && bytes <= limit_ - used);
  }
  // What lies there already, whether it fits or not.
  void add(std::uint64_t bytes) noexcept { used_ += bytes; }
  void release(std::uint64_t bytes) noexcept;
  std::uint64_t used() const noexcept { return used_; }

 private:
  const std::uint64_t limit_;
  std::atomic<std::uint64_t> used_{0};
};

// The room that one request has taken, given back with the object unless it was used.
class upload_room {
 public:
  explicit upload_room(upload_quota& quota) noexcept : quota_(quota) {}
  upload_room(const upload_room&) = delete;
  upload_room& operator=(const upload_room&) = delete;
  ~upload_room() { quota_.release(taken_ - used_); }

  // From now on it has at least that much; throws http_error 507 where there is not.
  void reserve(std::uint64_t bytes);
  // So much more of it lies on the disk, and stays there.
  void use(std::uint64_t bytes) noexcept;

 private:
  upload_quota& quota_;
  std::uint64_t taken_ = 0;
  std::uint64_t used_ = 0;
};

}  // namespace asio_httpd::features
