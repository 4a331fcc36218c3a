// SPDX-License-Identifier: BSL-1.0
//
// Durations, sizes and file modes as people write them: "10s", "500ms", "16KiB", "0660". Pure
// functions.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace asio_httpd::app {

// "500ms", "10s", "1.5s", "2m", "1h"; a bare number is seconds. Rounded to milliseconds.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
std::optional<std::chrono::milliseconds> duration_from_seconds(double seconds);
// The largest unit that holds it whole: "10s", "1500ms", "2m".
std::string format_duration(std::chrono::milliseconds d);

// "16384", "16KiB", "1MiB", "2GiB".
std::optional<std::uint64_t> parse_size(std::string_view text);
// The largest unit that holds it whole: "16KiB", "1000".
std::string format_size(std::uint64_t bytes);

// Permissions in octal, "0600" to "0777".
std::optional<unsigned> parse_mode(std::string_view text);
std::string format_mode(unsigned mode);

}  // namespace asio_httpd::app
