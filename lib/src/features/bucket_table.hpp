// SPDX-License-Identifier: BSL-1.0
//
// Token buckets by key, in a table of fixed size. A bucket is one time: when it will be full (the
// generic cell rate algorithm, ITU-T I.371). Keys are kept as hashes under a secret key, so that
// nobody can aim at the bucket of somebody else, or at one place of the table.
// Thread-safe; allocates in the constructor only.

#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

#include "features/siphash.hpp"

namespace asio_httpd::features {

class bucket_table {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::nanoseconds;

  // A bucket of `burst` tokens gets one more every `interval`. Room for `keys`, rounded up.
  bucket_table(duration interval, std::uint32_t burst, std::size_t keys);

  // Takes a token; zero. Or how long it is until there is one.
  duration take(std::string_view key, time_point now) noexcept;

 private:
  struct bucket {
    hash128 key{};
    std::int64_t full_at = 0;  // nanoseconds of the clock; what was never used is full
  };
  static constexpr std::size_t ways = 8;  // places where a key may be
  static constexpr std::size_t locks = 64;
  using bucket_set = std::array<bucket, ways>;

  static bucket& find(bucket_set& in, const hash128& key) noexcept;

  const std::int64_t interval_;
  const std::int64_t tolerance_;  // how far from full it may be before a token is taken
  const hash128 secret_;
  std::vector<bucket_set> sets_;  // a power of two
  std::array<std::mutex, locks> mutexes_;
};

}  // namespace asio_httpd::features
