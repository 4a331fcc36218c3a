// SPDX-License-Identifier: BSL-1.0
//
// Known field names and the way from a name to its id: a table that is hashed perfectly while
// this file compiles, so that a look-up is one hash of four bytes and one comparison.

#include <asio_httpd/field.hpp>

#include <array>
#include <cstdint>

namespace asio_httpd {
namespace {

constexpr std::array<std::string_view, field_count> names = {
    "",
    "Accept",
    "Accept-Charset",
    "Accept-Encoding",
    "Accept-Language",
    "Accept-Ranges",
    "Access-Control-Allow-Credentials",
    "Access-Control-Allow-Headers",
    "Access-Control-Allow-Methods",
    "Access-Control-Allow-Origin",
    "Access-Control-Expose-Headers",
    "Access-Control-Max-Age",
    "Access-Control-Request-Headers",
    "Access-Control-Request-Method",
    "Age",
    "Allow",
    "Alt-Svc",
    "Authorization",
    "Cache-Control",
    "Connection",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Language",
    "Content-Length",
    "Content-Location",
    "Content-Range",
    "Content-Security-Policy",
    "Content-Type",
    "Cookie",
    "Date",
    "DNT",
    "ETag",
    "Expect",
    "Expires",
    "Forwarded",
    "From",
    "Host",
    "HTTP2-Settings",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "If-Range",
    "If-Unmodified-Since",
    "Keep-Alive",
    "Last-Event-ID",
    "Last-Modified",
    "Link",
    "Location",
    "Max-Forwards",
    "Origin",
    "Pragma",
    "Priority",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "Proxy-Connection",
    "Range",
    "Referer",
    "Referrer-Policy",
    "Retry-After",
    "Sec-CH-UA",
    "Sec-CH-UA-Mobile",
    "Sec-CH-UA-Platform",
    "Sec-Fetch-Dest",
    "Sec-Fetch-Mode",
    "Sec-Fetch-Site",
    "Sec-Fetch-User",
    "Sec-GPC",
    "Sec-WebSocket-Accept",
    "Sec-WebSocket-Extensions",
    "Sec-WebSocket-Key",
    "Sec-WebSocket-Protocol",
    "Sec-WebSocket-Version",
    "Server",
    "Server-Timing",
    "Set-Cookie",
    "Strict-Transport-Security",
    "TE",
    "traceparent",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "Upgrade-Insecure-Requests",
    "User-Agent",
    "Vary",
    "Via",
    "WWW-Authenticate",
    "X-Content-Type-Options",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Frame-Options",
    "X-Request-ID",
    "X-Requested-With",
};
static_assert(names.back() == "X-Requested-With");

constexpr std::size_t shortest = 2;
constexpr std::size_t longest = 32;
constexpr std::size_t table_size = 1024;

// Bit 5 makes letters lower case; the other token characters stay apart well enough for a hash.
constexpr std::uint32_t lower(char c) noexcept {
  return static_cast<unsigned char>(c) | 0x20u;
}

constexpr std::size_t hash(std::string_view name, std::uint32_t multiplier) noexcept {
  const std::size_t n = name.size();
  const std::uint32_t sample = lower(name[0]) | lower(name[n - 1]) << 8 | lower(name[n / 2]) << 16 |
                               lower(name[n - 2]) << 24;
  return ((sample ^ static_cast<std::uint32_t>(n) * 0x9E3779B1u) * multiplier) >> 22;
}

constexpr bool is_perfect(std::uint32_t multiplier) {
  std::array<bool, table_size> taken{};
  for (std::size_t i = 1; i < names.size(); ++i) {
    bool& slot = taken[hash(names[i], multiplier)];
    if (slot) return false;
    slot = true;
  }
  return true;
}

consteval std::uint32_t find_multiplier() {
  std::uint32_t candidate = 0x85EBCA6Bu;
  while (!is_perfect(candidate)) candidate = (candidate * 1664525u + 1013904223u) | 1u;
  return candidate;
}

constexpr std::uint32_t multiplier = find_multiplier();

consteval std::array<field, table_size> make_table() {
  std::array<field, table_size> table{};
  for (std::size_t i = 1; i < names.size(); ++i) {
    table[hash(names[i], multiplier)] = static_cast<field>(i);
  }
  return table;
}

constexpr std::array<field, table_size> table = make_table();

consteval bool lengths_are_right() {
  for (std::size_t i = 1; i < names.size(); ++i) {
    if (names[i].size() < shortest || names[i].size() > longest) return false;
  }
  return true;
}
static_assert(lengths_are_right());

// Both are token characters, so equal under |0x20 means equal but for case, or a pair such as
// '^' and '~', '@' and '`', which letters and '-' in our names never are part of.
bool same_name(std::string_view known, std::string_view name) noexcept {
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (known[i] == '-' ? name[i] != '-' : lower(known[i]) != lower(name[i])) return false;
  }
  return true;
}

}  // namespace

std::string_view to_string(field f) noexcept {
  return names[static_cast<std::size_t>(f)];
}

field field_from(std::string_view name) noexcept {
  if (name.size() < shortest || name.size() > longest) return field::unknown;
  const field candidate = table[hash(name, multiplier)];
  const std::string_view known = names[static_cast<std::size_t>(candidate)];
  if (known.size() != name.size() || !same_name(known, name)) return field::unknown;
  return candidate;
}

}  // namespace asio_httpd
