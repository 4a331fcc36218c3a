// SPDX-License-Identifier: BSL-1.0
//
// Eight bytes of text looked at as one word, the first byte lowest ("SIMD within a register").
// Pure functions. The tests for "there is such a byte" are the usual ones: exact about there being
// one, though not about which.

#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace asio_httpd::base {

inline constexpr std::size_t word_size = 8;
inline constexpr std::uint64_t every_byte = 0x0101010101010101;
inline constexpr std::uint64_t high_bits = 0x8080808080808080;

// The next eight bytes.
inline std::uint64_t load_word(const char* from) noexcept {
  std::uint64_t word;
  std::memcpy(&word, from, word_size);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

// Fewer than eight bytes; spaces, which mean nothing here, stand for those that are missing.
inline std::uint64_t load_rest(std::string_view text) noexcept {
  std::uint64_t word = every_byte * ' ';
  for (std::size_t i = text.size(); i-- > 0;) {
    word = word << 8 | static_cast<unsigned char>(text[i]);
  }
  return word;
}

constexpr bool has_byte(std::uint64_t word, char c) noexcept {
  const std::uint64_t others = word ^ every_byte * static_cast<unsigned char>(c);
  return ((others - every_byte) & ~others & high_bits) != 0;
}

// A byte below 0x20, or DEL.
constexpr bool has_control_byte(std::uint64_t word) noexcept {
  return ((word - every_byte * 0x20) & ~word & high_bits) != 0 || has_byte(word, 0x7f);
}

// The high bit of each byte that is `c`. Without carries between bytes, so each bit is exact.
constexpr std::uint64_t find_byte(std::uint64_t word, char c) noexcept {
  const std::uint64_t others = word ^ every_byte * static_cast<unsigned char>(c);
  return ~(((others & ~high_bits) + ~high_bits) | others) & high_bits;
}

}  // namespace asio_httpd::base
