// SPDX-License-Identifier: BSL-1.0
//
// Text from outside in a log line: one line, no control bytes, and no way to write an escape that
// was none.

#include "base/printable.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using asio_httpd::base::printable;

TEST_CASE("what can be read stays as it is") {
  CHECK(printable("") == "");
  CHECK(printable("GET /a?b=\"c d\" HTTP/1.1") == "GET /a?b=\"c d\" HTTP/1.1");
}

TEST_CASE("control bytes, bytes beyond ASCII and backslashes become escapes") {
  CHECK(printable("a\r\nb") == "a\\x0d\\x0ab");
  CHECK(printable("\x1b[31m") == "\\x1b[31m");
  CHECK(printable(std::string_view("\0", 1)) == "\\x00");
  CHECK(printable("\x7f\x80\xff") == "\\x7f\\x80\\xff");
  CHECK(printable("\\x0a") == "\\x5cx0a");
}

TEST_CASE("two different texts never look the same") {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text(1, static_cast<char>(byte));
    const std::string shown = printable(text);
    CAPTURE(byte);
    CHECK((shown == text || shown.size() == 4));
    for (const char c : shown) CHECK((c >= 0x20 && c < 0x7f));
  }
}
