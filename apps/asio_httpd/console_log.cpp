// SPDX-License-Identifier: BSL-1.0
//
// Log lines for people.

#include "console_log.hpp"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <ctime>

namespace asio_httpd::app {

namespace {

std::string_view colour_of(log_level level) {
  switch (level) {
    case log_level::debug:
      return "\x1b[2m";
    case log_level::info:
      return "\x1b[32m";
    case log_level::warning:
      return "\x1b[33m";
    case log_level::error:
      return "\x1b[31m";
  }
  return "";
}

// https://no-color.org: any value but an empty one.
bool wants_colour() {
  const char* const refused = std::getenv("NO_COLOR");
  return ::isatty(STDERR_FILENO) == 1 && (refused == nullptr || *refused == '\0');
}

std::string local_time(std::int64_t unix_time) {
  const std::time_t time = unix_time;
  std::tm parts{};
  std::array<char, 32> text{};
  ::localtime_r(&time, &parts);
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts);
  return {text.data(), size};
}

void write_line(log_level level, std::string_view message, bool colour) noexcept {
  try {
    const std::string line = log_line(std::time(nullptr), level, message, colour);
    // Whether that works or not: there is nowhere to say it.
    [[maybe_unused]] const ssize_t n = ::write(STDERR_FILENO, line.data(), line.size());
  } catch (...) {  // out of memory
  }
}

}  // namespace

std::string log_line(std::int64_t unix_time, log_level level, std::string_view message,
                     bool colour) {
  constexpr std::size_t width = 8;  // "warning" and a space
  const std::string_view name = to_string(level);
  std::string line = local_time(unix_time) + ' ';
  if (colour) line += colour_of(level);
  line += name;
  if (colour) line += "\x1b[0m";
  line.append(width - name.size(), ' ');
  line += message;
  line += '\n';
  return line;
}

log_sink make_console_log(log_level least) {
  return [least, colour = wants_colour()](log_level level, std::string_view message) {
    if (level >= least) write_line(level, message, colour);
  };
}

}  // namespace asio_httpd::app
