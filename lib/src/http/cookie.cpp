// SPDX-License-Identifier: BSL-1.0
//
// Cookies; see the header. Reading is lenient as browsers are, writing follows the grammar.

#include <asio_httpd/cookie.hpp>
#include <asio_httpd/date.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "base/ascii.hpp"

namespace asio_httpd {
namespace {

constexpr std::size_t largest_pair = 4096;       // section 5.6: browsers ignore more
constexpr std::size_t largest_attribute = 1024;  // the same
constexpr std::size_t longest_host = 255;

constexpr std::string_view secure_prefix = "__Secure-";
constexpr std::string_view host_prefix = "__Host-";

void require(bool condition, const char* sentence) {
  if (!condition) throw std::invalid_argument(std::string("asio_httpd: a cookie's ") + sentence);
}

template <class Is>
bool all_of(std::string_view text, Is is) {
  return std::all_of(text.begin(), text.end(), is);
}

// cookie-octet, section 4.1.1.
constexpr bool is_value_byte(char c) noexcept {
  return base::is_vchar(c) && c != '"' && c != ',' && c != ';' && c != '\\';
}

// av-octet.
constexpr bool is_attribute_byte(char c) noexcept {
  return (base::is_vchar(c) || c == ' ') && c != ';';
}

constexpr bool is_host_byte(char c) noexcept {
  return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '.';
}

// Browsers compare these without case (section 5.7).
bool has_prefix(std::string_view name, std::string_view prefix) noexcept {
  return base::iequals(name.substr(0, prefix.size()), prefix);
}

bool needs_secure(std::string_view name) noexcept {
  return has_prefix(name, secure_prefix) || has_prefix(name, host_prefix);
}

std::string_view text_of(same_site s) noexcept {
  switch (s) {
    case same_site::strict:
      return "Strict";
    case same_site::lax:
      return "Lax";
    case same_site::none:
      break;
  }
  return "None";
}

std::string date_of(std::int64_t unix_seconds) {
  std::array<char, http_date_size> date;
  format_http_date(unix_seconds, date.data());
  return {date.data(), date.size()};
}

}  // namespace

std::optional<std::string_view> cookie(const request& r, std::string_view name) noexcept {
  for (const auto& c : cookies(r)) {
    if (c.name == name) return c.value;
  }
  return std::nullopt;
}

// "a=b; c=d", with any white space around the names and the values.
cookies::const_iterator& cookies::const_iterator::operator++() noexcept {
  for (;;) {
    if (rest_.empty() && !next_line()) return *this;
    const std::string_view untrimmed = rest_.substr(0, rest_.find(';'));
    rest_.remove_prefix(std::min(untrimmed.size() + 1, rest_.size()));
    const std::string_view pair = base::trim_ows(untrimmed);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const bool named = equals != std::string_view::npos;
    current_.name = named ? base::trim_ows(pair.substr(0, equals)) : std::string_view();
    current_.value = named ? base::trim_ows(pair.substr(equals + 1)) : pair;
    return *this;
  }
}

bool cookies::const_iterator::next_line() noexcept {
  while (line_ != end_) {
    const auto line = *line_++;
    if (line.id != field::cookie) continue;
    rest_ = line.value;
    return true;
  }
  at_end_ = true;
  return false;
}

set_cookie::set_cookie(std::string_view name, std::string_view value) : name_(name), value_(value) {
  require(!name.empty() && all_of(name, base::is_tchar), "name must be a token");
  require(all_of(value, is_value_byte), "value must be visible ASCII without \" , ; and \\");
  require(name.size() + value.size() <= largest_pair, "name and value have 4,096 bytes at most");
}

set_cookie& set_cookie::path(std::string_view p) {
  require(p.empty() || p.front() == '/', "path must begin with '/'");
  require(p.size() <= largest_attribute && all_of(p, is_attribute_byte),
          "path must be 1,024 bytes of ASCII at most, without control bytes and ';'");
  path_ = p;
  return *this;
}

set_cookie& set_cookie::domain(std::string_view d) {
  require(d.size() <= longest_host && all_of(d, is_host_byte), "domain must be a host name");
  domain_ = d;
  return *this;
}

set_cookie& set_cookie::max_age(std::chrono::seconds age) {
  require(age >= std::chrono::seconds::zero(), "max_age must not be negative");
  max_age_ = age;
  return *this;
}

set_cookie& set_cookie::expires(std::int64_t unix_seconds) noexcept {
  expires_ = unix_seconds;
  return *this;
}

set_cookie& set_cookie::secure(bool on) noexcept {
  secure_ = on;
  return *this;
}

set_cookie& set_cookie::http_only(bool on) noexcept {
  http_only_ = on;
  return *this;
}

set_cookie& set_cookie::same_site(asio_httpd::same_site s) noexcept {
  same_site_ = s;
  return *this;
}

set_cookie& set_cookie::partitioned(bool on) noexcept {
  partitioned_ = on;
  return *this;
}

void set_cookie::require_consistent() const {
  require(secure_ || !needs_secure(name_), "prefix __Secure- or __Host- needs secure()");
  if (has_prefix(name_, host_prefix)) {
    require(path_ == "/" && domain_.empty(), "prefix __Host- needs Path=/ and no domain");
  }
  require(secure_ || same_site_ != same_site::none, "SameSite=None needs secure()");
  require(secure_ || !partitioned_, "attribute Partitioned needs secure()");
}

std::string set_cookie::to_string() const {
  require_consistent();
  std::string text = name_ + '=' + value_;
  if (!path_.empty()) text.append("; Path=").append(path_);
  if (!domain_.empty()) text.append("; Domain=").append(domain_);
  if (max_age_) text.append("; Max-Age=").append(std::to_string(max_age_->count()));
  if (expires_) text.append("; Expires=").append(date_of(*expires_));
  if (secure_) text += "; Secure";
  if (http_only_) text += "; HttpOnly";
  text.append("; SameSite=").append(text_of(same_site_));
  if (partitioned_) text += "; Partitioned";
  return text;
}

set_cookie expired_cookie(std::string_view name) {
  set_cookie made(name, "");
  made.max_age(std::chrono::seconds(0)).expires(0).secure(needs_secure(name));
  return made;
}

}  // namespace asio_httpd
