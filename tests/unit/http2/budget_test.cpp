// SPDX-License-Identifier: BSL-1.0
//
// What a peer may make the server do for nothing.

#include "http2/budget.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using asio_httpd::http2::budget;

namespace {

const budget::time_point start{1h};

}  // namespace

TEST_CASE("a budget ends exactly when more is spent than there was") {
  budget b;
  b.spend(budget::most);
  CHECK_FALSE(b.is_overdrawn());
  b.spend(1);
  CHECK(b.is_overdrawn());
}

TEST_CASE("time fills it, and not above its most") {
  budget b;
  b.pass_time(start);
  b.spend(budget::most);
  b.pass_time(start + 1s);
  b.spend(budget::each_second);
  CHECK_FALSE(b.is_overdrawn());
  b.spend(1);
  CHECK(b.is_overdrawn());
  b.pass_time(start + 1h);
  b.spend(budget::most + 1);
  CHECK(b.is_overdrawn());
}

TEST_CASE("no part of time is lost where it is looked at often") {
  budget b;
  b.pass_time(start);
  b.spend(budget::most);
  for (auto at = start; at <= start + 1s; at += 1ms) b.pass_time(at);
  b.spend(budget::each_second * 9 / 10);
  CHECK_FALSE(b.is_overdrawn());
}

TEST_CASE("content earns, also in small pieces") {
  budget b;
  b.spend(budget::most);
  for (int i = 0; i < budget::content_unit; ++i) b.earn_by_content(1);
  b.spend(1);
  CHECK_FALSE(b.is_overdrawn());
  b.spend(1);
  CHECK(b.is_overdrawn());
}
