// SPDX-License-Identifier: BSL-1.0

#include "net/poller.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <doctest/doctest.h>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <functional>
#include <stdexcept>
#include <vector>

using namespace asio_httpd::net;

namespace {

// A descriptor that is ready when it is told to be.
struct event_source final : poller::client {
  int descriptor = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  std::vector<std::uint32_t> seen;
  int shut_down = 0;
  std::function<void()> also;

  ~event_source() {
    if (descriptor >= 0) ::close(descriptor);
  }
  void fire() const { REQUIRE(::eventfd_write(descriptor, 1) == 0); }
  void on_events(std::uint32_t events) override {
    seen.push_back(events);
    if (also) also();
  }
  void on_shut_down() noexcept override { ++shut_down; }
};

struct polled {
  boost::asio::io_context context;
  std::shared_ptr<poller> p = std::make_shared<poller>(context);
  void turn() {
    context.restart();
    while (context.poll() != 0) {
    }
  }
  ~polled() { p->shut_down(); }
};

}  // namespace

TEST_CASE("an edge is told once") {
  event_source a;
  polled set;
  REQUIRE_FALSE(set.p->add(a.descriptor, EPOLLIN | EPOLLET, a));
  set.turn();
  CHECK(a.seen.empty());
  a.fire();
  set.turn();
  set.turn();
  CHECK(a.seen.size() == 1);
  a.fire();
  set.turn();
  CHECK(a.seen.size() == 2);
}

TEST_CASE("a level is told until it is looked at, or not watched any more") {
  event_source a;
  polled set;
  REQUIRE_FALSE(set.p->add(a.descriptor, EPOLLIN, a));
  a.fire();
  while (a.seen.size() < 3) {
    set.context.restart();
    set.context.run_one();
  }
  REQUIRE_FALSE(set.p->modify(a.descriptor, 0));
  set.turn();
  const std::size_t seen = a.seen.size();
  set.turn();
  CHECK(a.seen.size() == seen);
  set.p->remove(a.descriptor);
}

TEST_CASE("one who throws does not cost the others their events") {
  event_source a, b;
  polled set;
  REQUIRE_FALSE(set.p->add(a.descriptor, EPOLLIN | EPOLLET, a));
  REQUIRE_FALSE(set.p->add(b.descriptor, EPOLLIN | EPOLLET, b));
  a.also = b.also = [] { throw std::runtime_error("no"); };
  a.fire();
  b.fire();
  CHECK_THROWS_WITH_AS(set.turn(), "no", std::runtime_error);
  CHECK(a.seen.size() == 1);
  CHECK(b.seen.size() == 1);
  a.also = b.also = nullptr;
  a.fire();
  set.turn();
  CHECK(a.seen.size() == 2);
}

TEST_CASE("a descriptor that was removed is told nothing, also within the batch") {
  event_source a, b;
  polled set;
  REQUIRE_FALSE(set.p->add(a.descriptor, EPOLLIN | EPOLLET, a));
  REQUIRE_FALSE(set.p->add(b.descriptor, EPOLLIN | EPOLLET, b));
  a.also = [&] { set.p->remove(b.descriptor); };
  b.also = [&] { set.p->remove(a.descriptor); };
  a.fire();
  b.fire();
  set.turn();
  CHECK(a.seen.size() + b.seen.size() == 1);
}

// The old one's events come still where a child process, say, holds a duplicate.
TEST_CASE("a number that comes again is another descriptor") {
  event_source old, fresh;
  ::close(fresh.descriptor);  // it gets another below
  polled set;
  REQUIRE_FALSE(set.p->add(old.descriptor, EPOLLIN | EPOLLET, old));
  const int duplicate = ::dup(old.descriptor);
  const int number = old.descriptor;
  set.p->remove(number);
  ::close(number);
  old.descriptor = -1;
  fresh.descriptor = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  REQUIRE(fresh.descriptor == number);
  REQUIRE_FALSE(set.p->add(number, EPOLLIN | EPOLLET, fresh));
  REQUIRE(::eventfd_write(duplicate, 1) == 0);
  set.turn();
  CHECK(old.seen.empty());
  CHECK(fresh.seen.empty());
  fresh.fire();
  set.turn();
  CHECK(fresh.seen.size() == 1);
  ::close(duplicate);
}

TEST_CASE("what is deferred runs later, in order, and other handlers have their turn between") {
  polled set;
  std::vector<int> order;
  struct step {
    polled* set;
    std::vector<int>* order;
    int number;
    static void call(void* self, std::shared_ptr<void>, error_code) {
      auto& s = *static_cast<step*>(self);
      s.order->push_back(s.number);
      if (s.number == 1) {
        boost::asio::post(s.set->context, [order = s.order] { order->push_back(10); });
        s.set->p->defer({nullptr, &call, &s + 2}, {});
      }
    }
  };
  step steps[3] = {{&set, &order, 1}, {&set, &order, 2}, {&set, &order, 3}};
  set.p->defer({nullptr, &step::call, &steps[0]}, {});
  set.p->defer({nullptr, &step::call, &steps[1]}, {});
  CHECK(order.empty());
  set.turn();
  CHECK(order == std::vector<int>{1, 2, 10, 3});
}

TEST_CASE("shutting down tells the clients and drops what was deferred") {
  event_source a;
  polled set;
  REQUIRE_FALSE(set.p->add(a.descriptor, EPOLLIN | EPOLLET, a));
  auto owner = std::make_shared<int>(0);
  const std::weak_ptr<int> watched = owner;
  set.p->defer({std::move(owner), nullptr, nullptr}, {});
  set.p->shut_down();
  CHECK(a.shut_down == 1);
  CHECK(watched.expired());
  CHECK(set.p->add(a.descriptor, EPOLLIN | EPOLLET, a) == boost::asio::error::operation_aborted);
  set.p->remove(a.descriptor);
  set.turn();
}

TEST_CASE("a context ends when nothing is registered and the poller lets go") {
  event_source a;
  polled set;
  REQUIRE_FALSE(set.p->add(a.descriptor, EPOLLIN | EPOLLET, a));
  set.p->let_go();
  a.also = [&] { set.p->remove(a.descriptor); };
  a.fire();
  set.context.restart();
  set.context.run();
  CHECK(a.seen.size() == 1);
}
