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

// Fewer than eight bytes, but at least one; some of them stand for those that are missing, so that
// there is no byte that the text has not.
inline std::uint64_t load_few(std::string_view text) noexcept {
  const char* const from = text.data();
  const std::size_t n = text.size();
  if (n >= 4) {
    std::uint32_t first, last;
    std::memcpy(&first, from, sizeof first);
    std::memcpy(&last, from + n - sizeof last, sizeof last);
    return first | std::uint64_t{last} << 32;
  }
  const auto byte = [from](std::size_t i) {
    return std::uint64_t{static_cast<unsigned char>(from[i])};
  };
  return byte(0) * (every_byte << 16) | byte(n / 2) << 8 | byte(n - 1);
}

constexpr bool has_byte(std::uint64_t word, char c) noexcept {
  const std::uint64_t others = word ^ every_byte * static_cast<unsigned char>(c);
  return ((others - every_byte) & ~others & high_bits) != 0;
}

// A byte below `limit`, which is at most 0x80.
constexpr bool has_byte_below(std::uint64_t word, unsigned char limit) noexcept {
  return ((word - every_byte * limit) & ~word & high_bits) != 0;
}

// A byte below 0x20, or DEL.
constexpr bool has_control_byte(std::uint64_t word) noexcept {
  return has_byte_below(word, 0x20) || has_byte(word, 0x7f);
}

// The high bit of each byte that is `c`. Without carries between bytes, so each bit is exact.
constexpr std::uint64_t find_byte(std::uint64_t word, char c) noexcept {
  const std::uint64_t others = word ^ every_byte * static_cast<unsigned char>(c);
  return ~(((others & ~high_bits) + ~high_bits) | others) & high_bits;
}

// Whether one of the words that the text is made of `has` what is looked for. The last one overlaps
// the one before it, so `has` must not depend on places or on how often a byte is there.
template <class Predicate>
bool any_word(std::string_view text, const Predicate& has) noexcept {
  if (text.size() < word_size) return !text.empty() && has(load_few(text));
  const char* const last = text.data() + text.size() - word_size;
  for (const char* at = text.data(); at < last; at += word_size) {
    if (has(load_word(at))) return true;
  }
  return has(load_word(last));
}

}  // namespace asio_httpd::base
