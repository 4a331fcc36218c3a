// SPDX-License-Identifier: BSL-1.0
//
// The value of Strict-Transport-Security (RFC 6797 section 6.1).

#pragma once

#include <asio_httpd/https.hpp>

#include <stdexcept>
#include <string>

namespace asio_httpd::features {

// Throws std::invalid_argument where `max_age` is negative.
inline std::string value_of(const transport_security& t) {
  if (t.max_age.count() < 0) {
    throw std::invalid_argument("asio_httpd: Strict-Transport-Security: the max_age is negative");
  }
  std::string value = "max-age=" + std::to_string(t.max_age.count());
  if (t.include_subdomains) value += "; includeSubDomains";
  if (t.preload) value += "; preload";
  return value;
}

}  // namespace asio_httpd::features
