// SPDX-License-Identifier: BSL-1.0
//
// From field lines to the head of a request (RFC 9113 section 8). Which lines a message may have,
// message_rules.hpp has seen to; what is left are limits, and what HTTP/1.1 says in another way, so
// that handlers see no difference: Host, Cookie in one line, Upgrade.

#pragma once

#include "http/head_limits.hpp"
#include "http2/message_rules.hpp"
#include "http2/stream.hpp"

#include <cstddef>
#include <string>

namespace asio_httpd::http2 {

// A line more. Behind a limit nothing is kept, and `to.broken` says which.
void add_line(const field_line& line, request_head& to, const http::head_limits& limits);
// All lines are there; what HTTP/1.1 says in a line counts as one. `known_host` is the last host
// that was well-formed, which most clients send again: that one is not looked at anew.
void finish_head(request_head& head, const http::head_limits& limits, std::string& known_host);

// A line of the trailers, whose text is `text`; those above the limits are dropped.
void add_trailer(const field_line& line, std::string& text, fields& to,
                 const http::head_limits& limits);

// What may be decoded of one field section, in bytes: enough to answer an honest client that sends
// too much, and too little for a bomb.
constexpr std::size_t section_limit(const http::head_limits& limits) noexcept {
  return 64 * 1024 + 16 * limits.size;
}

}  // namespace asio_httpd::http2
