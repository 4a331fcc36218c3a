// SPDX-License-Identifier: BSL-1.0
//
// Why a connection was closed. Every close has exactly one of these: in the status JSON as a
// counter, and in the access log of the exchange that it ended.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace asio_httpd {

enum class close_reason : std::uint8_t {
  none,               // still open
  client_done,        // the peer closed between two requests
  client_requested,   // Connection: close, or HTTP/1.0 without keep-alive
  client_aborted,     // the peer closed or reset in the middle of a request or an answer
  handler_requested,  // the handler asked for it
  request_refused,    // the answer left part of a body unread, or the request limit was reached
  parse_error,        // the request broke a rule of RFC 9112, or the connection one of RFC 9113
  head_limit,         // 431 or 414
  body_limit,         // 413
  head_timeout,
  body_timeout,
  idle_timeout,
  write_timeout,
  handler_timeout,
  content_changed,  // a file was cut or changed while it was sent
  upgraded,         // the stream was handed to another protocol, which ended
  drained,          // the server stops; the connection was idle or had its last answer
  drain_deadline,   // the server stopped before the connection was done
  internal_error,
  tls_handshake,  // it failed, or was no TLS
  flooded,        // an HTTP/2 peer made work out of proportion (ENHANCE_YOUR_CALM)
};

inline constexpr std::size_t close_reason_count = 21;

// For example "head_timeout". Static storage.
std::string_view to_string(close_reason r) noexcept;

}  // namespace asio_httpd
