// SPDX-License-Identifier: BSL-1.0
//
// The tokens of the methods, and the way back: a switch on the length keeps the look-up of the
// usual ones at one comparison.

#include "http/method.hpp"

#include <array>

namespace asio_httpd {
namespace {

constexpr std::array<std::string_view, method_count> tokens = {
    "GET",     "HEAD",     "POST",       "PUT",        "DELETE",   "PATCH",  "OPTIONS",
    "CONNECT", "TRACE",    "ACL",        "BIND",       "CHECKOUT", "COPY",   "LINK",
    "LOCK",    "MERGE",    "MKACTIVITY", "MKCALENDAR", "MKCOL",    "MOVE",   "M-SEARCH",
    "NOTIFY",  "PROPFIND", "PROPPATCH",  "PURGE",      "QUERY",    "REBIND", "REPORT",
    "SEARCH",  "SOURCE",   "SUBSCRIBE",  "UNBIND",     "UNLINK",   "UNLOCK", "UNSUBSCRIBE",
};
static_assert(tokens.back() == "UNSUBSCRIBE");

}  // namespace

std::string_view to_string(method m) noexcept {
  return tokens[static_cast<std::size_t>(m)];
}

namespace http {

std::optional<method> method_from(std::string_view token) noexcept {
  if (token == "GET") return method::get;
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    if (tokens[i] == token) return static_cast<method>(i);
  }
  return std::nullopt;
}

}  // namespace http
}  // namespace asio_httpd
