// SPDX-License-Identifier: BSL-1.0
//
// Content negotiation by Accept (RFC 9110 section 12.5.1): which of the media types that you have
// the client likes best.
//
//   if (negotiate(r, {"text/html", "application/json"}) == "application/json") ...
//
// For each candidate the most specific media range that matches counts: a type with parameters
// before the type, before "type/*", before "*/*". The candidate with the highest weight wins, of
// those alike the first; a weight of 0 means never. A range that is malformed, its weight included,
// is ignored. A response that depends on it should say `Vary: Accept`. Any thread.

#pragma once

#include <asio_httpd/request.hpp>

#include <initializer_list>
#include <span>
#include <string_view>

namespace asio_httpd {

// The value of an Accept field; without any range in it, everything is liked alike. Candidates are
// media types, "text/html" or "text/html; charset=utf-8". The one that is chosen, or "" where none
// is acceptable. Allocates only for candidates whose parameters are quoted.
std::string_view negotiate(std::string_view accept, std::span<const std::string_view> candidates);

// By all Accept lines of a request.
std::string_view negotiate(const request& r, std::span<const std::string_view> candidates);

inline std::string_view negotiate(std::string_view accept,
                                  std::initializer_list<std::string_view> candidates) {
  return negotiate(accept, std::span(candidates.begin(), candidates.size()));
}
inline std::string_view negotiate(const request& r,
                                  std::initializer_list<std::string_view> candidates) {
  return negotiate(r, std::span(candidates.begin(), candidates.size()));
}

}  // namespace asio_httpd
