// SPDX-License-Identifier: BSL-1.0
//
// A request as a client writes it down. What no client should send goes through
// `connection::send(bytes)` instead.

#pragma once

#include <asio_httpd/method.hpp>

#include <string>
#include <utility>
#include <vector>

namespace asio_httpd::testing {

// Names and values, in their order: {{"Accept", "text/html"}, {"Cookie", "a=b"}}
using field_lines = std::vector<std::pair<std::string, std::string>>;

struct client_request {
  asio_httpd::method method = asio_httpd::method::get;
  std::string target = "/";
  field_lines fields = {};
  std::string body = {};
};

// The bytes of the request, in HTTP/1.1. `Host: test` is added where there is no Host, and
// Content-Length where there is a body (or POST, PUT or PATCH without) and its length is not given
// otherwise. Throws std::invalid_argument where the target or a field cannot be written on a line.
std::string to_bytes(const client_request& r);

}  // namespace asio_httpd::testing
