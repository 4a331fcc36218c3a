// SPDX-License-Identifier: BSL-1.0
//
// What names and values of fields are made of (RFC 9110 sections 5.1 and 5.5), for who has them
// piece by piece. HTTP/1.1 scans whole heads for the same sets of bytes (`http1/scan.hpp`).

#pragma once

#include <asio_httpd/field.hpp>

#include <string_view>

namespace asio_httpd::http {

// The id of a name that is in lower case, as all names of HTTP/2 are; `field::unknown` for any
// other. One that is known is a token.
field field_from_lower(std::string_view name) noexcept;

// No control byte but HTAB. White space at the ends is not looked at.
bool valid_field_value(std::string_view value) noexcept;

}  // namespace asio_httpd::http
