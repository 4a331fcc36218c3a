// SPDX-License-Identifier: BSL-1.0
//
// UTF-8 against a second reading of RFC 3629: every sequence of up to three bytes and many of four,
// the same verdict however they are cut, and refusal at the first byte that shows it.

#include "base/utf8.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>

using namespace asio_httpd::base;

namespace {

// The code point of one character, or -1: decodes, and then looks at what came out.
long decoded(std::string_view c) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(c[i]); };
  if (c.size() == 1) return at(0) < 0x80 ? at(0) : -1;
  const std::size_t size = c.size();
  const unsigned lead = size == 2 ? 0xc0 : size == 3 ? 0xe0 : 0xf0;
  const unsigned lead_mask = size == 2 ? 0xe0 : size == 3 ? 0xf0 : 0xf8;
  if ((at(0) & lead_mask) != lead) return -1;
  long value = at(0) & ~lead_mask & 0xff;
  for (std::size_t i = 1; i < size; ++i) {
    if ((at(i) & 0xc0) != 0x80) return -1;
    value = value << 6 | (at(i) & 0x3f);
  }
  const long least = size == 2 ? 0x80 : size == 3 ? 0x800 : 0x10000;
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  return value < least || surrogate || value > 0x10ffff ? -1 : value;
}

bool is_utf8_by_decoding(std::string_view text) {
  while (!text.empty()) {
    std::size_t size = 1;
    while (size <= 4 && size <= text.size() && decoded(text.substr(0, size)) < 0) ++size;
    if (size > 4 || size > text.size()) return false;
    text.remove_prefix(size);
  }
  return true;
}

// How many bytes were taken before the refusal; all of them where there was none.
std::size_t refused_at(std::string_view text) {
  utf8_check check;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!check.feed(text.substr(i, 1))) return i;
  }
  return text.size();
}

bool by_bytes(std::string_view text) {
  utf8_check check;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!check.feed(text.substr(i, 1))) return false;
  }
  return check.is_complete();
}

}  // namespace

TEST_CASE("every sequence of one to three bytes has the verdict of RFC 3629") {
  int wrong = 0;
  const std::string more(3, 'a');
  for (unsigned i = 0; i < 1U << 24; ++i) {
    // Bytes that behave alike need not all be tried in the last place.
    if ((i & 0xff) != 0 && (i & 0xff) != 0x7f && (i & 0x8f) != 0x80 && (i & 0xff) != 0xbf &&
        (i & 0xff) != 0xc0) {
      continue;
    }
    const char bytes[] = {static_cast<char>(i >> 16), static_cast<char>(i >> 8 & 0xff),
                          static_cast<char>(i & 0xff)};
    for (std::size_t size = 1; size <= 3; ++size) {
      const std::string_view text(bytes, size);
      const bool valid = is_utf8_by_decoding(text);
      if (is_utf8(text) != valid) ++wrong;
      // Looked at in another way where more follows.
      if (is_utf8(std::string(text) + more) != valid) ++wrong;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("sequences of four bytes at every border") {
  int wrong = 0;
  const unsigned char borders[] = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff};
  for (unsigned lead = 0xe0; lead < 0x100; ++lead) {
    for (const auto a : borders) {
      for (const auto b : borders) {
        for (const auto c : borders) {
          const char bytes[] = {static_cast<char>(lead), static_cast<char>(a), static_cast<char>(b),
                                static_cast<char>(c)};
          const std::string_view text(bytes, 4);
          if (is_utf8(text) != is_utf8_by_decoding(text)) ++wrong;
          if (is_utf8(text) != by_bytes(text)) ++wrong;
        }
      }
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("refused at the first byte that shows it") {
  CHECK(refused_at("ab\x80") == 2);
  CHECK(refused_at("\xc0\x80") == 0);
  CHECK(refused_at("\xe0\x9f\x80") == 1);
  CHECK(refused_at("\xed\xa0\x80") == 1);
  CHECK(refused_at("\xf0\x8f\x80\x80") == 1);
  CHECK(refused_at("\xf4\x90\x80\x80") == 1);
  CHECK(refused_at("\xf5\x80") == 0);
  CHECK(refused_at("\xe2\x82z") == 2);
  CHECK(refused_at("\xe2\x82") == 2);
}

TEST_CASE("long text: one bad byte at any place is found, in any piece") {
  std::string text(200, 'a');
  CHECK(is_utf8(text));
  for (std::size_t i = 0; i < text.size(); ++i) {
    text[i] = '\xff';
    CHECK_FALSE(is_utf8(text));
    for (const std::size_t cut : {i / 2, i, i + 1}) {
      utf8_check check;
      CHECK_FALSE((check.feed(text.substr(0, cut)) && check.feed(text.substr(cut))));
    }
    text[i] = 'a';
  }
  for (std::size_t i = 0; i + 3 <= text.size(); ++i) {
    std::string with_character = text;
    with_character.replace(i, 3, "\xe2\x82\xac");
    CHECK(is_utf8(with_character));
    CHECK_FALSE(is_utf8(with_character.substr(0, i + 2)));
  }
}

TEST_CASE("reset begins anew") {
  utf8_check check;
  CHECK(check.feed("\xe2"));
  CHECK_FALSE(check.is_complete());
  check.reset();
  CHECK(check.is_complete());
  CHECK_FALSE(check.feed("\x82"));
}
