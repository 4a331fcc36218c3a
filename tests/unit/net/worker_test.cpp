// SPDX-License-Identifier: BSL-1.0
//
// Sessions and the worker that they share: deadlines, drain and cut.

#include "net/worker.hpp"

#include "net/memory_transport.hpp"

#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <new>
#include <string>
#include <vector>

using namespace asio_httpd;
using namespace asio_httpd::net;
using namespace std::chrono_literals;

namespace {

// Notes what it is told, and stays as long as the test holds it.
class noting_session final : public session {
 public:
  using session::session;
  void start() override { told += "start "; }
  void on_deadline() override {
    told += "deadline ";
    clear_deadline();
  }
  void drain() override { told += "drain "; }
  void cut() override { told += "cut "; }
  void set(clock::time_point t) { set_deadline(t); }
  void clear() { clear_deadline(); }
  std::string told;
};

struct fixture {
  boost::asio::io_context context;
  std::shared_ptr<manual_clock> time = std::make_shared<manual_clock>();
  int ticks = 0;
  std::shared_ptr<worker> w =
      std::make_shared<worker>(context.get_executor(), time, [this](bool) { ++ticks; });

  std::shared_ptr<noting_session> make() {
    auto s = std::make_shared<noting_session>(
        w, make_memory_connection(context.get_executor()).server_end);
    w->run(s);
    return s;
  }
  void poll() {
    context.restart();
    context.poll();
  }
  void advance(clock::duration d) {
    time->advance(d);
    poll();
  }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "sessions come and go, in any order") {
  std::vector<std::shared_ptr<noting_session>> all;
  for (int i = 0; i < 5; ++i) all.push_back(make());
  CHECK(w->size() == 5);
  for (const std::size_t gone : {2u, 0u, 2u, 1u, 0u}) {
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(gone));
    CHECK(w->size() == all.size());
    w->cut_all();
    poll();
  }
  CHECK(w->size() == 0);
}

TEST_CASE_FIXTURE(fixture, "only who is late is told, and once") {
  auto early = make();
  auto late = make();
  auto none = make();
  late->set(time->now() + 10s);
  early->set(time->now() + 20s);
  none->set(time->now() + 1s);
  none->clear();
  advance(9999ms);
  CHECK(late->told == "start ");
  advance(1ms);
  CHECK(late->told == "start deadline ");
  advance(5s);
  CHECK(late->told == "start deadline ");
  CHECK(early->told == "start ");
  advance(5s);
  CHECK(early->told == "start deadline ");
  CHECK(none->told == "start ");
  CHECK(ticks == 4);
}

TEST_CASE_FIXTURE(fixture, "drain and cut reach everyone, from the loop") {
  auto a = make();
  auto b = make();
  w->drain_all(1h);
  CHECK(a->told == "start ");
  poll();
  w->cut_all();
  poll();
  CHECK(a->told == "start drain cut ");
  CHECK(b->told == "start drain cut ");
}

TEST_CASE_FIXTURE(fixture, "many are told to drain bit by bit") {
  std::vector<std::shared_ptr<noting_session>> all(2 * worker::drained_at_once + 1);
  for (auto& s : all) s = make();
  const auto told = [&] {
    return std::ranges::count_if(all, [](const auto& s) { return s->told == "start drain "; });
  };
  const auto at_once = static_cast<std::ptrdiff_t>(worker::drained_at_once);
  SUBCASE("in their order") {
    w->drain_all(1h);
    poll();
    CHECK(told() == at_once);
    CHECK(all.front()->told == "start drain ");
    CHECK(all.back()->told == "start ");
    context.restart();
    context.run_one();  // the pause
    poll();
    CHECK(told() == 2 * at_once);
  }
  SUBCASE("within their time") {
    w->drain_all(1ms);
  }
  SUBCASE("at once where there is none") {
    w->drain_all(0ms);
    poll();
    CHECK(told() == static_cast<std::ptrdiff_t>(all.size()));
    return;
  }
  SUBCASE("and not once the worker is stopped") {
    w->drain_all(1h);
    poll();
    w->stop();
    context.restart();
    context.run();
    CHECK(told() == at_once);
    return;
  }
  context.restart();
  context.run();
  CHECK(told() == static_cast<std::ptrdiff_t>(all.size()));
}

TEST_CASE_FIXTURE(fixture, "who comes while it drains is told at once") {
  w->drain_all(1h);
  CHECK(make()->told == "start drain ");
}

TEST_CASE_FIXTURE(fixture, "a session that goes before it is told is kept up to then") {
  auto s = make();
  std::weak_ptr<session> watched = s;
  w->cut_all();
  s.reset();
  CHECK_FALSE(watched.expired());
  poll();
  CHECK(watched.expired());
  CHECK(w->size() == 0);
}

TEST_CASE_FIXTURE(fixture, "after stop there are no ticks") {
  auto s = make();
  s->set(time->now());
  w->stop();
  poll();
  advance(1h);
  CHECK(s->told == "start ");
  CHECK(ticks == 0);
}

TEST_CASE("with the real clock the tick comes from a timer, while there are sessions") {
  boost::asio::io_context context;
  int ticks = 0;
  auto w = std::make_shared<worker>(context.get_executor(), system_clock_source(),
                                    [&](bool) { ++ticks; });
  auto s = std::make_shared<noting_session>(
      w, make_memory_connection(context.get_executor()).server_end);
  s->set(system_clock_source()->now());
  w->run(s);
  context.run_one();
  while (s->told == "start ") context.run_one();
  CHECK(s->told == "start deadline ");
  CHECK(ticks > 0);
  s.reset();
  context.run();  // ends: nobody is there to tick for
  CHECK(w->size() == 0);
}

TEST_CASE("a tick that throws is not the last one") {
  boost::asio::io_context context;
  int ticks = 0;
  auto w = std::make_shared<worker>(context.get_executor(), system_clock_source(), [&](bool) {
    if (++ticks == 1) throw std::bad_alloc();
    context.stop();
  });
  auto s = std::make_shared<noting_session>(
      w, make_memory_connection(context.get_executor()).server_end);
  w->run(s);
  CHECK_THROWS_AS(context.run(), std::bad_alloc);
  context.run();
  CHECK(ticks == 2);
  w->stop();
}
