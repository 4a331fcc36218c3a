// SPDX-License-Identifier: BSL-1.0
//
// The three formats. What an exchange does not have is "-" in the formats of NCSA, and null in
// JSON, where every line has the same keys (but `request_id`, which only a response has that names
// one, `tls`, which only a request has that came by it, and `close`, which only the last exchange
// of a connection has).

#include "features/access_log_line.hpp"

#include <asio_httpd/escape.hpp>
#include <asio_httpd/request.hpp>
#include <asio_httpd/response.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <concepts>
#include <cstdio>
#include <optional>

#include "features/civil_time.hpp"

namespace asio_httpd::features {

namespace {

// A target may be as long as the default limit allows; nobody needs more of the others.
constexpr std::size_t target_limit = 8 * 1024;
constexpr std::size_t field_limit = 2 * 1024;

void append_number(std::string& to, std::integral auto number) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  to.append(digits.data(), end);
}

std::string_view protocol_of(const request& r) {
  return to_string(r.version());
}

unsigned status_of(const exchange& e) {
  return e.response ? to_integer(e.response->status()) : 0;
}

// `"GET /flag HTTP/1.1"`
void append_request_line(std::string& to, const request* r) {
  to += '"';
  if (r == nullptr) {
    to += '-';
  } else {
    to += to_string(r->method());
    to += ' ';
    append_log_text(to, r->target(), target_limit);
    to += ' ';
    to += protocol_of(*r);
  }
  to += '"';
}

void append_quoted_field(std::string& to, const request* r, field name) {
  to += " \"";
  if (r != nullptr && r->fields().contains(name)) {
    append_log_text(to, r->get(name), field_limit);
  } else {
    to += '-';
  }
  to += '"';
}

void append_key(std::string& to, std::string_view key) {
  to += ",\"";
  to += key;
  to += "\":";
}

void append_text_member(std::string& to, std::string_view key, std::string_view text,
                        std::size_t limit = field_limit) {
  append_key(to, key);
  append_json_string(to, text, limit);
}

void append_number_member(std::string& to, std::string_view key, std::integral auto number) {
  append_key(to, key);
  append_number(to, number);
}

void append_null_member(std::string& to, std::string_view key) {
  append_key(to, key);
  to += "null";
}

void append_field_member(std::string& to, std::string_view key, const request* r, field name) {
  if (r == nullptr || !r->fields().contains(name)) return append_null_member(to, key);
  append_text_member(to, key, r->get(name));
}

void append_text_or_null(std::string& to, std::string_view key, std::string_view text) {
  text.empty() ? append_null_member(to, key) : append_text_member(to, key, text);
}

void append_tls_member(std::string& to, const tls_info& tls) {
  append_key(to, "tls");
  to += "{\"version\":";
  append_json_string(to, to_string(tls.version), field_limit);
  append_text_member(to, "cipher", tls.cipher);
  append_text_or_null(to, "server_name", tls.server_name);
  append_text_or_null(to, "protocol", tls.protocol);
  append_key(to, "resumed");
  to += tls.resumed ? "true" : "false";
  append_text_or_null(to, "client", tls.client_subject);
  to += '}';
}

void append_request_members(std::string& to, const request* r) {
  if (r == nullptr) {
    for (std::string_view key : {"method", "target", "protocol"}) append_null_member(to, key);
    return;
  }
  append_text_member(to, "method", to_string(r->method()));
  append_text_member(to, "target", r->target(), target_limit);
  append_text_member(to, "protocol", protocol_of(*r));
}

// [06/Nov/1994:08:49:37 +0000]
int print_ncsa(char* to, std::size_t size, const civil_time& t) {
  static constexpr char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return std::snprintf(to, size, "[%02u/%s/%04d:%02u:%02u:%02u +0000]", t.day, months[t.month - 1],
                       t.year, t.hour, t.minute, t.second);
}

}  // namespace

void access_log_line::append(std::string& to, const exchange& e) {
  format_ == access_log_format::json ? append_json(to, e) : append_common(to, e);
  to += '\n';
}

void access_log_line::append_common(std::string& to, const exchange& e) {
  append_log_text(to, e.remote_address, field_limit);
  to += " - - ";
  to += time_text(e.unix_time);
  to += ' ';
  append_request_line(to, e.request);
  to += ' ';
  append_number(to, status_of(e));
  to += ' ';
  if (e.bytes_sent == 0) {
    to += '-';  // as Apache's %b
  } else {
    append_number(to, e.bytes_sent);
  }
  if (format_ != access_log_format::combined) return;
  append_quoted_field(to, e.request, field::referer);
  append_quoted_field(to, e.request, field::user_agent);
}

void access_log_line::append_json(std::string& to, const exchange& e) {
  using namespace std::chrono;
  to += "{\"time\":\"";
  to += time_text(e.unix_time);
  to += '"';
  append_text_member(to, "remote", e.remote_address);
  append_number_member(to, "port", unsigned{e.remote_port});
  append_request_members(to, e.request);
  append_number_member(to, "status", status_of(e));
  append_number_member(to, "bytes", e.bytes_sent);
  append_number_member(to, "duration_us", duration_cast<microseconds>(e.duration).count());
  append_field_member(to, "referer", e.request, field::referer);
  append_field_member(to, "user_agent", e.request, field::user_agent);
  append_field_member(to, "host", e.request, field::host);
  if (e.request != nullptr && e.request->is_secure()) {
    if (const std::optional<tls_info> tls = e.request->tls()) append_tls_member(to, *tls);
  }
  if (e.response != nullptr && e.response->fields().contains(field::x_request_id)) {
    append_text_member(to, "request_id", e.response->fields().get(field::x_request_id));
  }
  if (e.reason != close_reason::none) append_text_member(to, "close", to_string(e.reason));
  to += '}';
}

std::string_view access_log_line::time_text(std::int64_t unix_time) noexcept {
  if (unix_time != second_) {
    const civil_time t = civil_from(unix_time);
    const int size = format_ == access_log_format::json
                         ? print_rfc3339(time_.data(), time_.size(), t)
                         : print_ncsa(time_.data(), time_.size(), t);
    time_size_ = std::min(static_cast<std::size_t>(size), time_.size() - 1);
    second_ = unix_time;
  }
  return {time_.data(), time_size_};
}

}  // namespace asio_httpd::features
