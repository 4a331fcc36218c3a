// SPDX-License-Identifier: BSL-1.0
//
// A sorted vector: wildcards are kept as ".example.com", so the suffixes of a host name that begin
// at a dot are looked up just as the name itself is.

#include "routing/host_table.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/ascii.hpp"
#include "routing/pattern.hpp"

namespace asio_httpd::routing {
namespace {

constexpr bool is_name_byte(char c) noexcept {
  return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '.' || c == '_';
}

// "[::1]"; what is between the brackets is compared as text.
bool is_ip_literal(std::string_view text) noexcept {
  return text.size() > 2 && text.rfind('[') == 0 && text.find(']') == text.size() - 1 &&
         text.find_first_not_of("0123456789abcdef:.v[]") == std::string_view::npos;
}

bool is_host_name(std::string_view text) noexcept {
  return !text.empty() && text.find("..") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), is_name_byte);
}

std::string_view without_final_dot(std::string_view host) noexcept {
  if (host.ends_with('.')) host.remove_suffix(1);
  return host;
}

}  // namespace

std::string normalize_host(std::string_view host) {
  if (host.empty()) return {};
  const bool wildcard = host.starts_with("*.");
  std::string normal(without_final_dot(host.substr(wildcard ? 2 : 0)));
  std::transform(normal.begin(), normal.end(), normal.begin(), base::to_lower);
  const bool named = is_host_name(normal) && normal.front() != '.';
  if ((!named && (wildcard || !is_ip_literal(normal))) ||
      normal.size() >= host_table::max_host_length) {
    throw std::invalid_argument("\"" + printable(host) +
                                "\" is not a host to route by: write a name without scheme and port"
                                " (example.com), a wildcard (*.example.com), or nothing for any");
  }
  return wildcard ? "." + normal : normal;
}

std::uint32_t& host_table::value_of(std::string_view normal) {
  if (normal.empty()) return any_;
  const auto where = position(normal);
  if (where != named_.end() && where->name == normal) {
    return named_[static_cast<std::size_t>(where - named_.begin())].value;
  }
  return named_.insert(where, entry{std::string(normal), none})->value;
}

// Empty when the host cannot be in the table; an entry's leading dot must not be spelled by a
// client.
std::string_view host_table::lower(std::string_view host, name_buffer& buffer) noexcept {
  host = without_final_dot(host);
  if (host.size() > buffer.size() || host.starts_with('.')) return {};
  std::transform(host.begin(), host.end(), buffer.begin(), base::to_lower);
  return {buffer.data(), host.size()};
}

std::uint32_t host_table::find(std::string_view normal) const noexcept {
  const auto where = position(normal);
  return where != named_.end() && where->name == normal ? where->value : none;
}

std::vector<host_table::entry>::const_iterator host_table::position(
    std::string_view normal) const noexcept {
  return std::lower_bound(named_.begin(), named_.end(), normal,
                          [](const entry& e, std::string_view name) { return e.name < name; });
}

}  // namespace asio_httpd::routing
