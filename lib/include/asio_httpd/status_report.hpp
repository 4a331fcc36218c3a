// SPDX-License-Identifier: BSL-1.0
//
// What a server knows of itself, as plain values: a snapshot, merged from all threads when it is
// asked for. `routes.status()` shows it as JSON; docs/reference/status.md explains each field.
// Counters are totals since the server object was made and only grow.

#pragma once

#include <asio_httpd/close_reason.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace asio_httpd {

struct latency_report {
  std::uint64_t count = 0;
  // From the end of the head to the response being framed; each within 3 % of the true value.
  std::chrono::nanoseconds p50{}, p90{}, p99{}, p999{}, max{}, mean{};
};

struct named_count {
  std::string name;
  std::uint64_t count = 0;
};

struct route_report {
  std::string host;    // "" any
  std::string method;  // "*" any
  std::string pattern;
  std::uint64_t requests = 0;
};

struct status_report {
  std::string version;
  std::int64_t started_unix_time = 0;
  std::chrono::milliseconds uptime{};
  int pid = 0;
  unsigned threads = 0;
  bool draining = false;
  std::vector<std::string> listeners;  // "127.0.0.1:8080", "[::1]:8080", "unix:/run/x.sock"

  struct {
    std::uint64_t accepted = 0;
    std::uint64_t open = 0;
    std::uint64_t idle = 0;     // of the open ones: between two requests
    std::uint64_t refused = 0;  // over the limit
    std::uint64_t accept_errors = 0;
    std::uint64_t limit = 0;
    std::vector<named_count> closed;  // every reason but `none`, in the order of the enum
  } connections;

  struct {
    std::uint64_t total = 0;
    std::uint64_t handler_errors = 0;                // handlers that threw
    std::uint64_t slow_handler_turns = 0;            // over deadlines::handler_turn
    std::vector<named_count> by_method;              // those that occurred
    std::vector<named_count> by_version;             // "HTTP/1.0", "HTTP/1.1", "HTTP/2.0"
    std::array<std::uint64_t, 6> by_status_class{};  // [1] is 1xx; [0] anything else
    std::vector<route_report> by_route;              // every route, in the order of registration
    std::uint64_t without_route = 0;
    latency_report latency;
  } requests;

  struct {
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
  } bytes;

  std::vector<named_count> parse_errors;  // by rule; every rule, in the order of the RFC

  struct {
    std::uint64_t handshakes = 0;  // that succeeded
    std::uint64_t resumed = 0;     // of these, by a ticket
    std::uint64_t failed = 0;
    std::vector<named_count> by_version;   // "TLSv1.2", "TLSv1.3"
    std::vector<named_count> by_protocol;  // by ALPN: "h2", "http/1.1", and "none"
  } tls;

  struct {
    std::uint64_t connections = 0;    // that spoke it
    std::uint64_t streams = 0;        // that clients opened
    std::uint64_t reset = 0;          // streams that clients gave up (RST_STREAM)
    std::vector<named_count> errors;  // that we told peers, of streams and connections: every error
                                      // code of RFC 9113 section 7 but NO_ERROR
  } http2;

  struct {
    std::uint64_t resident_memory_bytes = 0;
    std::uint64_t open_descriptors = 0;
    std::uint64_t descriptor_limit = 0;
  } process;

  // What is remembered of files that were served, by all servers of the process.
  struct {
    std::uint64_t memory_bytes = 0;
    std::uint64_t memory_limit_bytes = 0;
    std::uint64_t descriptors = 0;
    std::uint64_t descriptor_limit = 0;
  } file_cache;
};

}  // namespace asio_httpd
