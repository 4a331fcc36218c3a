// SPDX-License-Identifier: BSL-1.0
//
// What all connections of a server share: routes, limits, counters, clock and logs. Immutable
// while it serves, but for the counters. Connections keep it alive, so it may outlive the server
// object where a user's executor is destroyed late.

#pragma once

#include "http/head_limits.hpp"
#include "net/page_cache.hpp"
#include "server/metrics.hpp"
#include "server/watchdog.hpp"

#include <asio_httpd/server.hpp>
#include <asio_httpd/stream.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_httpd::serving {

struct core {
  core(router r, std::optional<stream_handler> p, server_options o);

  const router routes;
  const std::optional<stream_handler> protocol;  // instead of HTTP
  const route unrouted{};                        // whose a handler is that has no route
  server_options options;                        // with every default filled in
  const http::head_limits head_limits;
  const std::string allow_all;  // the Allow of `OPTIONS *`
  // By itself, because executors that users keep refer to it (watched_executor.hpp): were it the
  // core that they keep, routes whose handlers keep executors would keep themselves.
  const std::shared_ptr<serving::metrics> shared_metrics;
  serving::metrics& metrics;
  // Connections, and who wants to know that there are none any more.
  std::atomic<std::size_t> open{0};
  void one_more() noexcept;
  void one_is_gone() noexcept;
  void when_none_is_open(std::function<void()> f);
  std::atomic<bool> leaving{false};   // a stop is under way
  std::atomic<bool> draining{false};  // and asks connections to end
  // For the report of the stop; beyond stop_report::most_named nothing is kept.
  void note_cut(cut_connection c);
  std::vector<cut_connection> take_cuts();
  std::size_t connection_limit = 0;
  std::int64_t started_unix_time = 0;
  asio_httpd::clock::time_point started;
  unsigned threads = 0;
  net::page_cache* pages = &net::kernel_page_cache();
  std::vector<std::string> listeners;

  const asio_httpd::clock& clock() const noexcept { return *options.clock; }
  // A sink that throws loses the line, and nothing else.
  void log(log_level level, std::string_view message) const noexcept;
  status_report report() const;

  // Whether turns of handlers are watched; and as whose, where there may be no route.
  bool watches() const noexcept { return watchdog::is_limit(options.deadlines.handler_turn); }
  const route* watched(const route* r) const noexcept { return r != nullptr ? r : &unrouted; }
  serving::watchdog watchdog;

 private:
  void tell_long_turn(const route& held_by, std::chrono::milliseconds limit) const noexcept;

  std::mutex mutex_;
  std::function<void()> none_open_;
  std::vector<cut_connection> cuts_;
};

// From the descriptor limit of the process: a tenth is left for files and the user's own.
std::size_t default_connection_limit() noexcept;

}  // namespace asio_httpd::serving
