// SPDX-License-Identifier: BSL-1.0
//
// The sessions that share an executor, and their deadlines: one coarse timer for all of them.
//
// Every half second the worker looks through its sessions; one whose deadline has passed is told
// so on its own executor. A deadline is therefore a plain store for a session, and costs nothing
// per request. There is a worker for each thread of a server's own, or a single one for an
// executor of the user's; the list is behind a mutex that is taken when a connection opens or
// closes, and at the tick. With a manual clock the tick comes from moving the clock.
//
// Sessions keep their worker alive.

#pragma once

#include "net/session.hpp"

#include <asio_httpd/clock.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace asio_httpd::net {

class worker : public std::enable_shared_from_this<worker> {
 public:
  static constexpr std::chrono::milliseconds tick_interval{500};

  // `on_tick` is called at each tick, on the executor; `last` where no session is left, so that
  // there will be no other until one comes.
  worker(boost::asio::any_io_executor executor, std::shared_ptr<asio_httpd::clock> clock,
         std::function<void(bool last)> on_tick);
  ~worker();

  const boost::asio::any_io_executor& executor() const noexcept { return executor_; }
  const asio_httpd::clock& clock() const noexcept { return *clock_; }

  // Takes the session in and starts it. On the session's executor.
  void run(std::shared_ptr<session> s);
  // Takes one in that runs already.
  void watch(session& s);

  // Tell all sessions, each on its executor. From any thread. `drain_all` tells a hundred of them
  // at once and so many more every `drain_pause`, or more often, so that it has told all `within`
  // that time; at once for 0. Clients come back when they are sent away, and should not all do so
  // in one moment.
  static constexpr std::size_t drained_at_once = 100;
  static constexpr std::chrono::milliseconds drain_pause{20};
  void drain_all(std::chrono::milliseconds within);
  void cut_all();
  // From now on, a session that comes in is told to drain at once.
  bool is_draining() const noexcept { return draining_.load(std::memory_order_relaxed); }
  void set_draining(bool on) noexcept { draining_.store(on, std::memory_order_relaxed); }

  std::size_t size() const;
  // No more ticks.
  void stop();

 private:
  friend class session;
  void add(session& s);
  void remove(session& s) noexcept;
  void arm();
  void tick();
  void check_deadlines();
  void drain_some(std::chrono::milliseconds pause);
  template <class Which>
  std::vector<std::shared_ptr<session>> select(Which which) const;

  boost::asio::any_io_executor executor_;
  std::shared_ptr<asio_httpd::clock> clock_;
  std::function<void(bool last)> on_tick_;
  boost::asio::steady_timer timer_;
  std::shared_ptr<void> clock_subscription_;
  boost::asio::steady_timer drain_timer_;
  std::vector<std::weak_ptr<session>> to_drain_;  // the last first
  mutable std::mutex mutex_;
  session* first_ = nullptr;
  std::size_t size_ = 0;
  bool armed_ = false;
  bool stopped_ = false;
  std::atomic<bool> draining_{false};
};

}  // namespace asio_httpd::net
