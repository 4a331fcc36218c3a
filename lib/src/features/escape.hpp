// SPDX-License-Identifier: BSL-1.0
//
// Text from the network, made harmless for a log: what is appended never holds a control byte, a
// line end, a bare quote or a bare backslash, so that no request can forge a line, end a quoted
// field or send escape codes to the terminal that shows it.
//
// Text longer than `limit` bytes is cut and ends in "...". Appends to the caller's string and
// allocates only where that has to grow. Any thread.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace asio_httpd::features {

// For the inside of a quoted field, as nginx has it: control bytes, '"', '\' and every byte that
// is not ASCII become \xHH.
void append_escaped(std::string& to, std::string_view text, std::size_t limit);

// A JSON string with its quotes (RFC 8259 section 7): valid UTF-8 is kept, what is not becomes
// U+FFFD, and control characters, also U+007F to U+009F, become \u00XX.
void append_json(std::string& to, std::string_view text, std::size_t limit);

}  // namespace asio_httpd::features
