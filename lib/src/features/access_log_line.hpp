// SPDX-License-Identifier: BSL-1.0
//
// One line of the access log for one exchange:
//
//   common     192.0.2.1 - - [06/Nov/1994:08:49:37 +0000] "GET /flag HTTP/1.1" 200 17
//   combined   the same, then "referer" "user agent"
//   json       {"time":"1994-11-06T08:49:37Z","remote":"192.0.2.1","port":40000,...}
//
// Times are UTC and their text is made once a second. Everything from the network is escaped and
// cut (escape.hpp), which bounds a line to some 100 KB. Allocates only where the string must grow.
// An object belongs to one thread at a time.

#pragma once

#include <asio_httpd/access_log.hpp>

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace asio_httpd::features {

class access_log_line {
 public:
  explicit access_log_line(access_log_format format) noexcept : format_(format) {}

  // Appends the line with its line end.
  void append(std::string& to, const exchange& e);

 private:
  void append_common(std::string& to, const exchange& e);
  void append_json(std::string& to, const exchange& e);
  std::string_view time_text(std::int64_t unix_time) noexcept;

  access_log_format format_;
  std::int64_t second_ = std::numeric_limits<std::int64_t>::min();
  std::size_t time_size_ = 0;
  std::array<char, 48> time_{};
};

}  // namespace asio_httpd::features
