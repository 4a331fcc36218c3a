// SPDX-License-Identifier: BSL-1.0
//
// Vary: which fields of the request a response depends on (RFC 9110 section 12.5.5), so that a
// cache does not give it to others.

#pragma once

#include <asio_httpd/fields.hpp>

#include <string_view>

namespace asio_httpd {

// Adds a line for that name where there is none yet, and none for "*".
inline void vary_by(std::string_view name, fields& to) {
  for (const auto& line : to) {
    if (line.id == field::vary && (line.value == name || line.value == "*")) return;
  }
  to.append(field::vary, name);
}

}  // namespace asio_httpd
