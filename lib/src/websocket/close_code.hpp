// SPDX-License-Identifier: BSL-1.0
//
// Why a WebSocket was closed (RFC 6455 section 7.4 and the IANA registry). Any value that
// `may_be_sent` allows is a valid code; 3000 to 3999 are registered by libraries, 4000 to 4999 are
// for applications to give a meaning to.

#pragma once

#include <cstddef>
#include <cstdint>

namespace asio_httpd::ws {

enum class close_code : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  unsupported_data = 1003,
  no_status = 1005,  // never sent: the peer's Close held no code
  abnormal = 1006,   // never sent: the connection ended without Close
  invalid_payload = 1007,
  policy_violation = 1008,
  message_too_big = 1009,
  mandatory_extension = 1010,
  internal_error = 1011,
  service_restart = 1012,
  try_again_later = 1013,
  bad_gateway = 1014,
};

// Whether a Close frame may hold it (section 7.4.1 and 7.4.2).
constexpr bool may_be_sent(close_code c) noexcept {
  const auto value = static_cast<unsigned>(c);
  return (value >= 1000 && value <= 1003) || (value >= 1007 && value <= 1014) ||
         (value >= 3000 && value <= 4999);
}

// In bytes, what a Close frame has room for behind the code.
inline constexpr std::size_t longest_reason = 123;

}  // namespace asio_httpd::ws
