// SPDX-License-Identifier: BSL-1.0
//
// A file name from outside, made fit for a file in a folder of your own. Any thread.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace asio_httpd {

// The last component of `sent`, behind every '/' and '\', without control bytes (0x00 to 0x1F and
// 0x7F). Nothing where that is empty, is made of dots alone, or is longer than the 255 bytes that a
// directory entry may have. What it may still be: a name that exists already, a hidden file
// (".bashrc"), a program (".php", ".exe"), and bytes that are no UTF-8.
std::optional<std::string> safe_filename(std::string_view sent);

}  // namespace asio_httpd
