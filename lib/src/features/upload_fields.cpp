// SPDX-License-Identifier: BSL-1.0
//
// Parameters are those of later versions: they are ignored (RFC 8941 section 1.2).

#include "features/upload_fields.hpp"

#include <asio_httpd/response.hpp>

#include <algorithm>
#include <charconv>
#include <string>
#include <system_error>

#include "features/upload_conditions.hpp"

namespace asio_httpd::features {
namespace {

constexpr std::size_t most_digits = 15;  // RFC 8941 section 3.3.1

// The value without its parameters. Several lines are one that is no item.
std::string item(const fields& f, std::string_view name) {
  const std::string all = joined_value(f, name);
  return all.substr(0, all.find(';'));
}

std::optional<std::uint64_t> number(std::string_view text) noexcept {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || text.size() > most_digits || !std::all_of(text.begin(), text.end(), is_digit))
    return std::nullopt;
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

// To take a part for the whole is worse than to refuse it.
std::optional<bool> upload_complete(const fields& f) {
  if (!f.contains("upload-complete")) return std::nullopt;
  const std::string text = item(f, "upload-complete");
  if (text == "?1") return true;
  if (text == "?0") return false;
  throw http_error(status::bad_request, "Upload-Complete is neither ?1 nor ?0\n");
}

std::optional<std::uint64_t> upload_offset(const fields& f) {
  return number(item(f, "upload-offset"));
}

std::optional<std::uint64_t> upload_length(const fields& f) {
  return number(item(f, "upload-length"));
}

std::string_view to_item(bool value) noexcept {
  return value ? "?1" : "?0";
}

}  // namespace asio_httpd::features
