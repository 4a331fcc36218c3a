// SPDX-License-Identifier: BSL-1.0
//
// Text from outside made fit for a log line: control bytes, quotes' backslashes and what is not
// ASCII become \xHH, and it is cut where it is too long, so that a line stays one line and a
// terminal is not steered.

#pragma once

#include <string>
#include <string_view>

namespace asio_httpd::base {

inline std::string printable(std::string_view text, std::size_t longest = 1024) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string safe;
  for (char c : text.substr(0, longest)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '\\') {
      safe += c;
    } else {
      safe += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    }
  }
  if (text.size() > longest) safe += "...";
  return safe;
}

}  // namespace asio_httpd::base
