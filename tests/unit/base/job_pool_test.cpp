// SPDX-License-Identifier: BSL-1.0
//
// What runs, what waits, what is refused and what is dropped. More of it in routing/blocking_test.

#include "base/job_pool.hpp"

#include <doctest/doctest.h>

#include <future>
#include <memory>
#include <thread>

using asio_httpd::base::job_pool;

namespace {

void nothing() {}

}  // namespace

TEST_CASE("a job runs elsewhere, and what is behind it after it") {
  job_pool pool(1, 1);
  std::promise<std::thread::id> ended;
  std::thread::id ran;
  REQUIRE(pool.add({[&] { ran = std::this_thread::get_id(); },
                    [&] { ended.set_value(std::this_thread::get_id()); }}));
  const auto by = ended.get_future().get();
  CHECK(by == ran);
  CHECK(by != std::this_thread::get_id());
}

TEST_CASE("a full queue takes no more, nor does a pool that has stopped") {
  std::promise<void> begun;
  std::promise<void> gate;
  job_pool pool(1, 2);
  REQUIRE(pool.add({[&] {
                      begun.set_value();
                      gate.get_future().wait();
                    },
                    nothing}));
  begun.get_future().wait();
  CHECK(pool.add({nothing, nothing}));
  CHECK(pool.add({nothing, nothing}));
  CHECK_FALSE(pool.add({nothing, nothing}));
  gate.set_value();
  pool.stop();
  CHECK_FALSE(pool.add({nothing, nothing}));
}

TEST_CASE("what a dropped job owns goes with it") {
  const auto witness = std::make_shared<int>();
  std::promise<void> begun;
  std::promise<void> gate;
  {
    job_pool pool(1, 2);
    pool.add({[&] {
                begun.set_value();
                gate.get_future().wait();
              },
              [witness] {}});
    begun.get_future().wait();
    pool.add({[witness] {}, [witness] {}});
    gate.set_value();
  }
  CHECK(witness.use_count() == 1);
}

TEST_CASE("without threads nothing is taken") {
  job_pool pool(0, 10);
  CHECK_FALSE(pool.add({nothing, nothing}));
}
