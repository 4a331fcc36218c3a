// SPDX-License-Identifier: BSL-1.0
//
// The versions of HTTP that are spoken (RFC 9110 section 2.5).

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace asio_httpd {

enum class http_version : std::uint8_t { http_1_0, http_1_1, http_2 };

inline constexpr std::size_t http_version_count = 3;

// "HTTP/1.0", "HTTP/1.1" or "HTTP/2.0", as logs have it. Static storage.
constexpr std::string_view to_string(http_version v) noexcept {
  switch (v) {
    case http_version::http_1_0:
      return "HTTP/1.0";
    case http_version::http_1_1:
      return "HTTP/1.1";
    case http_version::http_2:
      break;
  }
  return "HTTP/2.0";
}

}  // namespace asio_httpd
