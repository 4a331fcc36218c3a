// SPDX-License-Identifier: BSL-1.0
//
// The stop, which always ends: notice, drain, cut, and giving up. In the order in which it happens.

#include "server/server_implementation.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>

namespace asio_httpd {

namespace asio = boost::asio;

namespace {

// What a connection that ignores its cancellation gets before it is given up.
constexpr std::chrono::seconds abandon_after{1};

}  // namespace

void server::implementation::async_stop(std::chrono::milliseconds at_most,
                                        std::function<void(stop_report)> done) {
  auto keep = shared_from_this();
  std::unique_lock lock(mutex);
  if (now == state::running) {
    now = state::stopping;
    on_stopped = std::move(done);
    asio::post(workers.front()->executor(), [keep, at_most] { keep->begin_stop(at_most); });
  } else if (done && !reported) {
    on_stopped = [first = std::move(on_stopped), second = std::move(done)](const stop_report& r) {
      if (first) first(r);
      second(r);
    };
  } else if (done) {
    const stop_report last = report;
    lock.unlock();
    if (!executor) return done(last);
    asio::post(*executor, [done = std::move(done), last] { done(last); });
  }
}

void server::implementation::post_cut() {
  const std::lock_guard lock(mutex);
  if (workers.empty()) return;
  asio::post(workers.front()->executor(), [keep = shared_from_this()] { keep->cut(); });
}

void server::implementation::begin_stop(std::chrono::milliseconds at_most) {
  stop_began = std::chrono::steady_clock::now();
  core->leaving = true;
  timer = std::make_unique<asio::steady_timer>(workers.front()->executor());
  grace = at_most;
  is_cutting = false;
  const auto notice = core->options.drain_notice;
  if (grace.count() > 0 && notice.count() > 0) return arm(notice, &implementation::begin_drain);
  begin_drain();
}

void server::implementation::begin_drain() {
  {
    const std::lock_guard lock(mutex);
    if (!timer || core->draining.exchange(true)) return;
    report = {};
    report.open = core->open;
    cut_before = core->metrics.closed(close_reason::drain_deadline);
    core->take_cuts();
    arm(grace, &implementation::cut);
  }
  close_listeners();
}

// Each on its own thread. When none of them accepts any more, the connections are told.
void server::implementation::close_listeners() {
  auto left = std::make_shared<std::atomic<std::size_t>>(listeners.size() + 1);
  auto closed = [self = shared_from_this(), front = workers.front()->executor(), left] {
    if (left->fetch_sub(1) == 1) asio::dispatch(front, [self] { self->drain(); });
  };
  for (auto& l : std::exchange(listeners, {})) {
    asio::dispatch(l->executor(), [l, closed] {
      l->close();
      closed();
    });
  }
  closed();
}

void server::implementation::drain() {
  std::vector<std::shared_ptr<net::worker>> told;
  {
    const std::lock_guard lock(mutex);
    if (!timer) return;
    told = workers;
  }
  for (auto& w : told) w->drain_all(grace / 2);
  core->when_none_is_open([self = shared_from_this()] { self->finish_stop(); });
}

void server::implementation::arm(std::chrono::milliseconds after, void (implementation::*what)()) {
  timer->expires_after(std::min<std::chrono::milliseconds>(after, std::chrono::hours(24 * 365)));
  timer->async_wait([self = shared_from_this(), what](const boost::system::error_code& ec) {
    if (!ec) ((*self).*what)();
  });
}

void server::implementation::cut() {
  begin_drain();  // where there is notice still
  std::vector<std::shared_ptr<net::worker>> told;
  {
    const std::lock_guard lock(mutex);
    if (now != state::stopping || !timer || std::exchange(is_cutting, true)) return;
    arm(abandon_after, &implementation::abandon);
    told = workers;
  }
  for (auto& w : told) w->cut_all();
}

// Somebody's coroutine does not end when it is cancelled.
void server::implementation::abandon() {
  core->when_none_is_open(nullptr);
  core->log(log_level::warning, "a handler did not end when it was cancelled; giving it up");
  finish_stop();
}

void server::implementation::finish_stop() {
  std::function<void(stop_report)> tell;
  std::shared_ptr<std::promise<void>> ended;
  stop_report made;
  {
    const std::lock_guard lock(mutex);
    if (!timer) return;
    timer->cancel();
    timer.reset();
  }
  if (executor) core->watchdog.stop();  // without the mutex: its log line may ask for a report
  {
    const std::lock_guard lock(mutex);
    report.cut =
        static_cast<std::size_t>(core->metrics.closed(close_reason::drain_deadline) - cut_before) +
        core->open;
    report.drained = report.open - std::min(report.open, report.cut);
    report.cut_connections = core->take_cuts();
    report.took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - stop_began);
    tell = std::exchange(on_stopped, nullptr);
    made = report;
    ended = stopped;  // the callback may start the server again, which makes another
    reported = true;
    for (auto& w : workers) w->stop();
    if (executor) {
      workers.clear();
      now = state::stopped;
    } else {
      // What is left is not the server's: a handler's detached work must not hold up the stop.
      threads->abandon();
    }
  }
  if (core->options.access_log) core->options.access_log->flush();
  log_cuts(made);
  report_stop(std::move(tell), made);
  ended->set_value();
}

void server::implementation::log_cuts(const stop_report& made) const {
  for (const cut_connection& c : made.cut_connections) {
    const std::string of = c.route.empty() ? std::string() : " (" + c.route + ")";
    core->log(log_level::warning, c.peer + of + " was cut: it waited " + c.waits);
  }
}

// On the user's executor as any handler; on a thread of our own there is nobody to throw at.
void server::implementation::report_stop(std::function<void(stop_report)> tell,
                                         const stop_report& made) {
  if (!tell) return;
  if (executor) {
    asio::post(*executor, [tell = std::move(tell), made] { tell(made); });
    return;
  }
  try {
    tell(made);
  } catch (const std::exception& e) {
    core->log(log_level::error, std::string("the callback of async_stop threw: ") + e.what());
  } catch (...) {
    core->log(log_level::error, "the callback of async_stop threw");
  }
}

// Of a server's own threads. Not from one of them.
void server::implementation::join() {
  if (executor) return;
  threads->finish();
  core->watchdog.stop();
  {
    std::unique_ptr<net::threads> gone_threads;  // destroyed last
    std::vector<std::shared_ptr<net::worker>> gone_workers;
    const std::unique_lock lock(mutex);
    gone_workers.swap(workers);
    gone_threads.swap(threads);
  }
  const std::lock_guard lock(mutex);
  now = state::stopped;
}

}  // namespace asio_httpd
