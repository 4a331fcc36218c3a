// SPDX-License-Identifier: BSL-1.0
//
// The request target and the Host value; see the header.

#include "http/target.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/ascii.hpp"
#include "base/word.hpp"

namespace asio_httpd::http {

namespace {

constexpr bool is_plain(char c) noexcept {
  return base::is_vchar(c) && c != '#';
}

target_error name_byte(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  if (c == ' ') return target_error::space;
  if (c == '#') return target_error::fragment;
  return byte >= 0x80 ? target_error::non_ascii : target_error::control_byte;
}

constexpr bool is_plain(std::uint64_t word) noexcept {
  return !base::has_control_byte(word) && (word & base::high_bits) == 0 &&
         !base::has_byte(word, ' ') && !base::has_byte(word, '#');
}

// Words first; where one holds a byte that does not belong, bytes.
target_error check_bytes(std::string_view text) noexcept {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (end - at >= 8 && is_plain(base::load_word(at))) at += 8;
  const char* const bad = std::find_if_not(at, end, [](char c) { return is_plain(c); });
  return bad == end ? target_error::none : name_byte(*bad);
}

// unreserved / sub-delims, in labels that are not empty. RFC 3986 also has percent-encoding here;
// no name that resolves has it, and a second spelling of a host is a way around what is decided by
// its first.
bool is_reg_name(std::string_view text) noexcept {
  char before = '.';
  for (const char c : text) {
    if (!base::is_unreserved(c) && !base::is_sub_delim(c)) return false;
    if (c == '.' && before == '.') return false;
    before = c;
  }
  return true;
}

// The grammar of inet_pton is that of RFC 3986, but it wants a terminator.
bool is_ipv6(std::string_view text) noexcept {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size()) return false;
  if (text.find('\0') != std::string_view::npos) return false;
  std::copy(text.begin(), text.end(), terminated.begin());
  in6_addr unused{};
  return inet_pton(AF_INET6, terminated.data(), &unused) == 1;
}

// "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )
bool is_ip_future(std::string_view text) noexcept {
  if (text.empty() || base::to_lower(text[0]) != 'v') return false;
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos || dot < 2 || dot + 1 == text.size()) return false;
  const std::string_view version = text.substr(1, dot - 1);
  const std::string_view address = text.substr(dot + 1);
  return std::all_of(version.begin(), version.end(), base::is_hex) &&
         std::all_of(address.begin(), address.end(), [](char c) {
           return base::is_unreserved(c) || base::is_sub_delim(c) || c == ':';
         });
}

bool is_host(std::string_view text) noexcept {
  if (!text.starts_with('[')) return is_reg_name(text);
  if (!text.ends_with(']')) return false;
  const std::string_view literal = text.substr(1, text.size() - 2);
  return is_ipv6(literal) || is_ip_future(literal);
}

bool is_port(std::string_view text) noexcept {
  std::uint64_t number = 0;
  return text.empty() || (base::parse_decimal(text, number) && number <= 65535);
}

bool is_zero(std::string_view port) noexcept {
  return port.find_first_not_of('0') == std::string_view::npos;
}

// What follows the host: nothing, or ":" and a port. The port is empty in both cases, if it is.
struct host_and_port {
  std::string_view host;
  std::string_view port;
  bool well_formed = false;
};

host_and_port split(std::string_view value) noexcept {
  host_and_port parts;
  parts.host = host_without_port(value);
  const std::string_view rest = value.substr(parts.host.size());
  parts.well_formed = rest.empty() || rest.front() == ':';
  if (parts.well_formed && !rest.empty()) parts.port = rest.substr(1);
  return parts;
}

target_error check_authority(std::string_view authority) noexcept {
  if (authority.find('@') != std::string_view::npos) return target_error::userinfo;
  if (split(authority).host.empty()) return target_error::empty_host;
  return valid_host(authority) ? target_error::none : target_error::malformed_authority;
}

// CONNECT, RFC 9112 section 3.2.3.
target_error parse_authority_form(std::string_view text, target& out) noexcept {
  if (text == "*" || text.find_first_of("/?") != std::string_view::npos) {
    return target_error::connect_not_authority;
  }
  if (const target_error error = check_authority(text); error != target_error::none) return error;
  if (is_zero(split(text).port)) return target_error::missing_port;
  out = target{};
  out.kind = target::form::authority;
  out.authority = text;
  return target_error::none;
}

