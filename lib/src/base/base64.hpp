// SPDX-License-Identifier: BSL-1.0
//
// Base 64 with padding (RFC 4648 section 4). Pure functions; any thread.

#pragma once

#include "base/ascii.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace asio_httpd::base {

constexpr bool is_base64(char c) noexcept {
  return is_alpha(c) || is_digit(c) || c == '+' || c == '/';
}

inline std::string base64(std::span<const std::uint8_t> bytes) {
  static constexpr char digits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (; !bytes.empty(); bytes = bytes.subspan(bytes.size() < 3 ? bytes.size() : 3)) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8 | (i < bytes.size() ? bytes[i] : std::uint8_t{0});
    }
    for (std::size_t i = 0; i < 4; ++i) {
      text += i <= bytes.size() ? digits[group >> (18 - 6 * i) & 63] : '=';
    }
  }
  return text;
}

}  // namespace asio_httpd::base
