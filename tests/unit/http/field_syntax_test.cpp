// SPDX-License-Identifier: BSL-1.0
//
// Field values byte by byte against the grammar, at every place of every size up to three vectors;
// names in lower case and others.

#include "http/field_syntax.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/ascii.hpp"

using namespace asio_httpd;
using http::field_from_lower;
using http::valid_field_value;

namespace {

// In memory of that size, so that the address sanitizer sees whoever reads beyond it.
bool is_valid(std::string_view value) {
  const auto exact = std::make_unique<char[]>(value.size());
  value.copy(exact.get(), value.size());
  return valid_field_value({exact.get(), value.size()});
}

}  // namespace

TEST_CASE("a value has no control byte but HTAB (RFC 9110 section 5.5)") {
  CHECK(is_valid(""));
  for (std::size_t size = 1; size <= 48; ++size) {
    for (std::size_t place = 0; place < size; ++place) {
      for (unsigned byte = 0; byte < 256; ++byte) {
        std::string value(size, 'a');
        value[place] = static_cast<char>(byte);
        const bool expected = byte == '\t' || (byte >= 0x20 && byte != 0x7f);
        if (is_valid(value) != expected) FAIL_CHECK(size, " bytes, ", byte, " at ", place);
      }
    }
  }
}

TEST_CASE("a value of many odd bytes") {
  for (std::size_t size = 1; size <= 48; ++size) {
    CHECK(is_valid(std::string(size, '\t')));
    CHECK(is_valid(std::string(size, '\xff')));
    CHECK_FALSE(is_valid(std::string(size, '\0')));
    CHECK_FALSE(is_valid(std::string(size, '\x7f')));
  }
}

TEST_CASE("a name in lower case is known, and with a capital it is not") {
  for (std::size_t i = 1; i < field_count; ++i) {
    const auto id = static_cast<field>(i);
    std::string name(to_string(id));
    for (char& c : name) c = base::to_lower(c);
    CHECK(field_from_lower(name) == id);
    for (char& c : name) {
      const char before = c;
      if (base::is_alpha(c)) c = static_cast<char>(c - ('a' - 'A'));
      if (c != before) CHECK_MESSAGE(field_from_lower(name) == field::unknown, name);
      c = before;
    }
  }
}

TEST_CASE("a name that only looks like a known one is not known") {
  for (const std::string_view name :
       {"", "x", "hosT", "hos", "hostt", "t", "accept\x0d", "\x48ost"}) {
    CHECK_MESSAGE(field_from_lower(name) == field::unknown, name);
  }
  CHECK(field_from_lower("accept-encod\x09ng") == field::unknown);
  CHECK(field_from_lower(std::string(70'000, 'a')) == field::unknown);
}
