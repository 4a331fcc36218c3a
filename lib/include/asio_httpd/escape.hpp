// SPDX-License-Identifier: BSL-1.0
//
// Text from the network, made harmless for where it is shown: a log line, a JSON string, a page. No
// control byte, bare quote or bare backslash gets into the first two, so that no request can forge
// a line, end a quoted field or send escape codes to the terminal that shows it; and no markup gets
// into the third.
//
// All append to the caller's string and allocate only where that has to grow. Any thread.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace asio_httpd {

// For the inside of a quoted field of a log, as nginx has it: control bytes, '"', '\' and every
// byte that is not ASCII become \xHH. Text longer than `limit` bytes is cut and ends in "...".
void append_log_text(std::string& to, std::string_view text,
                     std::size_t limit = std::string_view::npos);

// A JSON string with its quotes (RFC 8259 section 7): valid UTF-8 is kept, what is not becomes
// U+FFFD, and control characters, also U+007F to U+009F, become \u00XX. Cut in the same way.
void append_json_string(std::string& to, std::string_view text,
                        std::size_t limit = std::string_view::npos);

// For the content of an HTML element and for a quoted attribute value: & < > " ' become character
// references. Not for the inside of <script> or <style>.
void append_html(std::string& to, std::string_view text);
std::string escape_html(std::string_view text);

// The text with U+FFFD for every byte that is no UTF-8; all else, control characters too, as it is.
std::string valid_utf8(std::string_view text);

}  // namespace asio_httpd
