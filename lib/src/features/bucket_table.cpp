// SPDX-License-Identifier: BSL-1.0
//
// A set-associative table: the hash names a set, and the key is one of its eight entries or takes
// the place of the one that has been full for longest.

#include "features/bucket_table.hpp"

#include <algorithm>
#include <bit>
#include <random>

namespace asio_httpd::features {
namespace {

hash128 make_secret() {
  std::random_device source;
  const auto word = [&] { return std::uint64_t{source()} << 32 | source(); };
  return {word(), word()};
}

}  // namespace

bucket_table::bucket_table(duration interval, std::uint32_t burst, std::size_t keys)
    : interval_(interval.count()),
      tolerance_(interval_ * (std::int64_t{burst} - 1)),
      secret_(make_secret()),
      sets_(std::bit_ceil((keys + ways - 1) / ways)) {}

bucket_table::bucket& bucket_table::find(bucket_set& in, const hash128& key) noexcept {
  const auto known = std::find_if(in.begin(), in.end(), [&](auto& b) { return b.key == key; });
  if (known != in.end()) return *known;
  const auto oldest = std::min_element(in.begin(), in.end(),
                                       [](auto& a, auto& b) { return a.full_at < b.full_at; });
  *oldest = {key, 0};
  return *oldest;
}

bucket_table::duration bucket_table::take(std::string_view key, time_point now) noexcept {
  const hash128 hash = siphash(secret_, key);
  const std::size_t set = hash[0] & (sets_.size() - 1);
  const std::int64_t time = duration(now.time_since_epoch()).count();
  const std::lock_guard lock(mutexes_[set % locks]);
  bucket& found = find(sets_[set], hash);
  const std::int64_t full_at = std::max(found.full_at, time);
  if (full_at - time > tolerance_) return duration(full_at - time - tolerance_);
  found.full_at = full_at + interval_;
  return duration(0);
}

}  // namespace asio_httpd::features
