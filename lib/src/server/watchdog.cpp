// SPDX-License-Identifier: BSL-1.0
//
// Sleeping, looking, telling.

#include "server/watchdog.hpp"

#include "net/blocked_signals.hpp"

#include <algorithm>
#include <utility>

namespace asio_httpd::serving {
namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::chrono::hours no_end(24 * 365);

}  // namespace

watchdog::watchdog(metrics& watched, const std::atomic<std::size_t>& open, tell_function tell)
    : watched_(watched), open_(open), tell_(std::move(tell)) {}

bool watchdog::is_limit(milliseconds d) noexcept {
  return d.count() > 0 && d < no_end;
}

void watchdog::start(milliseconds limit) {
  stop();
  if (!is_limit(limit)) return;
  limit_ = limit;
  stopping_ = false;
  const net::blocked_signals inherited_by_thread;
  thread_ = std::thread([this] { run(); });
}

void watchdog::stop() noexcept {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

// Either it sees that a connection is open after it has said that it sleeps, or who opened that
// connection sees that it sleeps; then it waits by the time that the mutex is free.
void watchdog::wake() noexcept {
  if (!sleeps_.load()) return;
  { const std::lock_guard it_waits(mutex_); }
  changed_.notify_one();
}

void watchdog::run() {
  const milliseconds pause = std::max(limit_ / 2, milliseconds(1));
  std::unique_lock lock(mutex_);
  for (;;) {
    sleeps_.store(true);
    changed_.wait(lock, [this] { return stopping_ || open_.load() != 0; });
    sleeps_.store(false);
    if (changed_.wait_for(lock, pause, [this] { return stopping_; })) return;
    lock.unlock();
    look();
    lock.lock();
  }
}

void watchdog::look() const {
  const auto now = clock::now();
  while (const route* held_by = watched_.find_long_turn(now, limit_)) tell_(*held_by, limit_);
}

}  // namespace asio_httpd::serving
