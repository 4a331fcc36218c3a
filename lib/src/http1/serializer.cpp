// SPDX-License-Identifier: BSL-1.0
//
// The head of a response.

#include "http1/serializer.hpp"

#include <asio_httpd/date.hpp>

#include <array>
#include <charconv>

namespace asio_httpd::http1 {
namespace {

void append_integer(std::uint64_t value, std::string& to) {
  std::array<char, 20> digits;
  auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  to.append(digits.data(), end);
}

void append_status_line(status s, std::string& to) {
  if (s == status::ok) {
    to.append("HTTP/1.1 200 OK\r\n");
    return;
  }
  to.append("HTTP/1.1 ");
  append_integer(to_integer(s), to);
  to.append(" ").append(reason_phrase(s)).append("\r\n");
}

// Fields that are the server's to say: those of the connection (RFC 9110 section 7.6.1), and those
// that all responses of a second share.
bool belongs_to_server(field id) noexcept {
  return id == field::connection || id == field::content_length || id == field::transfer_encoding ||
         id == field::keep_alive || id == field::date || id == field::server;
}

// A 205 has no content, and says so (RFC 9110 section 15.3.6).
std::uint64_t announced_size(const response& r) noexcept {
  return r.status() == status::reset_content ? 0 : r.content_size();
}

void append_fields(const fields& f, std::string& to) {
  for (auto [id, name, value] : f) {
    if (belongs_to_server(id)) continue;
    to.append(name).append(": ").append(value).append("\r\n");
  }
}

// A 204 and a 1xx have no Content-Length; a 304 may leave it away (RFC 9110 section 8.6).
void append_length(const response& r, std::string& to) {
  if (forbids_content(r.status())) return;
  to.append("Content-Length: ");
  append_integer(announced_size(r), to);
  to.append("\r\n");
}

// "" where nothing has to be said: HTTP/1.1 keeps connections by itself.
std::string_view connection_options(const response& r, const serialize_options& options) {
  if (r.status() == status::switching_protocols) return "upgrade";
  const bool upgrade = r.fields().contains(field::upgrade);  // RFC 9110 section 7.8
  if (!options.keep_alive) return upgrade ? "upgrade, close" : "close";
  if (options.version_minor == 0) return "keep-alive";
  return upgrade ? "upgrade" : "";
}

void append_connection(const response& r, const serialize_options& options, std::string& to) {
  const std::string_view said = connection_options(r, options);
  if (!said.empty()) to.append("Connection: ").append(said).append("\r\n");
}

}  // namespace

bool sends_content(const response& r, bool head_only) noexcept {
  return !head_only && !forbids_content(r.status()) && announced_size(r) != 0;
}

void serialize_head(const response& r, const serialize_options& options, std::string& to) {
  append_status_line(r.status(), to);
  to.append(options.common);
  append_fields(r.fields(), to);
  append_length(r, to);
  append_connection(r, options, to);
  to.append("\r\n");
}

std::string_view common_fields::at(std::int64_t unix_seconds) {
  if (unix_seconds == second_) return text_;
  second_ = unix_seconds;
  std::array<char, http_date_size> date;
  format_http_date(unix_seconds, date.data());
  text_.assign("Date: ").append(date.data(), date.size()).append("\r\n");
  if (!server_name_.empty()) text_.append("Server: ").append(server_name_).append("\r\n");
  return text_;
}

}  // namespace asio_httpd::http1
