// SPDX-License-Identifier: BSL-1.0
//
// "Did you mean ...?": the candidate that a mistyped word is nearest to. Pure functions.

#pragma once

#include <span>
#include <string_view>

namespace asio_httpd::app {

// How many insertions, deletions, replacements and swaps of neighbours lead from one to the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The nearest candidate; "" where none is near enough to be meant.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace asio_httpd::app
