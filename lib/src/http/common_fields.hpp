// SPDX-License-Identifier: BSL-1.0
//
// Date and Server, which all responses of a second share.

#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace asio_httpd::http {

struct common_lines {
  common_lines() = default;
  template <std::convertible_to<std::string_view> Text>
  common_lines(const Text& all) noexcept : lines(all) {}

  std::string_view lines;   // "Date: ...\r\nServer: ...\r\n", for HTTP/1.x
  std::string_view date;    // the values, for HTTP/2
  std::string_view server;  // "" for none
};

class common_fields {
 public:
  explicit common_fields(std::string_view server_name) : server_name_(server_name) {}
  // Valid until the next call with another second.
  common_lines at(std::int64_t unix_seconds);

 private:
  std::string server_name_;
  std::string text_;
  std::int64_t second_ = -1;
};

}  // namespace asio_httpd::http
