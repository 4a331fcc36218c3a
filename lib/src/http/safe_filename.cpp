// SPDX-License-Identifier: BSL-1.0
//
// Safe file names; see the header. What is dropped is dropped first, so that it cannot hide dots.

#include <asio_httpd/safe_filename.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace asio_httpd {
namespace {

constexpr std::size_t longest_name = 255;  // NAME_MAX of Linux

constexpr bool is_control(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

}  // namespace

std::optional<std::string> safe_filename(std::string_view sent) {
  const std::string_view last = sent.substr(sent.find_last_of("/\\") + 1);  // npos + 1 is the whole
  std::string name;
  std::remove_copy_if(last.begin(), last.end(), std::back_inserter(name), is_control);
  const bool only_dots = name.find_first_not_of('.') == std::string::npos;  // or empty
  if (only_dots || name.size() > longest_name) return std::nullopt;
  return name;
}

}  // namespace asio_httpd
