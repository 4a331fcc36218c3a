// SPDX-License-Identifier: BSL-1.0
//
// From a response to bytes (RFC 9112 sections 4, 6 and 9): the head, and a small body behind it,
// in one piece of memory.
//
// It decides the framing: Content-Length wherever content may stand, the chunked coding where its
// size is not known before, no content for HEAD, 1xx, 204 and 304. Connection, Content-Length and
// Transfer-Encoding come from here, never from the response's fields. Allocates nothing once the
// output has its size.

#pragma once

#include "base/byte_buffer.hpp"

#include <asio_httpd/response.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace asio_httpd::http1 {

struct serialize_options {
  bool head_only = false;  // the request was HEAD
  bool keep_alive = true;
  unsigned version_minor = 1;  // of the request; 1.0 has to be told that the connection stays
  std::string_view common;     // "Date: ...\r\nServer: ...\r\n", as http/common_fields makes it
};

// Appends status line, fields and the empty line.
void serialize_head(const response& r, const serialize_options& options, base::byte_buffer& to);

// The chunked coding (RFC 9112 section 7.1): the line before a chunk, which is followed by CRLF;
// the last chunk with the trailers. Fields that are the server's to say are no trailers.
void append_chunk_line(std::size_t size, base::byte_buffer& to);
void append_last_chunk(const fields& trailers, base::byte_buffer& to);

// An interim response (RFC 9110 section 15.2).
void serialize_interim(status s, const fields& f, base::byte_buffer& to);

}  // namespace asio_httpd::http1
