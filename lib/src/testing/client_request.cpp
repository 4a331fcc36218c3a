// SPDX-License-Identifier: BSL-1.0
//
// Requests in bytes.

#include <asio_httpd/testing/client_request.hpp>

#include "base/ascii.hpp"

#include <asio_httpd/fields.hpp>

#include <algorithm>
#include <stdexcept>

namespace asio_httpd::testing {
namespace {

void require_target(const std::string& target) {
  if (!target.empty() && std::all_of(target.begin(), target.end(), base::is_vchar)) return;
  throw std::invalid_argument("asio_httpd: the target of a request is visible ASCII, not \"" +
                              target + "\"; send anything else as bytes");
}

// Whether servers expect a length although there is no content (RFC 9110 section 8.6).
bool anticipates_content(method m) noexcept {
  return m == method::post || m == method::put || m == method::patch;
}

fields fields_of(const client_request& r) {
  asio_httpd::fields all;
  for (const auto& [name, value] : r.fields) all.append(name, value);
  return all;
}

void append_line(std::string& to, std::string_view name, std::string_view value) {
  to.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::string to_bytes(const client_request& r) {
  require_target(r.target);
  const asio_httpd::fields all = fields_of(r);
  std::string text;
  text.append(to_string(r.method)).append(" ").append(r.target).append(" HTTP/1.1\r\n");
  if (!all.contains(field::host)) append_line(text, "Host", "test");
  for (const auto& line : all) append_line(text, line.name, line.value);
  const bool has_length = all.contains_any({field::content_length, field::transfer_encoding});
  if (!has_length && (!r.body.empty() || anticipates_content(r.method))) {
    append_line(text, "Content-Length", std::to_string(r.body.size()));
  }
  return text.append("\r\n").append(r.body);
}

}  // namespace asio_httpd::testing
