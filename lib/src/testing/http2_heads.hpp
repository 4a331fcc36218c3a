// SPDX-License-Identifier: BSL-1.0
//
// Heads of messages, from HTTP/1.1 to HTTP/2 and back, as an intermediary translates them (RFC 9113
// sections 8.2.2 and 8.3, RFC 8441 section 5). Plain functions; any thread.

#pragma once

#include "http1/framing.hpp"
#include "testing/http2_client.hpp"

#include <asio_httpd/fields.hpp>

#include <string>
#include <string_view>

namespace asio_httpd::testing {

// A request's, as it was parsed.
struct request_head {
  std::string_view method;
  std::string_view target;
  const asio_httpd::fields& fields;
  const http1::framing& framing;

  // It asks for a WebSocket, which takes another form in HTTP/2.
  bool asks_for_websocket() const;
};

// `as_websocket`: as extended CONNECT.
header_lines to_http2(const request_head& r, std::string_view scheme, bool as_websocket);
// Of trailers; nothing but names in lower case.
header_lines to_http2(const fields& trailers);

// The status of an answer's head; 0 for trailers.
unsigned status_of(const header_lines& lines);
std::string_view value_of(const header_lines& lines, std::string_view name);
// "HTTP/1.1 200 OK" with its line end, and "Content-Type: text/plain" for "content-type".
void append_status_line(unsigned status, std::string& to);
void append_line(std::string_view name, std::string_view value, std::string& to);
// All but pseudo-header fields.
void append_lines(const header_lines& lines, std::string& to);

}  // namespace asio_httpd::testing
