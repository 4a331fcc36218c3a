// SPDX-License-Identifier: BSL-1.0

#include "net/task.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using asio_httpd::net::task;

namespace {

// Suspends until the test resumes it.
struct halt {
  std::coroutine_handle<>& waiting;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> h) const noexcept { waiting = h; }
  void await_resume() const noexcept {}
};

struct counted {
  explicit counted(int& n) : count(&n) { ++*count; }
  counted(const counted&) = delete;
  ~counted() { --*count; }
  int* count;
};

task<int> number(int n) {
  co_return n;
}

task<std::string> failing() {
  throw std::runtime_error("broke");
  co_return "";
}

}  // namespace

TEST_CASE("a task begins when it is started or awaited, and not before") {
  int steps = 0;
  auto root = [](int& n) -> task<> {
    ++n;
    n += co_await number(10);
  }(steps);
  CHECK(steps == 0);
  root.start();
  CHECK(steps == 11);
}

TEST_CASE("values and exceptions pass to who awaits") {
  std::string seen;
  auto root = [](std::string& s) -> task<> {
    try {
      s += co_await failing();
    } catch (const std::runtime_error& e) {
      s += e.what();
    }
  }(seen);
  root.start();
  CHECK(seen == "broke");
}

TEST_CASE("a wait below resumes through the whole chain") {
  std::coroutine_handle<> waiting;
  bool done = false;
  auto inner = [](std::coroutine_handle<>& h) -> task<int> {
    co_await halt{h};
    co_return 7;
  };
  auto root = [](auto& make, std::coroutine_handle<>& h, bool& d) -> task<> {
    const int n = co_await make(h);
    d = n == 7;
  }(inner, waiting, done);
  root.start();
  CHECK_FALSE(done);
  waiting.resume();
  CHECK(done);
}

TEST_CASE("a task that is destroyed while it waits destroys what it awaits") {
  std::coroutine_handle<> waiting;
  int alive = 0;
  {
    auto inner = [](std::coroutine_handle<>& h, int& n) -> task<> {
      const counted c(n);
      co_await halt{h};
    };
    auto root = [](auto& make, std::coroutine_handle<>& h, int& n) -> task<> {
      const counted c(n);
      co_await make(h, n);
    }(inner, waiting, alive);
    root.start();
    CHECK(alive == 2);
  }
  CHECK(alive == 0);
}

TEST_CASE("a task that never began frees its frame; moved-from is empty") {
  int alive = 0;
  auto make = [](int& n) -> task<> {
    const counted c(n);
    co_return;
  };
  task<> first = make(alive);
  task<> second = std::move(first);
  first = std::move(second);
  first.start();
  CHECK(alive == 0);
}

TEST_CASE("a long loop of tasks that do not wait needs no stack") {
  long sum = 0;
  auto root = [](long& s) -> task<> {
    for (int i = 0; i < 20000; ++i) s += co_await number(1);
  }(sum);
  root.start();
  CHECK(sum == 20000);
}
