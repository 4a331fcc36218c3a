// SPDX-License-Identifier: BSL-1.0
//
// Known field names and the way from a name to its id: a table that is hashed perfectly while
// this file compiles, so that a look-up is one hash of four bytes and one comparison.

#include <asio_httpd/field.hpp>

#include "http/field_syntax.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace asio_httpd {
namespace {

constexpr std::array<std::string_view, field_count> names = {
    "",
    "Accept",
    "Accept-Charset",
    "Accept-Encoding",
    "Accept-Language",
    "Accept-Ranges",
    "Access-Control-Allow-Credentials",
    "Access-Control-Allow-Headers",
    "Access-Control-Allow-Methods",
    "Access-Control-Allow-Origin",
    "Access-Control-Expose-Headers",
    "Access-Control-Max-Age",
    "Access-Control-Request-Headers",
    "Access-Control-Request-Method",
    "Age",
    "Allow",
    "Alt-Svc",
    "Authorization",
    "Cache-Control",
    "Connection",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Language",
    "Content-Length",
    "Content-Location",
    "Content-Range",
    "Content-Security-Policy",
    "Content-Type",
    "Cookie",
    "Date",
    "DNT",
    "ETag",
    "Expect",
    "Expires",
    "Forwarded",
    "From",
    "Host",
    "HTTP2-Settings",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "If-Range",
    "If-Unmodified-Since",
    "Keep-Alive",
    "Last-Event-ID",
    "Last-Modified",
    "Link",
    "Location",
    "Max-Forwards",
    "Origin",
    "Pragma",
    "Priority",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "Proxy-Connection",
    "Range",
    "Referer",
    "Referrer-Policy",
    "Retry-After",
    "Sec-CH-UA",
    "Sec-CH-UA-Mobile",
    "Sec-CH-UA-Platform",
    "Sec-Fetch-Dest",
    "Sec-Fetch-Mode",
    "Sec-Fetch-Site",
    "Sec-Fetch-User",
    "Sec-GPC",
    "Sec-WebSocket-Accept",
    "Sec-WebSocket-Extensions",
    "Sec-WebSocket-Key",
    "Sec-WebSocket-Protocol",
    "Sec-WebSocket-Version",
    "Server",
    "Server-Timing",
    "Set-Cookie",
    "Strict-Transport-Security",
    "TE",
    "traceparent",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "Upgrade-Insecure-Requests",
    "User-Agent",
    "Vary",
    "Via",
    "WWW-Authenticate",
    "X-Content-Type-Options",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Frame-Options",
    "X-Request-ID",
    "X-Requested-With",
};
static_assert(names.back() == "X-Requested-With");

constexpr std::size_t shortest = 2;
constexpr std::size_t longest = 32;
constexpr std::size_t table_size = 1024;

// Bit 5 makes letters lower case; the other token characters stay apart well enough for a hash.
constexpr std::uint32_t lower(char c) noexcept {
  return static_cast<unsigned char>(c) | 0x20u;
}

constexpr std::size_t hash(std::string_view name, std::uint32_t multiplier) noexcept {
  const std::size_t n = name.size();
  const std::uint32_t sample = lower(name[0]) | lower(name[n - 1]) << 8 | lower(name[n / 2]) << 16 |
                               lower(name[n - 2]) << 24;
  return ((sample ^ static_cast<std::uint32_t>(n) * 0x9E3779B1u) * multiplier) >> 22;
}

constexpr bool is_perfect(std::uint32_t multiplier) {
  std::array<bool, table_size> taken{};
  for (std::size_t i = 1; i < names.size(); ++i) {
    bool& slot = taken[hash(names[i], multiplier)];
    if (slot) return false;
    slot = true;
  }
  return true;
}

consteval std::uint32_t find_multiplier() {
  std::uint32_t candidate = 0x85EBCA6Bu;
  while (!is_perfect(candidate)) candidate = (candidate * 1664525u + 1013904223u) | 1u;
  return candidate;
}

constexpr std::uint32_t multiplier = find_multiplier();

consteval std::array<field, table_size> make_table() {
  std::array<field, table_size> table{};
  for (std::size_t i = 1; i < names.size(); ++i) {
    table[hash(names[i], multiplier)] = static_cast<field>(i);
  }
  return table;
}

constexpr std::array<field, table_size> table = make_table();

consteval bool lengths_are_right() {
  for (std::size_t i = 1; i < names.size(); ++i) {
    if (names[i].size() < shortest || names[i].size() > longest) return false;
  }
  return true;
}
static_assert(lengths_are_right());

// The names in lower case and of one size, so that a look-up goes straight to the text.
struct lower_name {
  std::array<char, longest> text{};
  std::uint8_t size = 0;
};

consteval std::array<lower_name, field_count> make_lower_names() {
  std::array<lower_name, field_count> all{};
  for (std::size_t i = 1; i < names.size(); ++i) {
    all[i].size = static_cast<std::uint8_t>(names[i].size());
    for (std::size_t k = 0; k < names[i].size(); ++k) {
      all[i].text[k] = static_cast<char>(lower(names[i][k]));
    }
  }
  return all;
}

constexpr std::array<lower_name, field_count> lower_names = make_lower_names();

// Of the characters in our names only letters have bit 6, and these are where bit 5 does not count.
consteval bool only_letters_have_bit_6() {
  for (const std::string_view name : names) {
    for (const char c : name) {
      const bool letter = lower(c) >= 'a' && lower(c) <= 'z';
      if (letter != ((c & 0x40) != 0)) return false;
    }
  }
  return true;
}
static_assert(only_letters_have_bit_6());

enum class spelling { any_case, lower_case };

// Whether the bytes of one word are the same, but for case where any is right.
template <class Word, spelling Case>
bool same_word(const char* known, const char* name) noexcept {
  Word k, n;
  std::memcpy(&k, known, sizeof k);
  std::memcpy(&n, name, sizeof n);
  if constexpr (Case == spelling::lower_case) return k == n;
  constexpr Word bit_6 = static_cast<Word>(0x4040404040404040);
  return k == (n | (k & bit_6) >> 1);
}

// Whole words; the last one overlaps the one before it.
template <class Word, spelling Case>
bool same_words(const char* known, const char* name, std::size_t size) noexcept {
  const std::size_t last = size - sizeof(Word);
  for (std::size_t i = 0; i < last; i += sizeof(Word)) {
    if (!same_word<Word, Case>(known + i, name + i)) return false;
  }
  return same_word<Word, Case>(known + last, name + last);
}

template <spelling Case>
bool same_name(const lower_name& known, std::string_view name) noexcept {
  if (known.size != name.size()) return false;
  const char* const text = known.text.data();
  if (name.size() >= 8) return same_words<std::uint64_t, Case>(text, name.data(), name.size());
  if (name.size() >= 4) return same_words<std::uint32_t, Case>(text, name.data(), name.size());
  return same_words<std::uint16_t, Case>(text, name.data(), name.size());
}

template <spelling Case>
field find(std::string_view name) noexcept {
  if (name.size() < shortest || name.size() > longest) return field::unknown;
  const field candidate = table[hash(name, multiplier)];
  const lower_name& known = lower_names[static_cast<std::size_t>(candidate)];
  return same_name<Case>(known, name) ? candidate : field::unknown;
}

}  // namespace

std::string_view to_string(field f) noexcept {
  return names[static_cast<std::size_t>(f)];
}

field field_from(std::string_view name) noexcept {
  return find<spelling::any_case>(name);
}

field http::field_from_lower(std::string_view name) noexcept {
  return find<spelling::lower_case>(name);
}

}  // namespace asio_httpd
