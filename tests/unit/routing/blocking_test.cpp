// SPDX-License-Identifier: BSL-1.0
//
// Work away from the threads that serve.

#include <asio_httpd/blocking.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <latch>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace asio_httpd;
namespace asio = boost::asio;
using boost::asio::awaitable;

TEST_CASE("a function runs elsewhere, and its coroutine goes on where it was") {
  asio::io_context context;
  std::thread::id elsewhere;
  std::thread::id after;
  std::string result;
  auto f = [&]() -> awaitable<void> {
    result = co_await run_blocking([&] {
      elsewhere = std::this_thread::get_id();
      return std::string("done");
    });
    after = std::this_thread::get_id();
  };
  asio::co_spawn(context, f, asio::detached);
  context.run();
  CHECK(result == "done");
  CHECK(elsewhere != std::this_thread::get_id());
  CHECK(after == std::this_thread::get_id());
}

TEST_CASE("what a function throws comes through, and void is a result") {
  asio::io_context context;
  std::string seen;
  auto f = [&]() -> awaitable<void> {
    co_await run_blocking([&] { seen = "ran"; });
    try {
      co_await run_blocking([]() -> int { throw std::runtime_error("no"); });
    } catch (const std::runtime_error& e) {
      seen += e.what();
    }
  };
  asio::co_spawn(context, f, asio::detached);
  context.run();
  CHECK(seen == "ranno");
}

TEST_CASE("a function owns what it has captured") {
  asio::io_context context;
  std::string seen;
  auto f = [&]() -> awaitable<void> {
    auto append = [text = std::string("short")] { return text + "!"; };
    seen = co_await run_blocking(std::move(append));
    auto count = [n = std::make_unique<int>(1)] { return ++*n; };
    seen += std::to_string(co_await run_blocking(std::move(count)));
  };
  asio::co_spawn(context, f, asio::detached);
  context.run();
  CHECK(seen == "short!2");
}

TEST_CASE("functions run beside each other, up to as many as there are threads") {
  asio::io_context context;
  std::latch all_run(blocking_pool::threads);
  auto f = [&]() -> awaitable<void> { co_await run_blocking([&] { all_run.arrive_and_wait(); }); };
  for (std::size_t i = 0; i < blocking_pool::threads; ++i) {
    asio::co_spawn(context, f, asio::detached);
  }
  context.run();
  CHECK(all_run.try_wait());
}

TEST_CASE("a queue that is full is answered 503") {
  asio::io_context context;
  std::promise<void> gate;
  const auto opened = gate.get_future().share();
  std::size_t refused = 0;
  std::size_t done = 0;
  const std::size_t more = 3;
  const std::size_t all = blocking_pool::threads + blocking_pool::queue_limit + more;
  auto f = [&]() -> awaitable<void> {
    try {
      co_await run_blocking([&] { opened.wait(); });
      ++done;
    } catch (const http_error& e) {
      CHECK(e.status() == status::service_unavailable);
      if (++refused == more) gate.set_value();
    }
  };
  // The threads must have taken theirs before the rest counts.
  std::latch taken(blocking_pool::threads);
  auto first = [&]() -> awaitable<void> {
    co_await run_blocking([&] {
      taken.count_down();
      opened.wait();
    });
    ++done;
  };
  for (std::size_t i = 0; i < blocking_pool::threads; ++i) {
    asio::co_spawn(context, first, asio::detached);
  }
  context.poll();
  taken.wait();
  for (std::size_t i = blocking_pool::threads; i < all; ++i) {
    asio::co_spawn(context, f, asio::detached);
  }
  context.run();
  CHECK(refused == more);
  CHECK(done == all - more);
}

TEST_CASE("a context that ends waits for what runs, and drops what does not") {
  const auto witness = std::make_shared<int>();
  std::promise<void> gate;
  const auto opened = gate.get_future().share();
  std::atomic<int> ran{0};
  std::thread opener;
  {
    asio::io_context context;
    std::latch taken(blocking_pool::threads);
    auto f = [&](std::shared_ptr<int> kept) -> awaitable<void> {
      co_await run_blocking([&] {
        ++ran;
        taken.count_down();
        opened.wait();
      });
      ran += kept ? 1000 : 0;  // never
    };
    for (std::size_t i = 0; i < 2 * blocking_pool::threads; ++i) {
      asio::co_spawn(context, f(witness), asio::detached);
    }
    context.poll();
    taken.wait();
    opener = std::thread([&] { gate.set_value(); });
  }
  opener.join();
  CHECK(ran <= 2 * static_cast<int>(blocking_pool::threads));
  CHECK(witness.use_count() == 1);
}
