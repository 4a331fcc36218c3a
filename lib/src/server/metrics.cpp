// SPDX-License-Identifier: BSL-1.0
//
// Finding a thread's counters, and adding them up.

#include "server/metrics.hpp"

#include <algorithm>
#include <atomic>
#include <string>
#include <string_view>
#include <utility>

namespace asio_httpd::serving {
namespace {

std::atomic<std::uint64_t> next_id{1};

// Of ALPN, as they are counted.
constexpr std::array<std::string_view, 3> tls_protocols = {"h2", "http/1.1", "none"};

// The counters that this thread used last, of two servers at most without looking.
struct remembered {
  std::uint64_t id = 0;
  thread_counters* counters = nullptr;
};
thread_local std::array<remembered, 2> memory;

}  // namespace

void thread_counters::add_handshake(tls_version v, std::string_view protocol,
                                    bool resumed) noexcept {
  handshakes.add(1);
  if (resumed) resumed_handshakes.add(1);
  by_tls_version[static_cast<std::size_t>(v)].add(1);
  const auto known = std::find(tls_protocols.begin(), tls_protocols.end() - 1, protocol);
  by_tls_protocol[static_cast<std::size_t>(known - tls_protocols.begin())].add(1);
}

metrics::metrics(std::size_t routes) : routes_(routes), id_(next_id.fetch_add(1)) {}
metrics::~metrics() = default;

thread_counters& metrics::local() noexcept {
  if (memory[0].id == id_) return *memory[0].counters;
  std::swap(memory[0], memory[1]);
  if (memory[0].id != id_) memory[0] = {id_, &find_or_make()};
  return *memory[0].counters;
}

thread_counters& metrics::find_or_make() {
  const std::lock_guard lock(mutex_);
  auto& counters = threads_[std::this_thread::get_id()];
  if (!counters) counters = std::make_unique<thread_counters>(routes_);
  return *counters;
}

template <class Get>
std::uint64_t metrics::sum(Get get) const {
  std::uint64_t total = 0;
  for (const auto& [id, counters] : threads_) total += get(*counters).get();
  return total;
}

std::uint64_t metrics::closed(close_reason r) const noexcept {
  const std::lock_guard lock(mutex_);
  return sum([r](auto& c) -> auto& { return c.closed[static_cast<std::size_t>(r)]; });
}

const route* metrics::find_long_turn(turn_watch::time_point now,
                                     turn_watch::duration limit) noexcept {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, counters] : threads_) {
    const route* held_by = counters->watch.look(counters->turn, now, limit);
    if (held_by == nullptr) continue;
    slow_handler_turns_.add(1);
    return held_by;
  }
  return nullptr;
}

void metrics::fill(status_report& report, const router& routes) const {
  const std::lock_guard lock(mutex_);
  fill_connections(report);
  fill_requests(report);
  fill_http2(report);
  fill_routes(report, routes);
  fill_tls(report);
  report.bytes.received = sum([](auto& c) -> auto& { return c.received; });
  report.bytes.sent = sum([](auto& c) -> auto& { return c.sent; });
  for (std::size_t i = 1; i < http::rule_count; ++i) {
    report.parse_errors.push_back({std::string(http::to_string(static_cast<http::rule>(i))),
                                   sum([i](auto& c) -> auto& { return c.broken_rules[i]; })});
  }
}

// What has ended is read before what has begun, so that a difference is never negative.
void metrics::fill_connections(status_report& report) const {
  auto& connections = report.connections;
  std::uint64_t closed = 0;
  for (std::size_t i = 1; i < close_reason_count; ++i) {
    const auto n = sum([i](auto& c) -> auto& { return c.closed[i]; });
    connections.closed.push_back({std::string(to_string(static_cast<close_reason>(i))), n});
    closed += n;
  }
  const std::uint64_t idle_ended = sum([](auto& c) -> auto& { return c.idle_ended; });
  connections.idle = sum([](auto& c) -> auto& { return c.idle_begun; }) - idle_ended;
  connections.accepted = sum([](auto& c) -> auto& { return c.accepted; });
  connections.open = connections.accepted - closed;
  connections.refused = sum([](auto& c) -> auto& { return c.refused; });
  connections.accept_errors = sum([](auto& c) -> auto& { return c.accept_errors; });
}

void metrics::fill_requests(status_report& report) const {
  auto& requests = report.requests;
  requests.total = sum([](auto& c) -> auto& { return c.requests; });
  requests.handler_errors = sum([](auto& c) -> auto& { return c.handler_errors; });
  requests.slow_handler_turns = slow_handler_turns_.get();
  requests.without_route = sum([](auto& c) -> auto& { return c.without_route; });
  for (std::size_t i = 0; i < method_count; ++i) {
    const auto n = sum([i](auto& c) -> auto& { return c.by_method[i]; });
    if (n == 0) continue;
    requests.by_method.push_back({std::string(to_string(static_cast<method>(i))), n});
  }
  for (std::size_t i = 0; i < http_version_count; ++i) {
    requests.by_version.push_back({std::string(to_string(static_cast<http_version>(i))),
                                   sum([i](auto& c) -> auto& { return c.by_version[i]; })});
  }
  for (std::size_t i = 0; i < requests.by_status_class.size(); ++i) {
    requests.by_status_class[i] = sum([i](auto& c) -> auto& { return c.by_status_class[i]; });
  }
  const auto merged = std::make_unique<merged_histogram>();
  for (const auto& [id, counters] : threads_) merged->add(counters->latency);
  requests.latency = merged->report();
}

void metrics::fill_http2(status_report& report) const {
  auto& http2 = report.http2;
  http2.connections = sum([](auto& c) -> auto& { return c.http2_connections; });
  http2.streams = sum([](auto& c) -> auto& { return c.http2_streams; });
  http2.reset = sum([](auto& c) -> auto& { return c.http2_reset; });
  for (std::size_t i = 1; i < http2::error_count; ++i) {
    http2.errors.push_back({std::string(http2::to_string(static_cast<http2::error>(i))),
                            sum([i](auto& c) -> auto& { return c.http2_errors[i]; })});
  }
}

void metrics::fill_tls(status_report& report) const {
  auto& tls = report.tls;
  tls.resumed = sum([](auto& c) -> auto& { return c.resumed_handshakes; });
  tls.handshakes = sum([](auto& c) -> auto& { return c.handshakes; });
  tls.failed = sum([](auto& c) -> auto& { return c.failed_handshakes; });
  for (const tls_version v : {tls_version::tls_1_2, tls_version::tls_1_3}) {
    const auto i = static_cast<std::size_t>(v);
    tls.by_version.push_back(
        {std::string(to_string(v)), sum([i](auto& c) -> auto& { return c.by_tls_version[i]; })});
  }
  for (std::size_t i = 0; i < tls_protocols.size(); ++i) {
    tls.by_protocol.push_back({std::string(tls_protocols[i]),
                               sum([i](auto& c) -> auto& { return c.by_tls_protocol[i]; })});
  }
}

void metrics::fill_routes(status_report& report, const router& routes) const {
  for (std::size_t i = 0; i < routes_; ++i) {
    const route& r = routes[i];
    const auto n = sum([i](auto& c) -> auto& { return c.by_route[i]; });
    report.requests.by_route.push_back(
        {r.host, r.method ? std::string(to_string(*r.method)) : "*", r.pattern, n});
  }
}

}  // namespace asio_httpd::serving
