// SPDX-License-Identifier: BSL-1.0
//
// Escaping. Plain runs are appended as a whole; a byte that needs more is looked at alone.

#include <asio_httpd/escape.hpp>

#include <algorithm>
#include <cstdint>

namespace asio_httpd {

namespace {

constexpr char hex_digits[] = "0123456789abcdef";
constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

std::uint8_t byte_at(std::string_view text, std::size_t i) {
  return static_cast<std::uint8_t>(text[i]);
}

bool is_plain(char c) {
  return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

void append_hex(std::string& to, std::string_view prefix, std::uint8_t byte) {
  to += prefix;
  to += hex_digits[byte >> 4];
  to += hex_digits[byte & 0xf];
}

// Appends the plain bytes from `begin` on and returns where they end.
std::size_t append_plain_run(std::string& to, std::string_view text, std::size_t begin) {
  std::size_t end = begin;
  while (end < text.size() && is_plain(text[end])) ++end;
  to += text.substr(begin, end - begin);
  return end;
}

// What may follow the first byte of a sequence (Unicode 15, table 3-7).
struct sequence_rule {
  std::size_t length;  // 0: no first byte
  std::uint8_t second_low;
  std::uint8_t second_high;
};

sequence_rule rule_of(std::uint8_t first) {
  if (first >= 0xc2 && first <= 0xdf) return {2, 0x80, 0xbf};
  if (first == 0xe0) return {3, 0xa0, 0xbf};
  if (first == 0xed) return {3, 0x80, 0x9f};
  if (first >= 0xe1 && first <= 0xef) return {3, 0x80, 0xbf};
  if (first == 0xf0) return {4, 0x90, 0xbf};
  if (first >= 0xf1 && first <= 0xf3) return {4, 0x80, 0xbf};
  if (first == 0xf4) return {4, 0x80, 0x8f};
  return {0, 0, 0};
}

// The length of the valid UTF-8 sequence of several bytes at `at`; 0 where there is none.
std::size_t utf8_sequence(std::string_view text, std::size_t at) {
  const sequence_rule rule = rule_of(byte_at(text, at));
  if (rule.length == 0 || text.size() - at < rule.length) return 0;
  const std::uint8_t second = byte_at(text, at + 1);
  if (second < rule.second_low || second > rule.second_high) return 0;
  for (std::size_t i = 2; i < rule.length; ++i) {
    if ((byte_at(text, at + i) & 0xc0) != 0x80) return 0;
  }
  return rule.length;
}

// Appends the character at `at`, which is not plain, and returns how many bytes it took.
std::size_t append_json_character(std::string& to, std::string_view text, std::size_t at) {
  const std::uint8_t byte = byte_at(text, at);
  if (byte == '"' || byte == '\\') {
    to += '\\';
    to += text[at];
    return 1;
  }
  if (byte < 0x80) {
    append_hex(to, "\\u00", byte);
    return 1;
  }
  const std::size_t length = utf8_sequence(text, at);
  if (length == 0) {
    to += replacement;
    return 1;
  }
  if (byte == 0xc2 && byte_at(text, at + 1) < 0xa0) {  // U+0080 to U+009F
    append_hex(to, "\\u00", byte_at(text, at + 1));
  } else {
    to += text.substr(at, length);
  }
  return length;
}

std::string_view character_reference(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    default:
      return "&#39;";
  }
}

}  // namespace

void append_log_text(std::string& to, std::string_view text, std::size_t limit) {
  const std::string_view shown = text.substr(0, limit);
  for (std::size_t i = append_plain_run(to, shown, 0); i < shown.size();) {
    append_hex(to, "\\x", byte_at(shown, i));
    i = append_plain_run(to, shown, i + 1);
  }
  if (text.size() > limit) to += "...";
}

void append_json_string(std::string& to, std::string_view text, std::size_t limit) {
  const std::string_view shown = text.substr(0, limit);
  to += '"';
  for (std::size_t i = append_plain_run(to, shown, 0); i < shown.size();) {
    i += append_json_character(to, shown, i);
    i = append_plain_run(to, shown, i);
  }
  if (text.size() > limit) to += "...";
  to += '"';
}

void append_html(std::string& to, std::string_view text) {
  while (!text.empty()) {
    const std::size_t plain = std::min(text.find_first_of("&<>\"'"), text.size());
    to += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return;
    to += character_reference(text.front());
    text.remove_prefix(1);
  }
}

std::string escape_html(std::string_view text) {
  std::string made;
  append_html(made, text);
  return made;
}

std::string valid_utf8(std::string_view text) {
  std::string made;
  made.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = byte_at(text, i) < 0x80 ? 1 : utf8_sequence(text, i);
    made += length != 0 ? text.substr(i, length) : replacement;
    i += std::max<std::size_t>(length, 1);
  }
  return made;
}

}  // namespace asio_httpd
