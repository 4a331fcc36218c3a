// SPDX-License-Identifier: BSL-1.0

#include "server/metrics.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

using namespace asio_httpd;

namespace {

status_report report_of(const serving::metrics& m, const router& routes) {
  status_report made;
  m.fill(made, routes);
  return made;
}

}  // namespace

TEST_CASE("threads count for themselves, and a report adds up") {
  router routes;
  routes.get("/", [] { return ""; });
  serving::metrics m(routes.size());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10000; ++i) {
        m.local().requests.add(1);
        m.local().by_route[0].add(1);
        m.local().by_method[static_cast<std::size_t>(method::get)].add(1);
        m.local().latency.record(1000);
      }
    });
  }
  for (auto& t : threads) t.join();
  const auto report = report_of(m, routes);
  CHECK(report.requests.total == 40000);
  REQUIRE(report.requests.by_route.size() == 1);
  CHECK(report.requests.by_route[0].requests == 40000);
  CHECK(report.requests.by_route[0].method == "GET");
  REQUIRE(report.requests.by_method.size() == 1);
  CHECK(report.requests.latency.count == 40000);
}

TEST_CASE("reading while counting: open and idle are never negative") {
  router routes;
  serving::metrics m(0);
  std::atomic<bool> ends{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      while (!ends) {
        m.local().accepted.add(1);
        m.local().idle_begun.add(1);
        m.local().idle_ended.add(1);
        m.local().closed[static_cast<std::size_t>(close_reason::client_done)].add(1);
      }
    });
  }
  bool negative = false;
  for (int i = 0; i < 300; ++i) {
    const auto report = report_of(m, routes);
    if (report.connections.open > std::uint64_t{1} << 62) negative = true;
    if (report.connections.idle > std::uint64_t{1} << 62) negative = true;
  }
  ends = true;
  for (auto& t : threads) t.join();
  CHECK_FALSE(negative);
}

TEST_CASE("a thread keeps the counters of several servers apart, in any order") {
  serving::metrics a(0);
  serving::metrics b(0);
  serving::metrics c(0);
  for (int i = 0; i < 10; ++i) {
    a.local().refused.add(1);
    b.local().refused.add(2);
    if (i % 2 == 0) c.local().refused.add(3);
  }
  CHECK(&a.local() == &a.local());
  CHECK(report_of(a, {}).connections.refused == 10);
  CHECK(report_of(b, {}).connections.refused == 20);
  CHECK(report_of(c, {}).connections.refused == 15);
}

TEST_CASE("one server after the other at the same address begins at nothing") {
  for (int i = 0; i < 5; ++i) {
    serving::metrics m(0);
    m.local().refused.add(1);
    CHECK(report_of(m, {}).connections.refused == 1);
  }
}

TEST_CASE("two threads' counters share no cache line") {
  CHECK(alignof(serving::thread_counters) >= 128);
  CHECK(sizeof(serving::thread_counters) % 128 == 0);
}
