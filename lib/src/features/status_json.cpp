// SPDX-License-Identifier: BSL-1.0
//
// One function for each object of the status JSON, in the order of the document.

#include "features/status_json.hpp"

#include <array>
#include <chrono>

#include "features/civil_time.hpp"

namespace asio_httpd::features {

namespace {

using json = nlohmann::ordered_json;

double in_seconds(std::chrono::milliseconds d) {
  return static_cast<double>(d.count()) / 1e3;
}

double in_microseconds(std::chrono::nanoseconds d) {
  return static_cast<double>(d.count()) / 1e3;
}

json by_name(const std::vector<named_count>& counts) {
  json object = json::object();
  for (const named_count& c : counts) object[c.name] = c.count;
  return object;
}

json connections(const status_report& r) {
  const auto& c = r.connections;
  return {{"accepted", c.accepted},
          {"open", c.open},
          {"idle", c.idle},
          {"refused", c.refused},
          {"accept_errors", c.accept_errors},
          {"limit", c.limit},
          {"closed", by_name(c.closed)}};
}

json by_status_class(const std::array<std::uint64_t, 6>& counts) {
  return {{"1xx", counts[1]}, {"2xx", counts[2]}, {"3xx", counts[3]},
          {"4xx", counts[4]}, {"5xx", counts[5]}, {"other", counts[0]}};
}

json by_route(const std::vector<route_report>& routes) {
  json list = json::array();
  for (const route_report& r : routes) {
    list.push_back(json{{"host", r.host.empty() ? "*" : r.host},
                        {"method", r.method},
                        {"pattern", r.pattern},
                        {"requests", r.requests}});
  }
  return list;
}

json latency(const latency_report& l) {
  return {{"count", l.count},
          {"mean", in_microseconds(l.mean)},
          {"p50", in_microseconds(l.p50)},
          {"p90", in_microseconds(l.p90)},
          {"p99", in_microseconds(l.p99)},
          {"p999", in_microseconds(l.p999)},
          {"max", in_microseconds(l.max)}};
}

json requests(const status_report& r) {
  return {{"total", r.requests.total},
          {"handler_errors", r.requests.handler_errors},
          {"slow_handler_turns", r.requests.slow_handler_turns},
          {"by_method", by_name(r.requests.by_method)},
          {"by_version", by_name(r.requests.by_version)},
          {"by_status_class", by_status_class(r.requests.by_status_class)},
          {"by_route", by_route(r.requests.by_route)},
          {"without_route", r.requests.without_route},
          {"latency_us", latency(r.requests.latency)}};
}

json tls(const status_report& r) {
  return {{"handshakes", r.tls.handshakes},
          {"resumed", r.tls.resumed},
          {"failed", r.tls.failed},
          {"by_version", by_name(r.tls.by_version)},
          {"by_protocol", by_name(r.tls.by_protocol)}};
}

json http2(const status_report& r) {
  return {{"connections", r.http2.connections},
          {"streams", r.http2.streams},
          {"reset", r.http2.reset},
          {"errors", by_name(r.http2.errors)}};
}

json process(const status_report& r) {
  return {{"resident_memory_bytes", r.process.resident_memory_bytes},
          {"open_descriptors", r.process.open_descriptors},
          {"descriptor_limit", r.process.descriptor_limit}};
}

json file_cache(const status_report& r) {
  return {{"memory_bytes", r.file_cache.memory_bytes},
          {"memory_limit_bytes", r.file_cache.memory_limit_bytes},
          {"descriptors", r.file_cache.descriptors},
          {"descriptor_limit", r.file_cache.descriptor_limit}};
}

}  // namespace

nlohmann::ordered_json to_json(const status_report& r) {
  return {{"version", r.version},
          {"pid", r.pid},
          {"started", rfc3339(r.started_unix_time)},
          {"uptime_seconds", in_seconds(r.uptime)},
          {"threads", r.threads},
          {"draining", r.draining},
          {"listeners", json(r.listeners)},
          {"connections", connections(r)},
          {"requests", requests(r)},
          {"bytes", {{"received", r.bytes.received}, {"sent", r.bytes.sent}}},
          {"parse_errors", by_name(r.parse_errors)},
          {"tls", tls(r)},
          {"http2", http2(r)},
          {"process", process(r)},
          {"file_cache", file_cache(r)}};
}

}  // namespace asio_httpd::features
