// SPDX-License-Identifier: BSL-1.0
//
// Bytes first, then lines, then the message.

#include "http2/message_rules.hpp"

#include "base/ascii.hpp"
#include "base/word.hpp"
#include "http/field_syntax.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace asio_httpd::http2 {
namespace {

// --- bytes ---------------------------------------------------------------------------------------

template <class Belongs>
consteval std::array<bool, 256> table_of(Belongs belongs) {
  std::array<bool, 256> table{};
  for (unsigned c = 0; c < 256; ++c) table[c] = belongs(static_cast<char>(c));
  return table;
}

// RFC 9113 section 8.2.1: no capitals.
constexpr auto name_bytes =
    table_of([](char c) { return base::is_tchar(c) && base::to_lower(c) == c; });
constexpr auto method_bytes = table_of(base::is_tchar);
// What any host, port, IP literal or userinfo may have; which one it is, is looked at later.
constexpr auto authority_bytes =
    table_of([](char c) { return base::is_pchar(c) || c == '%' || c == '[' || c == ']'; });

bool consists_of(const std::array<bool, 256>& set, std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(),
                     [&set](char c) { return set[static_cast<unsigned char>(c)]; });
}

// Neither a control byte nor a space. What else no path has gets an answer.
bool is_path(std::string_view text) noexcept {
  return !base::any_word(text, [](std::uint64_t word) {
    return base::has_byte_below(word, 0x21) || base::has_byte(word, 0x7f);
  });
}

// RFC 3986 section 3.1.
bool is_scheme(std::string_view text) noexcept {
  return base::is_alpha(text.front()) && std::all_of(text.begin(), text.end(), [](char c) {
           return base::is_alpha(c) || base::is_digit(c) || c == '+' || c == '-' || c == '.';
         });
}

bool is_http(std::string_view scheme) noexcept {
  return scheme == "https" || scheme == "http" || base::iequals(scheme, "https") ||
         base::iequals(scheme, "http");
}

// RFC 9113 section 8.2.1: white space at the ends is part of no value, and has not been taken off.
bool is_value(std::string_view text) noexcept {
  if (text.empty()) return true;
  return !base::is_ows(text.front()) && !base::is_ows(text.back()) && http::valid_field_value(text);
}

pseudo_field pseudo_field_from(std::string_view name) noexcept {
  if (!name.starts_with(':')) return pseudo_field::none;
  if (name == ":path") return pseudo_field::path;
  if (name == ":method") return pseudo_field::method;
  if (name == ":scheme") return pseudo_field::scheme;
  if (name == ":authority") return pseudo_field::authority;
  if (name == ":protocol") return pseudo_field::protocol;
  return pseudo_field::unknown;
}

}  // namespace

// --- lines ---------------------------------------------------------------------------------------

field_line::field_line(std::string_view name_of_it, std::string_view value_of_it) noexcept
    : name(name_of_it), value(value_of_it), pseudo(pseudo_field_from(name)) {
  if (pseudo == pseudo_field::none) id = http::field_from_lower(name);
}

bool message_rules::accept_line(const field_line& line, std::string_view known_host) noexcept {
  return line.pseudo == pseudo_field::none ? accept_field(line) : accept_pseudo(line, known_host);
}

bool message_rules::accept_trailer(const field_line& line) noexcept {
  return line.pseudo == pseudo_field::none && accept_field(line);
}

bool message_rules::accept_once(mark m, std::string_view value) noexcept {
  if (has(m) || value.empty()) return false;
  seen_ |= m;
  return true;
}

// Each once, and before all others (RFC 9113 section 8.3).
bool message_rules::accept_pseudo(const field_line& line, std::string_view known_host) noexcept {
  if (has(a_field)) return false;
  switch (line.pseudo) {
    case pseudo_field::method:
      return accept_once(method, line.value) && accept_method(line.value);
    case pseudo_field::scheme:
      return accept_once(scheme, line.value) && accept_scheme(line.value);
    case pseudo_field::authority:
      return accept_once(authority, line.value) &&
             (line.value == known_host || consists_of(authority_bytes, line.value));
    case pseudo_field::path:
      return accept_once(path, line.value) && accept_path(line.value);
    case pseudo_field::protocol:
      return accept_once(protocol, line.value) && is_value(line.value);
    case pseudo_field::none:
    case pseudo_field::unknown:
      break;
  }
  return false;
}

bool message_rules::accept_method(std::string_view value) noexcept {
  if (value == "CONNECT") seen_ |= connect;
  if (value == "OPTIONS") seen_ |= options;
  return consists_of(method_bytes, value);
}

bool message_rules::accept_scheme(std::string_view value) noexcept {
  if (is_http(value)) seen_ |= http_scheme;
  return has(http_scheme) || is_scheme(value);
}

bool message_rules::accept_path(std::string_view value) noexcept {
  if (value.front() == '/') seen_ |= path_from_root;
  if (value == "*") seen_ |= asterisk;
  return is_path(value);
}

// Fields of connections are refused (RFC 9113 section 8.2.2).
bool message_rules::accept_field(const field_line& line) noexcept {
  seen_ |= a_field;
  switch (line.id) {
    case field::connection:
    case field::keep_alive:
    case field::proxy_connection:
    case field::transfer_encoding:
    case field::upgrade:
      return false;
    case field::te:
      return base::iequals(line.value, "trailers");
    case field::host:
      return accept_once(host, line.value) && consists_of(authority_bytes, line.value);
    case field::content_length:
      return accept_length(line.value);
    case field::unknown:
      return !line.name.empty() && consists_of(name_bytes, line.name) && is_value(line.value);
    default:
      return is_value(line.value);
  }
}

// Once, also where both say the same.
bool message_rules::accept_length(std::string_view value) noexcept {
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  return length_ == no_length && base::parse_decimal(value, length_) && length_ <= most;
}

// --- the message ---------------------------------------------------------------------------------

// RFC 9113 section 8.3.1; of CONNECT section 8.5, and RFC 8441 section 4 where it names a protocol.
bool message_rules::accept_head() noexcept {
  if (has(connect) && !has(protocol)) {
    length_ = no_length;  // what follows is no content
    return has(authority) && !has(scheme | path);
  }
  if (!has_all(method | scheme | path) || !has(authority | host)) return false;
  if (has(protocol) && !has_all(connect | authority)) return false;
  return !has(http_scheme) || has(path_from_root) || has_all(options | asterisk);
}

bool message_rules::accept_content(std::size_t n) noexcept {
  received_ += n;
  return received_ <= length_;
}

}  // namespace asio_httpd::http2
