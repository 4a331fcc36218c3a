// SPDX-License-Identifier: BSL-1.0
//
// Which turns of handlers are too long, with the time given by hand.

#include "server/turn_watch.hpp"

#include "server/metrics.hpp"

#include <doctest/doctest.h>

#include <latch>
#include <thread>

using namespace asio_httpd;
using namespace asio_httpd::serving;
using namespace std::chrono_literals;

namespace {

constexpr auto limit = 100ms;

// A slot, and looks at it at times that are counted from the first.
struct watched_slot {
  const route* at(std::chrono::milliseconds when) {
    return watch.look(slot, turn_watch::time_point(1h + when), limit);
  }
  turn_slot slot;
  turn_watch watch;
};

const route one{};
const route other{};

}  // namespace

TEST_CASE("a thread without a handler is never told of") {
  watched_slot s;
  CHECK(s.at(0ms) == nullptr);
  CHECK(s.at(1h) == nullptr);
}

TEST_CASE("a turn is told of once it has lasted, and only once") {
  watched_slot s;
  const running_handler holds(s.slot, &one);
  CHECK(s.at(0ms) == nullptr);
  CHECK(s.at(99ms) == nullptr);
  CHECK(s.at(100ms) == &one);
  CHECK(s.at(101ms) == nullptr);
  CHECK(s.at(1h) == nullptr);
}

TEST_CASE("a turn counts from the first look that finds it") {
  watched_slot s;
  CHECK(s.at(0ms) == nullptr);
  const running_handler holds(s.slot, &one);
  CHECK(s.at(100ms) == nullptr);
  CHECK(s.at(199ms) == nullptr);
  CHECK(s.at(200ms) == &one);
}

TEST_CASE("short turns one after the other are no long one, though each look finds one") {
  watched_slot s;
  for (auto when = 0ms; when < 1000ms; when += 50ms) {
    const running_handler holds(s.slot, &one);
    CHECK(s.at(when) == nullptr);
  }
}

TEST_CASE("the thread was given back and is held again: that is told of again") {
  watched_slot s;
  {
    const running_handler holds(s.slot, &one);
    CHECK(s.at(0ms) == nullptr);
    CHECK(s.at(100ms) == &one);
  }
  SUBCASE("which a look saw") {
    CHECK(s.at(150ms) == nullptr);
  }
  SUBCASE("which no look saw") {}
  const running_handler holds(s.slot, &one);
  CHECK(s.at(200ms) == nullptr);
  CHECK(s.at(250ms) == nullptr);
  CHECK(s.at(300ms) == &one);
}

TEST_CASE("handlers within one another are one turn, of the innermost") {
  watched_slot s;
  const running_handler outer(s.slot, &one);
  CHECK(s.at(0ms) == nullptr);
  {
    const running_handler inner(s.slot, &other);
    CHECK(s.at(50ms) == nullptr);
  }
  CHECK(s.at(60ms) == nullptr);
  SUBCASE("the outer one holds the thread") {
    CHECK(s.at(100ms) == &one);
  }
  SUBCASE("the inner one does") {
    const running_handler inner(s.slot, &other);
    CHECK(s.at(100ms) == &other);
  }
  CHECK(s.at(1h) == nullptr);
}

TEST_CASE("what follows a handler on its stack is not its turn") {
  watched_slot s;
  const running_handler outer(s.slot, &one);
  CHECK(s.at(0ms) == nullptr);
  {
    const running_handler none(s.slot, nullptr);
    CHECK(s.at(100ms) == nullptr);
    {
      const running_handler next(s.slot, &other);
      CHECK(s.at(150ms) == nullptr);
      CHECK(s.at(249ms) == nullptr);
      CHECK(s.at(250ms) == &other);
    }
    CHECK(s.at(300ms) == nullptr);
  }
  CHECK(s.at(310ms) == nullptr);
}

TEST_CASE("each thread has turns of its own, and all that are too long are found and counted") {
  metrics m(0);
  std::latch held(2), looked_at(1);
  auto hold = [&](const route* r) {
    const running_handler holds(m.local().turn, r);
    held.count_down();
    looked_at.wait();
  };
  std::thread first(hold, &one), second(hold, &one), idle([&] { m.local(); });
  held.wait();
  idle.join();
  const turn_watch::time_point start(1h);
  CHECK(m.find_long_turn(start, limit) == nullptr);
  CHECK(m.find_long_turn(start + limit, limit) == &one);
  CHECK(m.find_long_turn(start + limit, limit) == &one);
  CHECK(m.find_long_turn(start + limit, limit) == nullptr);
  looked_at.count_down();
  first.join();
  second.join();
  CHECK(m.find_long_turn(start + 2 * limit, limit) == nullptr);
  status_report report;
  m.fill(report, router());
  CHECK(report.requests.slow_handler_turns == 2);
}
