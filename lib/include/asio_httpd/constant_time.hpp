// SPDX-License-Identifier: BSL-1.0
//
// Comparison of secrets: passwords, tokens, signatures. Any thread; allocates nothing.

#pragma once

#include <string_view>

namespace asio_httpd {

// Whether both hold the same bytes. How long it takes depends on the sizes, and not on where the
// bytes differ, so that nobody finds a secret byte by byte with a stopwatch. That the sizes differ
// can be noticed: compare digests where the size is a secret, too.
bool constant_time_equal(std::string_view a, std::string_view b) noexcept;

}  // namespace asio_httpd
