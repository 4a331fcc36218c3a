// SPDX-License-Identifier: BSL-1.0
//
// The three scans that a head is made of: to the end of a token, of a target, of a field value.
//
// Each returns the first byte that does not belong. They have no bounds check: the text must be
// followed by a NUL, which stops every scan, and by `scan_reach` bytes that may be read. There are
// three implementations with the same results; the widest that the processor has is chosen once,
// when the program runs (`head_parser.cpp`).

#pragma once

#include "base/ascii.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace asio_httpd::http1 {

inline constexpr std::size_t scan_reach = 32;

namespace scan_detail {

constexpr bool is_token_byte(unsigned c) {
  return base::is_tchar(static_cast<char>(c));
}
constexpr bool is_target_byte(unsigned c) {
  return c > 0x20 && c < 0x7f;
}
constexpr bool is_value_byte(unsigned c) {
  return base::is_field_content(static_cast<char>(c));
}

// For shuffles: bit `high` of element `low` tells whether the byte (high << 4 | low) belongs.
// Only for sets of ASCII bytes.
template <bool (*Belongs)(unsigned)>
constexpr std::array<std::uint8_t, 16> low_nibble_table() {
  std::array<std::uint8_t, 16> table{};
  for (unsigned c = 0; c < 128; ++c) {
    if (Belongs(c)) {
      table[c & 15] = static_cast<std::uint8_t>(table[c & 15] | 1u << (c >> 4));
    }
  }
  return table;
}

inline constexpr std::array<std::uint8_t, 16> token_table = low_nibble_table<is_token_byte>();
// Element `high` is the bit of that high nibble; none for bytes beyond ASCII.
inline constexpr std::array<std::uint8_t, 16> high_nibble_table = {1, 2, 4, 8, 16, 32, 64, 128};

template <bool (*Belongs)(unsigned)>
constexpr std::array<bool, 256> byte_table() {
  std::array<bool, 256> table{};
  for (unsigned c = 0; c < 256; ++c) table[c] = Belongs(c);
  return table;
}

inline constexpr auto token_bytes = byte_table<is_token_byte>();
inline constexpr auto target_bytes = byte_table<is_target_byte>();
inline constexpr auto value_bytes = byte_table<is_value_byte>();

}  // namespace scan_detail

struct portable_scan {
  static const char* token_end(const char* p) noexcept { return skip(p, scan_detail::token_bytes); }
  static const char* target_end(const char* p) noexcept {
    return skip(p, scan_detail::target_bytes);
  }
  static const char* value_end(const char* p) noexcept { return skip(p, scan_detail::value_bytes); }

 private:
  static const char* skip(const char* p, const std::array<bool, 256>& set) noexcept {
    while (set[static_cast<unsigned char>(*p)]) ++p;
    return p;
  }
};

}  // namespace asio_httpd::http1
