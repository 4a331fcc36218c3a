// SPDX-License-Identifier: BSL-1.0
//
// Bytes as people can read them in the message of a test that failed: control bytes are visible,
// lines stay lines, and what is long is cut.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace asio_httpd::testing {

// How much of a message is kept for errors, in bytes.
inline constexpr std::size_t most_shown = 2000;

// Lines that are indented, with their ends written as \r\n. `total`: how many bytes there are in
// all, of which `bytes` are the first.
std::string shown(std::string_view bytes, std::uint64_t total);

}  // namespace asio_httpd::testing