// "/path?query", or "?query" and nothing at all in absolute-form: an empty path is "/".
void split_query(std::string_view text, target& out) noexcept {
  const std::size_t mark = text.find('?');
  out.path = text.substr(0, mark);
  if (out.path.empty()) out.path = "/";
  out.has_query = mark != std::string_view::npos;
  if (out.has_query) out.query = text.substr(mark + 1);
}

// RFC 9112 section 3.2.2; `colon` is where "://" stands.
target_error parse_absolute_form(std::string_view text, std::size_t colon, target& out) noexcept {
  const std::string_view scheme = text.substr(0, colon);
  if (!base::iequals(scheme, "http") && !base::iequals(scheme, "https")) {
    return target_error::unsupported_scheme;
  }
  text.remove_prefix(colon + 3);
  const std::string_view authority = text.substr(0, text.find_first_of("/?"));
  const target_error error = check_authority(authority);
  if (error != target_error::none) return error;
  out = target{};
  out.kind = target::form::absolute;
  out.scheme = scheme;
  out.authority = authority;
  split_query(text.substr(authority.size()), out);
  return target_error::none;
}

target_error parse_asterisk_form(std::string_view text, method m, target& out) noexcept {
  if (m != method::options) return target_error::asterisk_not_options;
  out = target{};
  out.kind = target::form::asterisk;
  out.path = text;
  return target_error::none;
}

target_error parse_origin_form(std::string_view text, target& out) noexcept {
  out = target{};
  split_query(text, out);
  return target_error::none;
}

}  // namespace

std::string_view to_string(target_error error) noexcept {
  switch (error) {
    case target_error::none:
      return "no error";
    case target_error::empty:
      return "empty request target";
    case target_error::control_byte:
      return "control byte in the request target";
    case target_error::space:
      return "space in the request target";
    case target_error::non_ascii:
      return "byte above 0x7f in the request target";
    case target_error::fragment:
      return "fragment in the request target";
    case target_error::unknown_form:
      return "request target in none of the four forms";
    case target_error::asterisk_not_options:
      return "asterisk-form with a method other than OPTIONS";
    case target_error::connect_not_authority:
      return "CONNECT without authority-form";
    case target_error::missing_port:
      return "CONNECT without a port";
    case target_error::unsupported_scheme:
      return "scheme of the request target is neither http nor https";
    case target_error::userinfo:
      return "userinfo in the request target";
    case target_error::empty_host:
      return "empty host in the request target";
    case target_error::malformed_authority:
      return "malformed host or port in the request target";
  }
  return "unknown error";
}

target_error parse_target(std::string_view text, method m, target& out) noexcept {
  if (text.empty()) return target_error::empty;
  if (const target_error error = check_bytes(text); error != target_error::none) return error;
  if (m == method::connect) return parse_authority_form(text, out);
  if (text.front() == '/') return parse_origin_form(text, out);
  if (text == "*") return parse_asterisk_form(text, m, out);
  const std::size_t colon = text.find("://");
  // The first slash must be the one of "://": "go?to=http://host" has no scheme.
  if (colon == std::string_view::npos || text.find_first_of("/?") != colon + 1) {
    return target_error::unknown_form;
  }
  return parse_absolute_form(text, colon, out);
}

bool valid_host(std::string_view value, empty_host policy) noexcept {
  if (value.empty()) return policy == empty_host::allow;
  const host_and_port parts = split(value);
  return parts.well_formed && !parts.host.empty() && is_host(parts.host) && is_port(parts.port);
}

std::string_view host_without_port(std::string_view value) noexcept {
  if (value.starts_with('[')) {
    const std::size_t close = value.find(']');
    return close == std::string_view::npos ? value : value.substr(0, close + 1);
  }
  std::size_t size = 0;  // short: a loop is faster than a call
  while (size < value.size() && value[size] != ':') ++size;
  return value.substr(0, size);
}

}  // namespace asio_httpd::http
