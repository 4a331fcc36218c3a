// SPDX-License-Identifier: BSL-1.0

#include "http2/request_reader.hpp"

#include "base/ascii.hpp"
#include "http/target.hpp"

namespace asio_httpd::http2 {
namespace {

using http::field_sink;
using http::piece;
using http::rule;

// What a line of HTTP/1.1 has beside its name and value: ": " and CRLF.
constexpr std::size_t overhead = 4;

piece append(std::string_view bytes, std::string& to) {
  const piece made{static_cast<std::uint32_t>(to.size()), static_cast<std::uint32_t>(bytes.size())};
  to.append(bytes);
  return made;
}

void append_line(field id, std::string_view name, std::string_view value, std::string& text,
                 fields& to) {
  const piece name_piece = append(name, text);
  field_sink::add(to, id, name_piece, append(value, text));
}

// Null: none that is kept.
piece* place_of(pseudo_field which, request_head& of) noexcept {
  switch (which) {
    case pseudo_field::method:
      return &of.method;
    case pseudo_field::path:
      return &of.path;
    case pseudo_field::authority:
      return &of.authority;
    case pseudo_field::scheme:
      return &of.scheme;
    case pseudo_field::protocol:
      return &of.protocol;
    case pseudo_field::none:
    case pseudo_field::unknown:
      break;
  }
  return nullptr;
}

// RFC 9113 section 8.2.3.
void add_cookie(std::string_view value, request_head& to) {
  if (!to.cookies.empty()) to.cookies.append("; ");
  to.cookies.append(value);
}

constexpr std::size_t longest_known_host = 256;

bool is_valid_host(std::string_view host, std::string& known) {
  if (host == known && !known.empty()) return true;
  if (!http::valid_host(host)) return false;
  if (host.size() <= longest_known_host) known = host;
  return true;
}

// The host is told once in each of two ways, which must not be two hosts (RFC 9113 section 8.3.1).
rule check_host(const request_head& head, std::string& known) {
  const std::string_view authority = head.of(head.authority);
  const std::string_view host = head.lines.get(field::host);
  const bool are_two = !authority.empty() && authority != host && !base::iequals(authority, host);
  return !are_two && is_valid_host(host, known) ? rule::none : rule::host_invalid;
}

// The authority is the value of this line where it lies.
void add_host(request_head& head) {
  field_sink::add(head.lines, field::host, append("host", head.text), head.authority);
}

}  // namespace

void add_line(const field_line& line, request_head& to, const http::head_limits& limits) {
  constexpr std::size_t longest_method = 32;
  const auto& [name, value, pseudo, id] = line;
  if (to.broken != rule::none) {  // its method is to be known all the same
    const bool is_kept = pseudo == pseudo_field::method && value.size() <= longest_method;
    if (is_kept) to.method = append(value, to.text);
    return;
  }
  const std::size_t size = to.text.size() + to.cookies.size() + overhead * to.lines.size();
  if (pseudo == pseudo_field::path && value.size() > limits.target) {
    to.broken = rule::target_too_long;
  } else if (size + name.size() + value.size() + overhead > limits.size) {
    to.broken = rule::head_too_large;
  } else if (piece* const place = place_of(pseudo, to)) {
    *place = append(value, to.text);
  } else if (to.lines.size() == limits.fields) {
    to.broken = rule::too_many_fields;
  } else if (id == field::cookie) {
    add_cookie(value, to);
  } else {
    append_line(id, name, value, to.text, to.lines);
  }
}

void finish_head(request_head& head, const http::head_limits& limits, std::string& known_host) {
  if (!head.cookies.empty()) {
    append_line(field::cookie, "cookie", head.cookies, head.text, head.lines);
  }
  if (head.protocol.size != 0) {
    const std::string protocol(head.of(head.protocol));
    append_line(field::upgrade, "upgrade", protocol, head.text, head.lines);
  }
  const bool lacks_host = head.broken == rule::none && !head.lines.contains(field::host);
  if (lacks_host) add_host(head);
  field_sink::borrow(head.lines, head.text.data());
  if (head.broken == rule::none) head.broken = check_host(head, known_host);
  if (head.broken == rule::none && head.lines.size() > limits.fields) {
    head.broken = rule::too_many_fields;
  }
}

void add_trailer(const field_line& line, std::string& text, fields& to,
                 const http::head_limits& limits) {
  const std::size_t size = text.size() + overhead * to.size();
  if (size + line.name.size() + line.value.size() > limits.size) return;
  if (to.size() == limits.fields) return;
  append_line(line.id, line.name, line.value, text, to);
}

}  // namespace asio_httpd::http2
