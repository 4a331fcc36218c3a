// SPDX-License-Identifier: BSL-1.0
//
// Percent-encoding (RFC 3986 section 2.1): decode once, encode for a Location field.
// Decoding happens exactly once and knows nothing of "/", ".." or NUL: "%2F" and "%00" come out as
// those bytes, and whoever turns the result into a file name checks it afterwards. "+" is a plus,
// but in what a form sends.
// The caller owns the strings; nothing is kept; any thread.

#pragma once

#include <string>
#include <string_view>

namespace asio_httpd {

// Appends the decoded `in` to `out`. False, with `out` as it was, when a "%" is not followed by two
// hexadecimal digits. `in` must not point into `out`.
bool percent_decode(std::string_view in, std::string& out);

// A name or a value of application/x-www-form-urlencoded, which queries are written in, too: "+" is
// a space, and a "%" that no two hexadecimal digits follow stays as it is (URL Standard, section
// 5.1).
std::string decode_urlencoded(std::string_view in);

// The raw path as a URI path: RFC 3986 pchar and "/" stand for themselves, every other byte becomes
// %XX, "%" too. The result holds no control byte, so it cannot split a response. A path that begins
// with "//" still does, and a Location of that form names another host: the caller prevents it.
std::string percent_encode_path(std::string_view path);

}  // namespace asio_httpd
