// SPDX-License-Identifier: BSL-1.0
//
// Bytes of HTTP and URI text: classes, case, numbers, and the comma-separated list.
// One 256-entry table answers every "is this byte a ..." question (RFC 9110 section 5.6, RFC 3986
// section 2); nothing here asks the C locale, and bytes from 0x80 up are never letters.
// Everything is a pure function on views: it allocates nothing, keeps nothing, and runs on any
// thread.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>

namespace asio_httpd::base {

namespace ascii_detail {

enum byte_class : std::uint8_t {
  digit = 1,
  alpha = 2,
  hex = 4,
  tchar = 8,
  vchar = 16,
  field = 32,
  unreserved = 64,
  sub_delim = 128,
};

constexpr bool contains(std::string_view set, char c) noexcept {
  return set.find(c) != std::string_view::npos;
}

constexpr std::uint8_t classify(unsigned byte) noexcept {
  const bool is_number = byte >= '0' && byte <= '9';
  const bool is_upper = byte >= 'A' && byte <= 'Z';
  const bool is_lower = byte >= 'a' && byte <= 'z';
  const bool is_letter = is_upper || is_lower;
  const bool is_visible = byte >= 0x21 && byte <= 0x7e;
  const char c = static_cast<char>(byte);
  unsigned bits = 0;
  if (is_number) bits |= digit;
  if (is_letter) bits |= alpha;
  if (is_number || (byte >= 'A' && byte <= 'F') || (byte >= 'a' && byte <= 'f')) bits |= hex;
  if (is_number || is_letter || (is_visible && contains("!#$%&'*+-.^_`|~", c))) bits |= tchar;
  if (is_visible) bits |= vchar;
  if (is_visible || byte == ' ' || byte == '\t' || byte >= 0x80) bits |= field;
  if (is_number || is_letter || (is_visible && contains("-._~", c))) bits |= unreserved;
  if (is_visible && contains("!$&'()*+,;=", c)) bits |= sub_delim;
  return static_cast<std::uint8_t>(bits);
}

constexpr std::array<std::uint8_t, 256> make_class_table() noexcept {
  std::array<std::uint8_t, 256> table{};
  for (unsigned byte = 0; byte < 256; ++byte) table[byte] = classify(byte);
  return table;
}

constexpr std::array<std::int8_t, 256> make_hex_table() noexcept {
  std::array<std::int8_t, 256> table{};
  for (auto& value : table) value = -1;
  for (unsigned i = 0; i < 16; ++i) {
    table[static_cast<unsigned char>("0123456789abcdef"[i])] = static_cast<std::int8_t>(i);
    table[static_cast<unsigned char>("0123456789ABCDEF"[i])] = static_cast<std::int8_t>(i);
  }
  return table;
}

inline constexpr std::array<std::uint8_t, 256> class_table = make_class_table();
inline constexpr std::array<std::int8_t, 256> hex_table = make_hex_table();

constexpr bool has(char c, unsigned classes) noexcept {
  return (class_table[static_cast<unsigned char>(c)] & classes) != 0;
}

}  // namespace ascii_detail

constexpr bool is_digit(char c) noexcept {
  return ascii_detail::has(c, ascii_detail::digit);
}
constexpr bool is_alpha(char c) noexcept {
  return ascii_detail::has(c, ascii_detail::alpha);
}
constexpr bool is_hex(char c) noexcept {
  return ascii_detail::has(c, ascii_detail::hex);
}

// A byte of a token: method, field name, list member (RFC 9110 section 5.6.2).
constexpr bool is_tchar(char c) noexcept {
  return ascii_detail::has(c, ascii_detail::tchar);
}

// Visible ASCII, 0x21 to 0x7e.
constexpr bool is_vchar(char c) noexcept {
  return ascii_detail::has(c, ascii_detail::vchar);
}

// A byte that a field value may hold: visible ASCII, 0x80 and up, space, tab (RFC 9110
// section 5.5).
constexpr bool is_field_content(char c) noexcept {
  return ascii_detail::has(c, ascii_detail::field);
}

// RFC 3986 section 2.3 and 2.2.
constexpr bool is_unreserved(char c) noexcept {
  return ascii_detail::has(c, ascii_detail::unreserved);
}
constexpr bool is_sub_delim(char c) noexcept {
  return ascii_detail::has(c, ascii_detail::sub_delim);
}

// A byte of a path segment that stands for itself (RFC 3986 section 3.3, without "%").
constexpr bool is_pchar(char c) noexcept {
  return ascii_detail::has(c, ascii_detail::unreserved | ascii_detail::sub_delim) || c == ':' ||
         c == '@';
}

// Optional white space: space and tab (RFC 9110 section 5.6.3).
constexpr bool is_ows(char c) noexcept {
  return c == ' ' || c == '\t';
}

// 0 to 15, or -1 when the byte is no hexadecimal digit.
constexpr int hex_value(char c) noexcept {
  return ascii_detail::hex_table[static_cast<unsigned char>(c)];
}

constexpr char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

// Equal when ASCII letters are compared without case.
constexpr bool iequals(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  }
  return true;
}

constexpr std::string_view trim_ows(std::string_view text) noexcept {
  while (!text.empty() && is_ows(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_ows(text.back())) text.remove_suffix(1);
  return text;
}

// Digits only: no sign, no space, no underscore, not empty. False, with `out` untouched, for
// anything else and for a value that does not fit.
constexpr bool parse_decimal(std::string_view text, std::uint64_t& out) noexcept {
  constexpr std::uint64_t limit = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return false;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (limit - digit) / 10) return false;
    value = value * 10 + digit;
  }
  if (text.empty()) return false;
  out = value;
  return true;
}

// Where the quoted-string that opens at `text[open]` closes, or npos when it never does.
constexpr std::size_t closing_quote(std::string_view text, std::size_t open) noexcept {
  for (std::size_t i = open + 1; i < text.size(); ++i) {
    if (text[i] == '"') return i;
    if (text[i] == '\\') ++i;
  }
  return std::string_view::npos;
}

namespace ascii_detail {

// Where the first list element ends: a comma outside quotes, or the end; npos for an open quote.
constexpr std::size_t element_end(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ',') return i;
    if (text[i] != '"') continue;
    i = closing_quote(text, i);
    if (i == std::string_view::npos) return i;
  }
  return text.size();
}

template <typename F>
constexpr bool visit(F& f, std::string_view element) {
  if constexpr (std::is_void_v<std::invoke_result_t<F&, std::string_view>>) {
    f(element);
    return true;
  } else {
    return static_cast<bool>(f(element));
  }
}

}  // namespace ascii_detail

// Calls `f(element)` for each non-empty member of a comma-separated list, trimmed, in order; empty
// members are skipped as RFC 9110 section 5.6.1.2 asks, and a comma within a quoted-string does not
// divide. `f` returns nothing, or false to stop. The result is false when `f` stopped, or when a
// quoted-string does not end; the members before it have then been visited already.
template <typename F>
constexpr bool for_each_element(std::string_view value, F&& f) {
  while (true) {
    const std::size_t end = ascii_detail::element_end(value);
    if (end == std::string_view::npos) return false;
    const std::string_view element = trim_ows(value.substr(0, end));
    if (!element.empty() && !ascii_detail::visit(f, element)) return false;
    if (end == value.size()) return true;
    value.remove_prefix(end + 1);
  }
}

}  // namespace asio_httpd::base
