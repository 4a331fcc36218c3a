// SPDX-License-Identifier: BSL-1.0
//
// The names of log levels.

#include <asio_httpd/log.hpp>

namespace asio_httpd {

std::string_view to_string(log_level level) noexcept {
  switch (level) {
    case log_level::debug:
      return "debug";
    case log_level::info:
      return "info";
    case log_level::warning:
      return "warning";
    case log_level::error:
      break;
  }
  return "error";
}

}  // namespace asio_httpd
