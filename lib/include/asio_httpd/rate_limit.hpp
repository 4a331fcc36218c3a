// SPDX-License-Identifier: BSL-1.0
//
// How often one client may ask: 429 with Retry-After above, before the content of the request is
// read.
//
//   routes.use(rate_limit({.requests = 100, .per = std::chrono::minutes(1)}));
//   routes.post("/login", ...).use(rate_limit({.requests = 5, .per = std::chrono::minutes(1)}));
//
// A token bucket for each key: it holds `burst` requests, and fills at the rate of `requests` in
// `per`. Each call of rate_limit() is a table of its own; its copies share it. Time is the server's
// clock.
//
// Bounded: `keys` buckets, 24 bytes each, made at the start. Where a place is needed the bucket
// that has been left alone longest goes, which gives its owner a full one; so a client with more
// addresses than the table has places is not limited by them. Thread-safe: a lock among 64 is held
// while 8 entries are compared. Costs no allocation where the key costs none.

#pragma once

#include <asio_httpd/middleware.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace asio_httpd {

struct rate_limit_options {
  std::uint32_t requests = 10;
  std::chrono::nanoseconds per = std::chrono::seconds(1);
  // How many at once. 0: as many as `requests`.
  std::uint32_t burst = 0;
  // Whose bucket a request takes from; "" is not limited. Default: the peer's address; of IPv6 its
  // first 64 bits, which is what one customer has. Behind a proxy, and on Unix sockets, all
  // requests come from one peer: there say whom the proxy names, for example
  // `std::string(r.get("X-Real-IP"))`, if only the proxy can reach this server.
  std::function<std::string(const request&)> key = {};
  std::size_t keys = 64 * 1024;
};

// Throws std::invalid_argument where a number is zero, or too large to count with.
middleware rate_limit(rate_limit_options options = {});

}  // namespace asio_httpd
