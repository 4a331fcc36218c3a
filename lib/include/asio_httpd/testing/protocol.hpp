// SPDX-License-Identifier: BSL-1.0
//
// The protocols that clients of a `testing::server` can speak to it.
//
// Tests look the same over each of them, and need no change: they send requests as HTTP/1.1 text
// and get answers as HTTP/1.1 text, and a gateway in between makes HTTP/2 of it and back, as a
// reverse proxy does. So an `answer` is always one of HTTP/1.1, and what has no place in HTTP/2
// cannot be sent: malformed requests, HTTP/1.0, other upgrades than that to WebSocket.

#pragma once

#include <cstdint>
#include <string_view>

namespace asio_httpd::testing {

enum class protocol : std::uint8_t {
  http1,
  http1_tls,
  http2,      // without TLS, with prior knowledge (RFC 9113 section 3.3)
  http2_tls,  // agreed on by ALPN
};

constexpr bool is_http2(protocol p) noexcept {
  return p == protocol::http2 || p == protocol::http2_tls;
}
constexpr bool is_tls(protocol p) noexcept {
  return p == protocol::http1_tls || p == protocol::http2_tls;
}

// "HTTP/1.1", "HTTP/1.1 on TLS", "HTTP/2", "HTTP/2 on TLS". Static storage.
constexpr std::string_view to_string(protocol p) noexcept {
  if (is_http2(p)) return is_tls(p) ? "HTTP/2 on TLS" : "HTTP/2";
  return is_tls(p) ? "HTTP/1.1 on TLS" : "HTTP/1.1";
}

}  // namespace asio_httpd::testing
