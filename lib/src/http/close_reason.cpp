// SPDX-License-Identifier: BSL-1.0
//
// The names of the close reasons, as the status JSON and the access log show them.

#include <asio_httpd/close_reason.hpp>

#include <array>

namespace asio_httpd {

std::string_view to_string(close_reason r) noexcept {
  static constexpr std::array<std::string_view, close_reason_count> names = {
      "none",           "client_done",       "client_requested",
      "client_aborted", "handler_requested", "request_refused",
      "parse_error",    "head_limit",        "body_limit",
      "head_timeout",   "body_timeout",      "idle_timeout",
      "write_timeout",  "handler_timeout",   "content_changed",
      "upgraded",       "drained",           "drain_deadline",
      "internal_error", "tls_handshake",     "flooded",
  };
  return names[static_cast<std::size_t>(r)];
}

}  // namespace asio_httpd
