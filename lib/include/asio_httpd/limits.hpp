// SPDX-License-Identifier: BSL-1.0
//
// Every limit and deadline of a server, all on by default. A zero means "no limit" where it says
// so, and nothing else is special. Values are read when the server starts.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace asio_httpd {

struct limits {
  // Request line and field section together, in bytes; 431 above. Trailers count against a limit
  // of the same size. 256 to 65,535.
  std::size_t head = 16 * 1024;
  // Field lines in a section; 431 above. 1 to 65,535.
  std::size_t fields = 100;
  // The request target, in bytes; 414 above.
  std::size_t target = 8 * 1024;
  // Content of a request after decoding, in bytes; 413 above. A route may set its own.
  std::uint64_t body = 1024 * 1024;
  // Connections open at once. 0: from the descriptor limit of the process.
  std::size_t connections = 0;
  // Responses waiting to be sent on one connection, in bytes; above it no further pipelined
  // request is taken up until they are sent.
  std::size_t pending_output = 256 * 1024;
  // Requests on one connection, after which it is closed. 0: no limit.
  std::uint64_t requests_per_connection = 0;
  // Requests under way at once on an HTTP/2 connection (SETTINGS_MAX_CONCURRENT_STREAMS of RFC 9113
  // section 6.5.2); a stream above it is refused. 1 to 65,535.
  std::uint32_t streams = 100;
  // Content that an HTTP/2 peer may send ahead of what is read, in bytes: on one stream, and on all
  // streams of a connection together. 65,535 to 2,147,483,647.
  std::uint32_t stream_window = 256 * 1024;
  std::uint32_t connection_window = 1024 * 1024;
};

// Granularity: a deadline fires up to half a second late. duration::max() is none.
struct deadlines {
  using duration = std::chrono::milliseconds;
  // From the first byte of a request (or from accept) to the end of its head; 408.
  duration head = std::chrono::seconds(10);
  // A body must arrive at `body_rate` bytes a second in each period of `body`; 408.
  duration body = std::chrono::seconds(10);
  std::uint64_t body_rate = 240;
  // Between two requests of a connection.
  duration idle = std::chrono::seconds(60);
  // A peer must take `write_rate` bytes a second of an answer in each period of `write`.
  duration write = std::chrono::seconds(15);
  std::uint64_t write_rate = 240;
  // A coroutine handler, up to its end or to its next read or write of content; 503.
  // And the disk, for each part of a file that is not in memory; then the connection ends.
  duration handler = std::chrono::seconds(60);
  // How long a closing connection waits for the peer to read the last answer.
  duration linger = std::chrono::seconds(2);
  // How long a handler may hold its thread, up to where it returns or waits by co_await, before the
  // log has a warning that names its route, and status_report::requests counts it. Nothing is
  // interrupted. It is noticed up to half as much later again. 0: nobody looks.
  duration handler_turn = std::chrono::milliseconds(100);
};

}  // namespace asio_httpd
