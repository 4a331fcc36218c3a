// SPDX-License-Identifier: BSL-1.0

#include "server/core.hpp"

#include <asio_httpd/version.hpp>

#include <doctest/doctest.h>

#include <unistd.h>
#include <thread>
#include <vector>

using namespace asio_httpd;
using serving::core;

TEST_CASE("defaults are filled in, and odd limits are put right") {
  const core c(router(), std::nullopt, {.limits = {.head = 1, .fields = 0, .target = 1000000}});
  CHECK(c.options.clock);
  CHECK(c.head_limits.size >= 256);
  CHECK(c.head_limits.fields >= 1);
  CHECK(c.head_limits.target <= c.head_limits.size);
  const core large(router(), std::nullopt, {.limits = {.head = 10000000, .fields = 10000000}});
  CHECK(large.head_limits.size == 65535);
  CHECK(large.head_limits.fields == 65535);
}

TEST_CASE("who waits for the last connection is told once, and at once where there is none") {
  core c(router(), std::nullopt, {});
  c.draining = true;
  int told = 0;
  c.when_none_is_open([&] { ++told; });
  CHECK(told == 1);
  c.open = 2;
  c.when_none_is_open([&] { ++told; });
  c.one_is_gone();
  CHECK(told == 1);
  c.one_is_gone();
  CHECK(told == 2);
}

TEST_CASE("a connection that ends while nobody stops tells nobody") {
  core c(router(), std::nullopt, {});
  c.open = 1;
  c.one_is_gone();
  CHECK(c.open == 0);
}

TEST_CASE("the last of many threads' connections tells, whatever the order") {
  for (int round = 0; round < 200; ++round) {
    core c(router(), std::nullopt, {});
    c.draining = true;
    c.open = 3;
    std::atomic<int> told{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) threads.emplace_back([&] { c.one_is_gone(); });
    c.when_none_is_open([&] { ++told; });
    for (auto& t : threads) t.join();
    REQUIRE(told == 1);
  }
}

TEST_CASE("the report says who it is") {
  core c(router(), std::nullopt, {});
  const auto report = c.report();
  CHECK(report.version == ASIO_HTTPD_VERSION);
  CHECK(report.pid == ::getpid());
  CHECK(report.connections.closed.size() == close_reason_count - 1);
  CHECK(report.process.open_descriptors >= 3);
  CHECK(report.process.resident_memory_bytes > 100000);
  CHECK(report.file_cache.memory_limit_bytes == 64 << 20);
  CHECK(report.file_cache.descriptor_limit > 0);
  CHECK(report.file_cache.memory_bytes <= report.file_cache.memory_limit_bytes);
}

TEST_CASE("the limit of connections leaves room for files") {
  CHECK(serving::default_connection_limit() >= 16);
}
