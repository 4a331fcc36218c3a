// SPDX-License-Identifier: BSL-1.0
//
// Log lines for people, on standard error:
//
//   2026-11-20 12:00:00 warning cannot accept a connection: too many open files
//
// Local time; the level in colour where a terminal shows it. Each line is one write, so that lines
// of several threads do not mix. Any thread; never throws.

#pragma once

#include <asio_httpd/log.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace asio_httpd::app {

// A sink that drops what is below `least`.
log_sink make_console_log(log_level least);

// The line, with its line end.
std::string log_line(std::int64_t unix_time, log_level level, std::string_view message,
                     bool colour);

}  // namespace asio_httpd::app
