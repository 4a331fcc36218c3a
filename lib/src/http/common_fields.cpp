// SPDX-License-Identifier: BSL-1.0

#include "http/common_fields.hpp"

#include <asio_httpd/date.hpp>

#include <array>

namespace asio_httpd::http {

common_lines common_fields::at(std::int64_t unix_seconds) {
  constexpr std::string_view name = "Date: ";
  if (unix_seconds != second_) {
    second_ = unix_seconds;
    std::array<char, http_date_size> date;
    format_http_date(unix_seconds, date.data());
    text_.assign(name).append(date.data(), date.size()).append("\r\n");
    if (!server_name_.empty()) text_.append("Server: ").append(server_name_).append("\r\n");
  }
  common_lines found(text_);
  found.date = found.lines.substr(name.size(), http_date_size);
  found.server = server_name_;
  return found;
}

}  // namespace asio_httpd::http
