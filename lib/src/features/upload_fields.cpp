// SPDX-License-Identifier: BSL-1.0
//
// Items with parameters have none that are known, and are not taken.

#include "features/upload_fields.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace asio_httpd::features {
namespace {

constexpr std::size_t most_digits = 15;  // RFC 8941 section 3.3.1

std::optional<std::uint64_t> number(std::string_view text) noexcept {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || text.size() > most_digits || !std::all_of(text.begin(), text.end(), is_digit))
    return std::nullopt;
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

std::optional<bool> upload_complete(const fields& f) {
  const std::string_view text = f.get("upload-complete");
  if (text == "?1") return true;
  if (text == "?0") return false;
  return std::nullopt;
}

std::optional<std::uint64_t> upload_offset(const fields& f) {
  return number(f.get("upload-offset"));
}

std::optional<std::uint64_t> upload_length(const fields& f) {
  return number(f.get("upload-length"));
}

std::string_view to_item(bool value) noexcept {
  return value ? "?1" : "?0";
}

}  // namespace asio_httpd::features
