// SPDX-License-Identifier: BSL-1.0
//
// Pseudo-header fields instead of lines, and what concerns one connection only left out.

#include "testing/http2_heads.hpp"

#include "base/ascii.hpp"
#include "http/method.hpp"
#include "http/target.hpp"

#include <asio_httpd/field.hpp>
#include <asio_httpd/method.hpp>
#include <asio_httpd/status.hpp>

#include <algorithm>
#include <charconv>

namespace asio_httpd::testing {
namespace {

using base::iequals;

bool lists(std::string_view value, std::string_view element) {
  bool found = false;
  base::for_each_element(value, [&](std::string_view e) { found |= iequals(e, element); });
  return found;
}

bool is_named_by_connection(const fields& f, std::string_view name) {
  return std::ranges::any_of(
      f, [&](auto line) { return line.id == field::connection && lists(line.value, name); });
}

// RFC 9113 section 8.2.2; Host becomes :authority.
bool concerns_the_connection(const fields& f, fields::value_type line) {
  static constexpr field_set gone = {field::connection, field::transfer_encoding, field::upgrade,
                                     field::host, field::http2_settings};
  if (gone.contains(line.id) || iequals(line.name, "keep-alive")) return true;
  if (iequals(line.name, "proxy-connection")) return true;
  if (iequals(line.name, "te")) return !iequals(line.value, "trailers");
  return is_named_by_connection(f, line.name);
}

std::string lower(std::string_view text) {
  std::string made(text);
  std::ranges::transform(made, made.begin(), base::to_lower);
  return made;
}

struct resource {
  std::string scheme;
  std::string authority;
  std::string path;
};

// A target that cannot be taken apart is for the server to refuse.
resource resource_of(const request_head& r, std::string_view scheme) {
  resource made{std::string(scheme), std::string(r.framing.host), std::string(r.target)};
  http::target parsed;
  const method m = http::method_from(r.method).value_or(method::get);
  if (http::parse_target(r.target, m, parsed) != http::target_error::none) return made;
  if (!parsed.authority.empty()) made.authority = parsed.authority;
  if (!parsed.scheme.empty()) made.scheme = lower(parsed.scheme);
  if (parsed.kind == http::target::form::absolute) {
    made.path = parsed.path;
    if (parsed.has_query) made.path.append("?").append(parsed.query);
  }
  return made;
}

bool is_plain_connect(const request_head& r) {
  return r.method == "CONNECT";
}

void add_pseudo_fields(const request_head& r, std::string_view scheme, bool as_websocket,
                       header_lines& to) {
  resource asked = resource_of(r, scheme);
  to.emplace_back(":method", as_websocket ? "CONNECT" : r.method);
  if (as_websocket) to.emplace_back(":protocol", "websocket");
  if (!is_plain_connect(r)) {
    to.emplace_back(":scheme", std::move(asked.scheme));
    to.emplace_back(":path", std::move(asked.path));
  }
  if (!asked.authority.empty()) to.emplace_back(":authority", std::move(asked.authority));
}

// The server's spelling is lost: as most write it.
std::string canonical(std::string_view name) {
  const std::string_view known = to_string(field_from(name));
  if (!known.empty()) return std::string(known);
  std::string made(name);
  bool begins = true;
  for (char& c : made) {
    if (begins && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    begins = c == '-';
  }
  return made;
}

}  // namespace

bool request_head::asks_for_websocket() const {
  return method == "GET" && framing.wants_upgrade && lists(fields.get(field::upgrade), "websocket");
}

header_lines to_http2(const request_head& r, std::string_view scheme, bool as_websocket) {
  header_lines made;
  add_pseudo_fields(r, scheme, as_websocket, made);
  for (const auto line : r.fields) {
    if (concerns_the_connection(r.fields, line)) continue;
    if (as_websocket && line.id == field::sec_websocket_key) continue;
    made.emplace_back(lower(line.name), line.value);
  }
  return made;
}

header_lines to_http2(const fields& trailers) {
  header_lines made;
  for (const auto line : trailers) made.emplace_back(lower(line.name), line.value);
  return made;
}

std::string_view value_of(const header_lines& lines, std::string_view name) {
  const auto at = std::ranges::find(lines, name, &header_lines::value_type::first);
  return at == lines.end() ? std::string_view() : std::string_view(at->second);
}

unsigned status_of(const header_lines& lines) {
  const std::string_view digits = value_of(lines, ":status");
  unsigned made = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), made);
  return made;
}

void append_status_line(unsigned status, std::string& to) {
  to.append("HTTP/1.1 ").append(std::to_string(status)).append(" ");
  to.append(reason_phrase(static_cast<asio_httpd::status>(status))).append("\r\n");
}

void append_line(std::string_view name, std::string_view value, std::string& to) {
  to.append(name).append(": ").append(value).append("\r\n");
}

void append_lines(const header_lines& lines, std::string& to) {
  for (const auto& [name, value] : lines) {
    if (!name.starts_with(':')) append_line(canonical(name), value, to);
  }
}

}  // namespace asio_httpd::testing
