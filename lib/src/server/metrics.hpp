// SPDX-License-Identifier: BSL-1.0
//
// What a server counts. Each thread that serves has its own set of counters, made on first use,
// so that counting is an unlocked addition in a cache line that nobody else writes; a report adds
// them up. Thread-safe.

#pragma once

#include "http/rule.hpp"
#include "http2/session.hpp"
#include "server/counter.hpp"
#include "server/histogram.hpp"
#include "server/running_handler.hpp"
#include "server/turn_watch.hpp"

#include <asio_httpd/close_reason.hpp>
#include <asio_httpd/method.hpp>
#include <asio_httpd/router.hpp>
#include <asio_httpd/status_report.hpp>
#include <asio_httpd/tls.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

namespace asio_httpd::serving {

// The counters of one thread. Aligned so that two threads' never share a cache line.
struct alignas(128) thread_counters {
  explicit thread_counters(std::size_t routes) : by_route(routes) {}
  // One that succeeded; `protocol` by ALPN.
  void add_handshake(tls_version v, std::string_view protocol, bool resumed) noexcept;

  turn_slot turn;
  counter accepted;
  counter refused;
  counter accept_errors;
  counter idle_begun;
  counter idle_ended;
  counter handshakes;
  counter resumed_handshakes;
  counter failed_handshakes;
  std::array<counter, 2> by_tls_version;   // as tls_version has them
  std::array<counter, 3> by_tls_protocol;  // "h2", "http/1.1", and none
  counter received;
  counter sent;
  counter requests;
  counter without_route;
  counter handler_errors;
  std::array<counter, close_reason_count> closed;
  std::array<counter, method_count> by_method;
  std::array<counter, http_version_count> by_version;
  std::array<counter, 6> by_status_class;
  std::array<counter, http::rule_count> broken_rules;
  counter http2_connections;
  counter http2_streams;
  counter http2_reset;
  std::array<counter, http2::error_count> http2_errors;
  std::vector<counter> by_route;
  histogram latency;
  turn_watch watch;  // the watchdog's, with the mutex of the metrics
};

class metrics {
 public:
  explicit metrics(std::size_t routes);
  ~metrics();
  metrics(const metrics&) = delete;
  metrics& operator=(const metrics&) = delete;

  // Never used twice in a process.
  std::uint64_t id() const noexcept { return id_; }
  // The calling thread's.
  thread_counters& local() noexcept;

  std::uint64_t closed(close_reason r) const noexcept;
  // For the watchdog, who asks again up to null: the route whose handler has held its thread for
  // `limit`, if that is news. Counts it.
  const route* find_long_turn(turn_watch::time_point now, turn_watch::duration limit) noexcept;
  // Fills in what is counted; the rest of the report is the server's.
  void fill(status_report& report, const router& routes) const;

 private:
  thread_counters& find_or_make();
  // With the mutex held.
  void fill_connections(status_report& report) const;
  void fill_requests(status_report& report) const;
  void fill_http2(status_report& report) const;
  void fill_tls(status_report& report) const;
  void fill_routes(status_report& report, const router& routes) const;
  template <class Get>
  std::uint64_t sum(Get get) const;

  const std::size_t routes_;
  // Tells servers apart in a thread's memory, also after an address is reused.
  const std::uint64_t id_;
  mutable std::mutex mutex_;
  std::map<std::thread::id, std::unique_ptr<thread_counters>> threads_;
  counter slow_handler_turns_;  // with the mutex
};

}  // namespace asio_httpd::serving
