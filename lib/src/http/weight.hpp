// SPDX-License-Identifier: BSL-1.0
//
// Weights in the lists of Accept and its like (RFC 9110 section 12.4.2), in thousandths.

#pragma once

#include "base/ascii.hpp"

#include <cstddef>
#include <string_view>

namespace asio_httpd::http {

inline constexpr unsigned full_weight = 1000;

// "0" or "1", then up to three digits behind a point, and no more than 1.
inline bool read_weight(std::string_view text, unsigned& to) noexcept {
  if (text.size() > 5 || (!text.starts_with('0') && !text.starts_with('1'))) return false;
  if (text.size() > 1 && text[1] != '.') return false;
  unsigned thousandths = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    if (i == 1) continue;
    const char digit = i < text.size() ? text[i] : '0';
    if (!base::is_digit(digit)) return false;
    thousandths = thousandths * 10 + static_cast<unsigned>(digit - '0');
  }
  to = thousandths;
  return thousandths <= full_weight;
}

}  // namespace asio_httpd::http
