// SPDX-License-Identifier: BSL-1.0

#include "net/threads.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <doctest/doctest.h>

#include <signal.h>

#include <atomic>
#include <future>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using asio_httpd::net::threads;

namespace {

void nobody(std::string_view what) {
  FAIL_CHECK("threw: " << what);
}

}  // namespace

TEST_CASE("each context has one thread, another one each") {
  threads t(3, nobody);
  REQUIRE(t.size() == 3);
  t.start();
  std::set<std::thread::id> ids;
  for (std::size_t i = 0; i < 3; ++i) {
    std::promise<std::thread::id> id;
    boost::asio::post(t[i], [&] { id.set_value(std::this_thread::get_id()); });
    ids.insert(id.get_future().get());
  }
  CHECK(ids.size() == 3);
  t.finish();
}

TEST_CASE("signals stay with the program's own threads") {
  threads t(1, nobody);
  t.start();
  std::promise<bool> blocked;
  boost::asio::post(t[0], [&] {
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    blocked.set_value(sigismember(&mask, SIGTERM) == 1 && sigismember(&mask, SIGINT) == 1 &&
                      sigismember(&mask, SIGUSR1) == 1);
  });
  CHECK(blocked.get_future().get());
  sigset_t mine;
  pthread_sigmask(SIG_SETMASK, nullptr, &mine);
  CHECK(sigismember(&mine, SIGTERM) == 0);
}

TEST_CASE("finish waits for the work that is left") {
  std::atomic<int> done{0};
  threads t(2, nobody);
  t.start();
  for (int i = 0; i < 100; ++i)
    boost::asio::post(t[static_cast<std::size_t>(i % 2)], [&] { ++done; });
  t.finish();
  CHECK(done == 100);
}

TEST_CASE("abandon does not; what is left goes with the contexts") {
  auto held = std::make_shared<int>(0);
  std::weak_ptr<int> watched = held;
  {
    threads t(1, nobody);
    boost::asio::steady_timer timer(t[0], std::chrono::hours(24));
    timer.async_wait([held = std::move(held)](const boost::system::error_code&) {});
    t.start();
    t.abandon();
    t.finish();
    CHECK_FALSE(watched.expired());
  }
  CHECK(watched.expired());
}

TEST_CASE("threads that never started end") {
  threads t(2, nobody);
  t.finish();
}

TEST_CASE("a handler that throws ends neither its thread nor the program") {
  std::vector<std::string> told;
  threads t(1, [&](std::string_view what) { told.emplace_back(what); });
  std::promise<void> goes_on;
  boost::asio::post(t[0], [] { throw std::runtime_error("no"); });
  boost::asio::post(t[0], [] { throw 42; });
  boost::asio::post(t[0], [&] { goes_on.set_value(); });
  t.start();
  goes_on.get_future().wait();
  t.finish();
  CHECK(told == std::vector<std::string>{"no", "an exception of unknown type"});
}
