// SPDX-License-Identifier: BSL-1.0
//
// Base64 (RFC 4648 section 4), strictly: padding is demanded, white space and other bytes outside
// of the alphabet are refused, and so are bits that a shorter text would lose (section 3.5), so
// that two texts never decode to the same bytes. Not in constant time. Any thread.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace asio_httpd {

// Four characters for three bytes, padded with '='. One line.
std::string base64_encode(std::string_view bytes);

// Nothing where `text` is not what base64_encode would write. Allocates 3/4 of its size.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace asio_httpd
