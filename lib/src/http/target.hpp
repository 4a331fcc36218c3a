// SPDX-License-Identifier: BSL-1.0
//
// The request target (RFC 9112 section 3.2) and the Host value (RFC 9110 section 7.2).
// Splits, and refuses what the grammar refuses; it decodes nothing and resolves no dots. Where
// browsers send bytes that RFC 3986 does not list (| ^ { } " < > \ `), they are let through: they
// cannot be mistaken for anything else. Bounded by the length of the text, whose limit is the
// caller's. The views of a target point into the text given, or at static storage; any thread.

#pragma once

#include <asio_httpd/method.hpp>
#include <cstdint>
#include <string_view>

namespace asio_httpd::http {

struct target {
  enum class form : std::uint8_t { origin, absolute, authority, asterisk };

  form kind = form::origin;
  std::string_view scheme;     // absolute-form only, as it was written
  std::string_view authority;  // absolute-form and authority-form: host [":" port]
  std::string_view path;       // begins with "/"; "*" for asterisk-form; empty for authority-form
  std::string_view query;      // after the first "?", without it
  bool has_query = false;      // "/a?" has an empty one
};

// Each names the rule that was broken.
enum class target_error : std::uint8_t {
  none,
  empty,                  // there is no target
  control_byte,           // 0x00 to 0x1f, 0x7f
  space,                  // 0x20
  non_ascii,              // 0x80 and up
  fragment,               // "#": a fragment is never sent
  unknown_form,           // not "/...", "*", nor "scheme://..."
  asterisk_not_options,   // "*" is for OPTIONS
  connect_not_authority,  // CONNECT takes host:port and nothing else
  missing_port,           // CONNECT to a host without a port, or to port 0
  unsupported_scheme,     // neither http nor https
  userinfo,               // user@host
  empty_host,             // http:///path
  malformed_authority,    // no RFC 3986 host, or a port that is none
};

// A few words for the log. Static storage.
std::string_view to_string(target_error error) noexcept;

// On an error `out` is as it was before.
target_error parse_target(std::string_view text, method m, target& out) noexcept;

// Host may be sent empty, by clients that have no authority to name; who can do with that says so.
enum class empty_host : std::uint8_t { refuse, allow };

// host [":" port] of RFC 3986 section 3.2.2: a reg-name or IPv4 address, "[...]" around an IPv6
// address or an IPvFuture; the port is empty or 0 to 65535. No userinfo, no zone identifier, no
// space.
bool valid_host(std::string_view value, empty_host policy = empty_host::refuse) noexcept;

// The host of a value that valid_host() accepts; the brackets of an IP literal stay.
std::string_view host_without_port(std::string_view value) noexcept;

}  // namespace asio_httpd::http
