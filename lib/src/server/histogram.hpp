// SPDX-License-Identifier: BSL-1.0
//
// A histogram of durations in the manner of HdrHistogram: 32 buckets to each power of two, so that
// a value is known within 3 %, from a nanosecond to a minute, in 8 KiB. One thread writes, any
// thread reads.

#pragma once

#include "server/counter.hpp"

#include <asio_httpd/status_report.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>

namespace asio_httpd::serving {

class histogram {
 public:
  static constexpr unsigned precision_bits = 5;
  static constexpr unsigned largest_exponent = 36;  // 2^36 ns, about 69 s; longer ones count there
  static constexpr std::size_t bucket_count = (largest_exponent - precision_bits + 2)
                                              << precision_bits;

  static constexpr std::size_t bucket_of(std::uint64_t value) noexcept {
    constexpr std::uint64_t largest = (std::uint64_t{1} << (largest_exponent + 1)) - 1;
    if (value > largest) value = largest;
    if (value < (1u << precision_bits)) return static_cast<std::size_t>(value);
    const auto exponent = static_cast<unsigned>(std::bit_width(value)) - 1;
    const unsigned shift = exponent - precision_bits;
    return ((shift + 1) << precision_bits) + ((value >> shift) & ((1u << precision_bits) - 1));
  }

  // The middle of a bucket.
  static constexpr std::uint64_t value_of(std::size_t bucket) noexcept {
    const std::size_t row = bucket >> precision_bits;
    const std::uint64_t low = bucket & ((1u << precision_bits) - 1);
    if (row == 0) return low;
    const std::size_t shift = row - 1;
    return ((low + (1u << precision_bits)) << shift) + ((std::uint64_t{1} << shift) >> 1);
  }

  // `times` times the same.
  void record(std::uint64_t nanoseconds, std::uint64_t times = 1) noexcept {
    buckets_[bucket_of(nanoseconds)].add(times);
    sum_.add(nanoseconds * times);
    if (nanoseconds > largest_.get()) largest_.set(nanoseconds);
  }

 private:
  friend class merged_histogram;
  std::array<counter, bucket_count> buckets_;
  counter sum_;
  counter largest_;
};

// Several histograms added up, for reading.
class merged_histogram {
 public:
  void add(const histogram& h) noexcept {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += h.buckets_[i].get();
    sum_ += h.sum_.get();
    largest_ = std::max(largest_, h.largest_.get());
  }

  latency_report report() const {
    latency_report made;
    for (std::uint64_t n : counts_) made.count += n;
    made.p50 = percentile(made.count, 0.5);
    made.p90 = percentile(made.count, 0.9);
    made.p99 = percentile(made.count, 0.99);
    made.p999 = percentile(made.count, 0.999);
    made.max = std::chrono::nanoseconds(largest_);
    made.mean = std::chrono::nanoseconds(made.count == 0 ? 0 : sum_ / made.count);
    return made;
  }

 private:
  std::chrono::nanoseconds percentile(std::uint64_t total, double part) const noexcept {
    const auto wanted = static_cast<std::uint64_t>(static_cast<double>(total) * part);
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen > wanted) {
        return std::chrono::nanoseconds(std::min(histogram::value_of(i), largest_));
      }
    }
    return std::chrono::nanoseconds(largest_);
  }

  std::array<std::uint64_t, histogram::bucket_count> counts_{};
  std::uint64_t sum_ = 0;
  std::uint64_t largest_ = 0;
};

}  // namespace asio_httpd::serving
