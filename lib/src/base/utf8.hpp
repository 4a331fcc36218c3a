// SPDX-License-Identifier: BSL-1.0
//
// Whether bytes are UTF-8 (RFC 3629 section 4), looked at as they come in. A sequence that cannot
// become valid any more is refused at the first byte that shows it: no overlong form, no surrogate,
// nothing above U+10FFFF. A value of three bytes; allocates nothing.

#pragma once

#include "base/word.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace asio_httpd::base {

namespace utf8_detail {

// What a character still lacks: how many bytes, and what the first of them may be.
struct sequel {
  std::uint8_t size = 0;
  std::uint8_t lowest = 0x80;
  std::uint8_t highest = 0xbf;
};

// Of a byte that no character begins with.
constexpr std::uint8_t no_lead = 0xff;

// Table 3-7 of the Unicode standard, which is the grammar of RFC 3629.
constexpr sequel behind(std::uint8_t lead) noexcept {
  if (lead < 0x80) return {};
  if (lead < 0xc2 || lead > 0xf4) return {.size = no_lead};
  if (lead < 0xe0) return {.size = 1};
  if (lead == 0xe0) return {.size = 2, .lowest = 0xa0};
  if (lead == 0xed) return {.size = 2, .highest = 0x9f};
  if (lead < 0xf0) return {.size = 2};
  if (lead == 0xf0) return {.size = 3, .lowest = 0x90};
  if (lead == 0xf4) return {.size = 3, .highest = 0x8f};
  return {.size = 3};
}

constexpr std::array<sequel, 256> make_sequels() noexcept {
  std::array<sequel, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = behind(static_cast<std::uint8_t>(i));
  return table;
}

inline constexpr std::array<sequel, 256> sequels = make_sequels();

inline std::uint8_t byte_at(const char* at) noexcept {
  return static_cast<std::uint8_t>(*at);
}

constexpr bool fits(std::uint8_t byte, const sequel& s) noexcept {
  return byte >= s.lowest && byte <= s.highest;
}

// Of the character that lies whole in the next four bytes, or 0 where none does. Branches, because
// a processor foresees them, and would have to wait for a sum.
inline std::size_t size_of_character(const char* at) noexcept {
  const sequel s = sequels[byte_at(at)];
  const auto continues = [&](std::size_t i) { return fits(byte_at(at + i), {}); };
  switch (s.size) {
    case 0:
      return 1;
    case 1:
      return continues(1) ? 2 : 0;
    case 2:
      return fits(byte_at(at + 1), s) && continues(2) ? 3 : 0;
    case 3:
      return fits(byte_at(at + 1), s) && continues(2) && continues(3) ? 4 : 0;
    default:
      return 0;
  }
}

constexpr std::size_t longest_character = 4;
constexpr std::size_t ascii_step = 4 * word_size;

inline bool is_ascii(const char* at) noexcept {
  const std::uint64_t all = load_word(at) | load_word(at + word_size) |
                            load_word(at + 2 * word_size) | load_word(at + 3 * word_size);
  return (all & high_bits) == 0;
}

// Past the characters that can be seen at a glance.
inline const char* skip_characters(const char* at, const char* end) noexcept {
  while (end - at >= static_cast<std::ptrdiff_t>(longest_character)) {
    const bool many = end - at >= static_cast<std::ptrdiff_t>(ascii_step);
    const bool ascii = byte_at(at) < 0x80 && many && is_ascii(at);
    const std::size_t size = ascii ? ascii_step : size_of_character(at);
    if (size == 0) break;
    at += size;
  }
  return at;
}

}  // namespace utf8_detail

class utf8_check {
 public:
  // False where no continuation makes the text valid. Nothing may be fed after that.
  bool feed(std::string_view bytes) noexcept;
  // The text does not end within a character.
  bool is_complete() const noexcept { return wanted_.size == 0; }
  void reset() noexcept { wanted_ = {}; }

 private:
  bool feed(std::uint8_t byte) noexcept;

  utf8_detail::sequel wanted_;
};

inline bool utf8_check::feed(std::uint8_t byte) noexcept {
  if (wanted_.size == 0) {
    wanted_ = utf8_detail::sequels[byte];
    return wanted_.size != utf8_detail::no_lead;
  }
  if (!utf8_detail::fits(byte, wanted_)) return false;
  wanted_ = {.size = static_cast<std::uint8_t>(wanted_.size - 1)};
  return true;
}

inline bool utf8_check::feed(std::string_view bytes) noexcept {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  while (at != end) {
    if (is_complete()) at = utf8_detail::skip_characters(at, end);
    if (at != end && !feed(utf8_detail::byte_at(at++))) return false;
  }
  return true;
}

inline bool is_utf8(std::string_view text) noexcept {
  utf8_check check;
  return check.feed(text) && check.is_complete();
}

}  // namespace asio_httpd::base
