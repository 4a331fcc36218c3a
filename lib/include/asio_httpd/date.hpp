// SPDX-License-Identifier: BSL-1.0
//
// HTTP-date (RFC 9110 section 5.6.7): written as IMF-fixdate, read in all three forms.
// Times are Unix seconds, UTC, in the proleptic Gregorian calendar, years 0000 to 9999. It never
// asks the C locale or the time zone, never allocates, and reads a clock in one function only,
// which says so. Any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace asio_httpd {

// "Sun, 06 Nov 1994 08:49:37 GMT"
inline constexpr std::size_t http_date_size = 29;

// Writes exactly http_date_size bytes, no terminator. A time outside of the years 0000 to 9999 is
// written as the nearest time within.
void format_http_date(std::int64_t unix_seconds, char* out) noexcept;

// Reads IMF-fixdate, RFC 850 or asctime form, exactly as the grammar has them: case-sensitive,
// nothing before or after. A date that does not exist is refused; second 60 counts as the next
// second. The name of the day must be one, but need not be the right one: it tells nothing that the
// numbers do not. A two-digit year more than 50 years ahead of `now` is one of the past century.
std::optional<std::int64_t> parse_http_date(std::string_view text, std::int64_t now) noexcept;

// The same, reading the system clock when a two-digit year asks for it.
std::optional<std::int64_t> parse_http_date(std::string_view text) noexcept;

}  // namespace asio_httpd
