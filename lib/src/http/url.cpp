// SPDX-License-Identifier: BSL-1.0
//
// Percent-encoding; see the header.

#include <asio_httpd/url.hpp>

#include <cstddef>

#include "base/ascii.hpp"

namespace asio_httpd {

namespace {

// The byte that the two digits after `in[at] == '%'` spell, or -1.
int decode_triplet(std::string_view in, std::size_t at) noexcept {
  if (in.size() - at < 3) return -1;
  const int high = base::hex_value(in[at + 1]);
  const int low = base::hex_value(in[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

void append_triplet(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out += '%';
  out += digits[byte >> 4U];
  out += digits[byte & 15U];
}

}  // namespace

bool percent_decode(std::string_view in, std::string& out) {
  const std::size_t before = out.size();
  while (!in.empty()) {
    const std::size_t percent = in.find('%');
    out.append(in.substr(0, percent));
    if (percent == std::string_view::npos) break;
    const int byte = decode_triplet(in, percent);
    if (byte < 0) {
      out.resize(before);
      return false;
    }
    out += static_cast<char>(byte);
    in.remove_prefix(percent + 3);
  }
  return true;
}

std::string decode_urlencoded(std::string_view in) {
  std::string out;
  out.reserve(in.size());
  for (std::size_t i = 0; i < in.size(); ++i) {
    const int byte = in[i] == '%' ? decode_triplet(in, i) : -1;
    if (byte >= 0) i += 2;
    out += byte >= 0 ? static_cast<char>(byte) : in[i] == '+' ? ' ' : in[i];
  }
  return out;
}

std::string percent_encode_path(std::string_view path) {
  std::string out;
  out.reserve(path.size());
  for (const char c : path) {
    if (base::is_pchar(c) || c == '/') {
      out += c;
    } else {
      append_triplet(out, c);
    }
  }
  return out;
}

}  // namespace asio_httpd
