// SPDX-License-Identifier: BSL-1.0
//
// Escapes and line ends.

#include "testing/shown.hpp"

namespace asio_httpd::testing {
namespace {

// Bytes beyond ASCII are left alone: they may be letters.
void append_visible(std::string& to, char c) {
  static constexpr char digits[] = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  if (c == '\r') {
    to += "\\r";
  } else if (c == '\n') {
    to += "\\n";
  } else if (byte < 0x20 || byte == 0x7f) {
    to += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
  } else {
    to += c;
  }
}

}  // namespace

std::string shown(std::string_view bytes, std::uint64_t total) {
  constexpr std::string_view indent = "\n  ";
  bytes = bytes.substr(0, most_shown);
  std::string text;
  bool at_line_start = true;
  for (const char c : bytes) {
    if (at_line_start) text += indent;
    append_visible(text, c);
    at_line_start = c == '\n';
  }
  if (total > bytes.size()) {
    text.append(indent).append("... and ").append(std::to_string(total - bytes.size()));
    text += " bytes more";
  }
  return text;
}

}  // namespace asio_httpd::testing
