// SPDX-License-Identifier: BSL-1.0
//
// The order in which people look for names: without regard to the case of ASCII letters, and
// numbers by their value, so that "page 9" comes before "Page 10". Bytes that are not ASCII come by
// their value, which for UTF-8 is that of the characters.
//
// A strict order of all strings: names that differ are never alike. Allocates nothing; any thread.

#pragma once

#include <compare>
#include <string_view>

namespace asio_httpd::features {

std::strong_ordering compare_natural(std::string_view a, std::string_view b) noexcept;

}  // namespace asio_httpd::features
