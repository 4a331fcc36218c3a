// SPDX-License-Identifier: BSL-1.0
//
// What runs by a watched executor is a turn of its handler; all else is as the inner one has it.

#include "server/watched_executor.hpp"

#include "support/allocation_counter.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <thread>

using namespace asio_httpd;
using namespace asio_httpd::serving;
namespace asio = boost::asio;

namespace {

const route one{};
const route other{};

struct fixture {
  const route* running() const { return slot.running.load(); }

  asio::io_context context{1};
  turn_slot slot;
  const asio::any_io_executor plain = context.get_executor();
  const asio::any_io_executor watched =
      watched_executor(context.get_executor(), own_place{&slot, &one});
  const route* seen = nullptr;
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "what is posted and dispatched is a turn, and nothing after it") {
  asio::post(watched, [&] {
    CHECK(running() == &one);
    asio::dispatch(watched, [&] { seen = running(); });  // at once
    CHECK(seen == &one);
  });
  CHECK(running() == nullptr);
  asio::post(plain, [&] { CHECK(running() == nullptr); });
  CHECK(context.run() == 2);
  CHECK(slot.turns.get() == 1);
}

TEST_CASE_FIXTURE(fixture, "operations whose handler is bound to it complete by it") {
  asio::steady_timer by_itself(watched, std::chrono::seconds(0));
  asio::steady_timer elsewhere(plain, std::chrono::seconds(0));
  by_itself.async_wait([&](auto) { CHECK(running() == &one); });
  elsewhere.async_wait(asio::bind_executor(watched, [&](auto) { CHECK(running() == &one); }));
  context.run();
  CHECK(slot.turns.get() == 2);
}

TEST_CASE_FIXTURE(fixture, "a strand around it runs by it") {
  asio::post(asio::make_strand(watched), [&] { seen = running(); });
  context.run();
  CHECK(seen == &one);
}

TEST_CASE_FIXTURE(fixture, "a function that throws ends its turn") {
  asio::post(watched, [] { throw 1; });
  CHECK_THROWS_AS(context.run(), int);
  CHECK(running() == nullptr);
}

TEST_CASE_FIXTURE(fixture, "context and outstanding work are the inner executor's") {
  CHECK(&asio::query(watched, asio::execution::context) == &context);
  std::optional<asio::any_io_executor> working =
      asio::prefer(watched, asio::execution::outstanding_work_t::tracked);
  CHECK(context.poll() == 0);
  CHECK_FALSE(context.stopped());
  working.reset();
  CHECK(context.poll() == 0);
  CHECK(context.stopped());
}

TEST_CASE_FIXTURE(fixture, "two are equal where they run by the same, for the same handler") {
  auto made = [&](const route* r) {
    return asio::any_io_executor(watched_executor(context.get_executor(), own_place{&slot, r}));
  };
  CHECK(made(&one) == watched);
  CHECK(made(&other) != watched);
  CHECK(plain != watched);
}

TEST_CASE_FIXTURE(fixture, "on a thread of the server's own it costs no allocation") {
  const auto before = test_support::allocations_of_this_thread();
  const asio::any_io_executor made =
      watched_executor(context.get_executor(), own_place{&slot, &one});
  const auto working = asio::prefer(made, asio::execution::outstanding_work_t::tracked);
  CHECK(test_support::allocations_of_this_thread() == before);
}

TEST_CASE("on an executor of the user's the turn is of the thread that runs, whoever is gone") {
  asio::io_context context;
  auto counters = std::make_shared<metrics>(0);
  const std::weak_ptr<metrics> kept = counters;
  asio::any_io_executor watched = watched_executor(
      asio::any_io_executor(asio::make_strand(context.get_executor())), any_place{counters, &one});
  turn_slot* here = &counters->local().turn;
  counters.reset();
  for (int i = 0; i < 2; ++i) {
    asio::post(watched, [&] { CHECK(kept.lock()->local().turn.running.load() == &one); });
  }
  std::thread([&] { context.run_one(); }).join();
  CHECK(here->turns.get() == 0);
  context.run();
  CHECK(here->turns.get() == 1);
  watched = {};
  CHECK(kept.expired());
}
