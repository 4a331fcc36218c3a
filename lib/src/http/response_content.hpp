// SPDX-License-Identifier: BSL-1.0
//
// What of a response's content goes onto the wire (RFC 9110 section 6.4).

#pragma once

#include <asio_httpd/response.hpp>

#include <cstdint>

namespace asio_httpd::http {

// A 205 has no content, and says so (RFC 9110 section 15.3.6).
inline std::uint64_t announced_size(const response& r) noexcept {
  return r.status() == status::reset_content ? 0 : r.content_size();
}

// Whether any goes; `head_only`: the request was HEAD.
inline bool sends_content(const response& r, bool head_only) noexcept {
  if (head_only || forbids_content(r.status())) return false;
  return r.kind() == response::content::stream || announced_size(r) != 0;
}

// Fields that are the server's to say: those of the connection (RFC 9110 section 7.6.1), and those
// that all responses of a second share.
inline constexpr field_set fields_of_server = {
    field::connection, field::content_length, field::transfer_encoding,
    field::keep_alive, field::date,           field::server};

}  // namespace asio_httpd::http
