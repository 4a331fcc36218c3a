// SPDX-License-Identifier: BSL-1.0

#include "server/histogram.hpp"

#include <doctest/doctest.h>

#include <memory>

using namespace asio_httpd::serving;

TEST_CASE("a value is known within three per cent, over the whole range") {
  std::size_t last = 0;
  for (std::uint64_t v = 0; v < (std::uint64_t{1} << 37); v = v < 4096 ? v + 1 : v + v / 97) {
    const std::size_t bucket = histogram::bucket_of(v);
    REQUIRE(bucket < histogram::bucket_count);
    REQUIRE(bucket >= last);
    REQUIRE(bucket - last <= 1);
    last = bucket;
    const auto middle = static_cast<double>(histogram::value_of(bucket));
    const auto true_value = static_cast<double>(v);
    REQUIRE(middle <= true_value * 1.032);
    REQUIRE(middle >= true_value * 0.968);
  }
}

TEST_CASE("what is too large counts in the last bucket") {
  CHECK(histogram::bucket_of(~std::uint64_t{0}) == histogram::bucket_count - 1);
  CHECK(histogram::bucket_of((std::uint64_t{1} << 37) - 1) == histogram::bucket_count - 1);
}

TEST_CASE("percentiles of several threads' histograms together") {
  auto first = std::make_unique<histogram>();
  auto second = std::make_unique<histogram>();
  for (std::uint64_t v = 1; v <= 500; ++v) first->record(v * 1000);
  for (std::uint64_t v = 501; v <= 1000; ++v) second->record(v * 1000);
  auto merged = std::make_unique<merged_histogram>();
  merged->add(*first);
  merged->add(*second);
  const auto report = merged->report();
  CHECK(report.count == 1000);
  CHECK(report.max.count() == 1000000);
  CHECK(report.mean.count() == 500500);
  CHECK(report.p50.count() == doctest::Approx(500000).epsilon(0.032));
  CHECK(report.p90.count() == doctest::Approx(900000).epsilon(0.032));
  CHECK(report.p99.count() == doctest::Approx(990000).epsilon(0.032));
  CHECK(report.p999.count() == doctest::Approx(999000).epsilon(0.032));
  CHECK(report.p999 <= report.max);
}

TEST_CASE("of nothing, and of one") {
  auto merged = std::make_unique<merged_histogram>();
  CHECK(merged->report().count == 0);
  CHECK(merged->report().p99.count() == 0);
  CHECK(merged->report().mean.count() == 0);
  auto one = std::make_unique<histogram>();
  one->record(12345);
  merged->add(*one);
  CHECK(merged->report().p50.count() == doctest::Approx(12345).epsilon(0.032));
  CHECK(merged->report().max.count() == 12345);
}
