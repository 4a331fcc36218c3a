// SPDX-License-Identifier: BSL-1.0
//
// A point in time as date and clock, UTC, in the proleptic Gregorian calendar. Knows no locale and
// no time zone. Any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace asio_httpd::features {

struct civil_time {
  int year;
  unsigned month, day, hour, minute, second;
};

// Of seconds since 1970. A time outside of the years 0000 to 9999 becomes the nearest within, so
// that texts have a fixed size.
civil_time civil_from(std::int64_t unix_time) noexcept;

// "1994-11-06T08:49:37Z" (RFC 3339), with a NUL behind it; the result is its size, as of snprintf.
int print_rfc3339(char* to, std::size_t size, const civil_time& t) noexcept;
std::string rfc3339(std::int64_t unix_time);

}  // namespace asio_httpd::features
