// SPDX-License-Identifier: BSL-1.0
//
// Names of files that are saved; see the header. In `filename`, quotes, backslashes and percents
// are avoided instead of escaped, because browsers differ in what they make of them (RFC 6266
// appendix D).

#include "features/attachment.hpp"

#include <asio_httpd/escape.hpp>

#include <algorithm>

namespace asio_httpd::features {

namespace {

bool is_control(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool is_ascii(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x80;
}

// Of the bytes of a character in UTF-8, all but the first.
bool continues_character(char c) noexcept {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

// What no file can be called, or none should.
std::string without_controls(std::string_view name) {
  std::string made = valid_utf8(name);
  std::replace_if(
      made.begin(), made.end(), [](char c) { return c == '/' || is_control(c); }, '_');
  return made;
}

// Fit for a quoted string that nobody reads in two ways.
std::string in_plain_ascii(std::string_view name) {
  std::string made;
  for (const char c : name) {
    if (continues_character(c)) continue;
    made += is_ascii(c) && c != '"' && c != '\\' && c != '%' ? c : '_';
  }
  return made;
}

// attr-char of RFC 8187 section 3.2.1.
bool stands_for_itself(char c) noexcept {
  const bool alphanumeric =
      (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  return alphanumeric || std::string_view("!#$&+-.^_`|~").find(c) != std::string_view::npos;
}

void append_encoded(std::string& to, std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (stands_for_itself(c)) {
      to += c;
    } else {
      to.append("%").append(1, digits[byte >> 4U]).append(1, digits[byte & 15U]);
    }
  }
}

}  // namespace

std::string attachment_disposition(std::string_view name) {
  std::string made = "attachment";
  if (name.empty()) return made;
  const std::string whole = without_controls(name);
  const std::string plain = in_plain_ascii(whole);
  made.append("; filename=\"").append(plain).append("\"");
  if (plain == whole) return made;
  made += "; filename*=UTF-8''";
  append_encoded(made, whole);
  return made;
}

}  // namespace asio_httpd::features
