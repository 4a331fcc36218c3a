// SPDX-License-Identifier: BSL-1.0
//
// The watchdog of a server: a thread that looks twice in `limit` whose handler runs on each of the
// server's threads, and tells of one that has held its thread for so long, once a turn. It
// interrupts nothing.
//
// While no connection is open it sleeps; the first one wakes it.

#pragma once

#include "server/metrics.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>

namespace asio_httpd::serving {

class watchdog {
 public:
  // Called on the watchdog's thread; must not throw.
  using tell_function = std::function<void(const route& held_by, std::chrono::milliseconds limit)>;

  // All that it refers to must outlive it; `open` counts connections.
  watchdog(metrics& watched, const std::atomic<std::size_t>& open, tell_function tell);
  ~watchdog() { stop(); }
  watchdog(const watchdog&) = delete;
  watchdog& operator=(const watchdog&) = delete;

  // Whether there is something to watch for.
  static bool is_limit(std::chrono::milliseconds d) noexcept;

  // --- `start` and `stop`: one thread at a time; not on the watchdog's own

  // Where it is no limit, nothing is started. Throws std::system_error.
  void start(std::chrono::milliseconds limit);
  // Joins.
  void stop() noexcept;
  // A connection is open now, and none was. From any thread.
  void wake() noexcept;

 private:
  void run();
  void look() const;

  metrics& watched_;
  const std::atomic<std::size_t>& open_;
  const tell_function tell_;
  std::chrono::milliseconds limit_{};
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;  // with the mutex
  std::atomic<bool> sleeps_{false};
};

}  // namespace asio_httpd::serving
