// SPDX-License-Identifier: BSL-1.0
//
// Whether bytes are UTF-8 (RFC 3629 section 4), looked at as they come in. A sequence that cannot
// become valid any more is refused at the first byte that shows it: no overlong form, no surrogate,
// nothing above U+10FFFF. A value of three bytes; allocates nothing.

#pragma once

#include "base/word.hpp"

#include <cstdint>
#include <string_view>

namespace asio_httpd::base {

class utf8_check {
 public:
  // False where no continuation makes the text valid. Nothing may be fed after that.
  bool feed(std::string_view bytes) noexcept;
  // The text does not end within a character.
  bool is_complete() const noexcept { return left_ == 0; }
  void reset() noexcept { *this = utf8_check(); }

 private:
  bool begin(std::uint8_t lead) noexcept;
  bool expect(std::uint8_t more, std::uint8_t lowest, std::uint8_t highest) noexcept {
    left_ = more;
    lowest_ = lowest;
    highest_ = highest;
    return true;
  }

  std::uint8_t left_ = 0;       // bytes that the character still lacks
  std::uint8_t lowest_ = 0x80;  // what the next one of them may be
  std::uint8_t highest_ = 0xbf;
};

namespace utf8_detail {

constexpr std::size_t ascii_step = 4 * word_size;

inline bool is_ascii(const char* at) noexcept {
  const std::uint64_t all = load_word(at) | load_word(at + word_size) |
                            load_word(at + 2 * word_size) | load_word(at + 3 * word_size);
  return (all & high_bits) == 0;
}

}  // namespace utf8_detail

// Table 3-7 of the Unicode standard, which is the grammar of RFC 3629.
inline bool utf8_check::begin(std::uint8_t lead) noexcept {
  if (lead < 0xc2) return lead < 0x80;
  if (lead < 0xe0) return expect(1, 0x80, 0xbf);
  if (lead == 0xe0) return expect(2, 0xa0, 0xbf);
  if (lead == 0xed) return expect(2, 0x80, 0x9f);
  if (lead < 0xf0) return expect(2, 0x80, 0xbf);
  if (lead == 0xf0) return expect(3, 0x90, 0xbf);
  if (lead < 0xf4) return expect(3, 0x80, 0xbf);
  return lead == 0xf4 && expect(3, 0x80, 0x8f);
}

inline bool utf8_check::feed(std::string_view bytes) noexcept {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  while (at != end) {
    if (left_ == 0) {
      while (static_cast<std::size_t>(end - at) >= utf8_detail::ascii_step &&
             utf8_detail::is_ascii(at)) {
        at += utf8_detail::ascii_step;
      }
      if (at == end) break;
      if (!begin(static_cast<std::uint8_t>(*at++))) return false;
      continue;
    }
    const auto byte = static_cast<std::uint8_t>(*at++);
    if (byte < lowest_ || byte > highest_) return false;
    expect(static_cast<std::uint8_t>(left_ - 1), 0x80, 0xbf);
  }
  return true;
}

inline bool is_utf8(std::string_view text) noexcept {
  utf8_check check;
  return check.feed(text) && check.is_complete();
}

}  // namespace asio_httpd::base
