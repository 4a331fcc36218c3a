// SPDX-License-Identifier: BSL-1.0
//
// One counter. What others do to the files may make it smaller than what is released: it stops at
// zero.

#include "features/upload_quota.hpp"

#include <asio_httpd/response.hpp>

#include <algorithm>

namespace asio_httpd::features {

bool upload_quota::take(std::uint64_t bytes) noexcept {
  std::uint64_t before = used_;
  do {
    if (limit_ != 0 && (before > limit_ || bytes > limit_ - before)) return false;
  } while (!used_.compare_exchange_weak(before, before + bytes));
  return true;
}

void upload_quota::release(std::uint64_t bytes) noexcept {
  std::uint64_t before = used_;
  while (!used_.compare_exchange_weak(before, before - std::min(before, bytes))) {
  }
}

void upload_room::reserve(std::uint64_t bytes) {
  if (bytes <= taken_) return;
  if (!quota_.take(bytes - taken_))
    throw http_error(status::insufficient_storage, "There is no room to store the content\n");
  taken_ = bytes;
}

void upload_room::use(std::uint64_t bytes) noexcept {
  used_ = std::min(taken_, used_ + bytes);
}

}  // namespace asio_httpd::features
