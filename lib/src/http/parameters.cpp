// SPDX-License-Identifier: BSL-1.0
//
// Parameters; see the header.

#include "http/parameters.hpp"

#include <algorithm>
#include <cstddef>

#include "base/ascii.hpp"

namespace asio_httpd::http {
namespace {

// The token at the front of `rest`, which loses it; may be empty.
std::string_view take_token(std::string_view& rest) noexcept {
  const auto end = std::find_if_not(rest.begin(), rest.end(), base::is_tchar);
  const std::string_view token = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
  rest.remove_prefix(token.size());
  return token;
}

}  // namespace

bool parameter_reader::next(parameter& to) noexcept {
  const bool separated = skip_separators();
  if (rest_.empty() || malformed_) return false;
  malformed_ = !separated || !take_name(to) || !take_value(to);
  return !malformed_;
}

// Whether there was a ';' among them.
bool parameter_reader::skip_separators() noexcept {
  bool found = false;
  while (!rest_.empty() && (base::is_ows(rest_.front()) || rest_.front() == ';')) {
    found = found || rest_.front() == ';';
    rest_.remove_prefix(1);
  }
  return found;
}

bool parameter_reader::take_name(parameter& to) noexcept {
  to.name = take_token(rest_);
  if (to.name.empty() || !rest_.starts_with('=')) return false;
  rest_.remove_prefix(1);
  return true;
}

bool parameter_reader::take_value(parameter& to) noexcept {
  to.quoted = rest_.starts_with('"');
  if (to.quoted) return take_quoted(to);
  to.value = take_token(rest_);
  return !to.value.empty();
}

bool parameter_reader::take_quoted(parameter& to) noexcept {
  const std::size_t end = base::closing_quote(rest_, 0);
  if (end == std::string_view::npos) return false;
  to.value = rest_.substr(1, end - 1);
  rest_.remove_prefix(end + 1);
  return std::all_of(to.value.begin(), to.value.end(), base::is_field_content);
}

std::string_view without_parameters(std::string_view value) noexcept {
  return base::trim_ows(value.substr(0, value.find(';')));
}

std::string_view only_parameters(std::string_view value) noexcept {
  return value.substr(std::min(value.find(';'), value.size()));
}

std::string unquote(const parameter& p) {
  std::string plain;
  plain.reserve(p.value.size());
  for (std::size_t i = 0; i < p.value.size(); ++i) {
    // The last byte is no backslash: the quote behind it would not have closed.
    if (p.quoted && p.value[i] == '\\') ++i;
    plain += p.value[i];
  }
  return plain;
}

}  // namespace asio_httpd::http
