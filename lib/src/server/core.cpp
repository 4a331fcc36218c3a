// SPDX-License-Identifier: BSL-1.0
//
// Defaults filled in, and the report.

#include "server/core.hpp"

#include "base/printable.hpp"
#include "features/file_cache.hpp"
#include "routing/router_access.hpp"
#include "server/process.hpp"

#include <asio_httpd/version.hpp>

#include <algorithm>
#include <utility>

#include <unistd.h>

namespace asio_httpd::serving {
namespace {

router prepared(router r) {
  router_access::prepare(r);
  return r;
}

server_options with_defaults(server_options o) {
  fields().set(field::server, o.server_name);  // throws where it is no field value
  if (!o.clock) o.clock = system_clock_source();
  return o;
}

http::head_limits head_limits_of(const limits& l) {
  const std::size_t size = std::clamp<std::size_t>(l.head, 256, 65535);
  return {size, std::clamp<std::size_t>(l.fields, 1, 65535), std::min(l.target, size)};
}

// "GET example.org/report"
std::string name_of(const route& r) {
  if (r.pattern.empty()) return "one without a route";
  const std::string method = r.method ? std::string(to_string(*r.method)) + ' ' : std::string();
  return base::printable(method + r.host + r.pattern);
}

}  // namespace

core::core(router r, std::optional<stream_handler> p, server_options o)
    : routes(prepared(std::move(r))),
      protocol(std::move(p)),
      options(with_defaults(std::move(o))),
      head_limits(head_limits_of(options.limits)),
      allow_all(routing::allow_value(routing::all_methods(routes))),
      shared_metrics(std::make_shared<serving::metrics>(routes.size())),
      metrics(*shared_metrics),
      watchdog(metrics, open,
               [this](auto& held_by, auto limit) { tell_long_turn(held_by, limit); }) {}

void core::log(log_level level, std::string_view message) const noexcept {
  if (!options.log) return;
  try {
    options.log(level, message);
  } catch (...) {  // there is nobody left to tell
  }
}

void core::tell_long_turn(const route& held_by, std::chrono::milliseconds limit) const noexcept {
  try {
    log(log_level::warning,
        "a handler holds a thread of the server for more than " + std::to_string(limit.count()) +
            " ms: " + name_of(held_by) +
            "; move what blocks to run_blocking(), or .blocking() on its route");
  } catch (...) {  // no memory for the line
  }
}

status_report core::report() const {
  status_report made;
  made.version = ASIO_HTTPD_VERSION;
  made.started_unix_time = started_unix_time;
  if (started_unix_time != 0) {
    made.uptime = std::chrono::duration_cast<std::chrono::milliseconds>(clock().now() - started);
  }
  made.pid = ::getpid();
  made.threads = threads;
  made.draining = leaving;
  made.listeners = listeners;
  metrics.fill(made, routes);
  made.connections.limit = connection_limit;
  made.process = {resident_memory(), open_descriptors(), descriptor_limit()};
  using features::file_cache;
  made.file_cache = {file_cache::bytes_held(), file_cache::most_bytes,
                     file_cache::descriptors_held(), file_cache::most_descriptors()};
  return made;
}

void core::one_more() noexcept {
  if (open.fetch_add(1) == 0) watchdog.wake();
}

void core::one_is_gone() noexcept {
  if (open.fetch_sub(1) != 1 || !draining) return;
  std::function<void()> tell;
  {
    const std::lock_guard lock(mutex_);
    tell = std::exchange(none_open_, nullptr);
  }
  if (tell) tell();
}

void core::when_none_is_open(std::function<void()> f) {
  {
    const std::lock_guard lock(mutex_);
    none_open_ = f;
  }
  if (open != 0) return;
  {
    const std::lock_guard lock(mutex_);
    f = std::exchange(none_open_, nullptr);
  }
  if (f) f();
}

void core::note_cut(cut_connection c) {
  const std::lock_guard lock(mutex_);
  if (cuts_.size() < stop_report::most_named) cuts_.push_back(std::move(c));
}

std::vector<cut_connection> core::take_cuts() {
  const std::lock_guard lock(mutex_);
  return std::exchange(cuts_, {});
}

std::size_t default_connection_limit() noexcept {
  const std::uint64_t descriptors = descriptor_limit();
  return std::max<std::size_t>(static_cast<std::size_t>(descriptors / 10 * 9), 16);
}

}  // namespace asio_httpd::serving
