// SPDX-License-Identifier: BSL-1.0
//
// The portable scans, byte by byte against the grammar, and the tables of the vector scans against
// the same. That the vector scans agree with the portable ones is shown in head_parser_test.cpp.

#include "http1/scan.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>

using namespace asio_httpd::http1;

namespace {

// Whether the scan goes past this byte.
bool takes(const char* (*scan)(const char*) noexcept, unsigned byte) {
  const auto text = std::make_unique<char[]>(2);
  text[0] = static_cast<char>(byte);
  text[1] = '\0';
  return scan(text.get()) == text.get() + 1;
}

}  // namespace

TEST_CASE("a token (RFC 9110 section 5.6.2)") {
  for (unsigned byte = 0; byte < 256; ++byte) {
    const bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    const bool digit = byte >= '0' && byte <= '9';
    const bool sign =
        byte != 0 && byte < 128 &&
        std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(byte)) != std::string_view::npos;
    CAPTURE(byte);
    CHECK(takes(portable_scan::token_end, byte) == (letter || digit || sign));
  }
}

TEST_CASE("a target: visible ASCII (RFC 9112 section 3.2)") {
  for (unsigned byte = 0; byte < 256; ++byte) {
    CAPTURE(byte);
    CHECK(takes(portable_scan::target_end, byte) == (byte > 0x20 && byte < 0x7f));
  }
}

TEST_CASE("a field value: no control byte but HTAB (RFC 9110 section 5.5)") {
  for (unsigned byte = 0; byte < 256; ++byte) {
    CAPTURE(byte);
    const bool expected = byte == '\t' || (byte >= 0x20 && byte != 0x7f);
    CHECK(takes(portable_scan::value_end, byte) == expected);
  }
}

TEST_CASE("every scan stops at the NUL behind the text") {
  const std::string text(100, 'a');
  const char* const end = text.data() + text.size();
  CHECK(portable_scan::token_end(text.data()) == end);
  CHECK(portable_scan::target_end(text.data()) == end);
  CHECK(portable_scan::value_end(text.data()) == end);
}

TEST_CASE("the tables for shuffles say the same of every byte") {
  for (unsigned byte = 0; byte < 256; ++byte) {
    const unsigned low = scan_detail::token_table[byte & 15];
    const unsigned high = scan_detail::high_nibble_table[byte >> 4];
    CAPTURE(byte);
    CHECK(((low & high) != 0) == scan_detail::token_bytes[byte]);
  }
}
