// SPDX-License-Identifier: BSL-1.0
//
// The error codes of HTTP/2 (RFC 9113 section 7).

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace asio_httpd::http2 {

// In the order of their numbers.
enum class error : std::uint8_t {
  no_error,
  protocol_error,
  internal_error,
  flow_control_error,
  settings_timeout,
  stream_closed,
  frame_size_error,
  refused_stream,
  cancel,
  compression_error,
  connect_error,
  enhance_your_calm,
  inadequate_security,
  http_1_1_required,
};

inline constexpr std::size_t error_count = 14;

// "PROTOCOL_ERROR". Static storage.
std::string_view to_string(error e) noexcept;

// Of a number from the wire; those that nobody knows are as INTERNAL_ERROR.
constexpr error error_from(std::uint32_t code) noexcept {
  return code < error_count ? static_cast<error>(code) : error::internal_error;
}

}  // namespace asio_httpd::http2
