// SPDX-License-Identifier: BSL-1.0
//
// Where log lines and finished exchanges go. The library never prints: it calls what it is given.
// Both are called from several threads at once and must not throw or block for long.

#pragma once

#include <asio_httpd/close_reason.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>

namespace asio_httpd {

class request;
class response;

enum class log_level : std::uint8_t { debug, info, warning, error };
std::string_view to_string(log_level level) noexcept;

// A sentence about something that happened. Text from the network is escaped already.
using log_sink = std::function<void(log_level, std::string_view message)>;

// One request and its answer.
struct exchange {
  const asio_httpd::request* request;  // null where no head could be read
  const asio_httpd::response* response;
  std::string_view remote_address;
  std::uint16_t remote_port;
  std::uint64_t bytes_sent;           // of content, as framed
  std::chrono::nanoseconds duration;  // from the end of the head to the response
  std::int64_t unix_time;
  // Why the connection ends with this exchange; `none` where it goes on.
  close_reason reason;
};

class exchange_log {
 public:
  virtual ~exchange_log() = default;
  virtual void write(const exchange& e) noexcept = 0;
  // Sends buffered lines on. Called at least once a second while there is something
  // to send on, and when the server stops.
  virtual void flush() noexcept {}
};

}  // namespace asio_httpd
