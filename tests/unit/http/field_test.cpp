// SPDX-License-Identifier: BSL-1.0
//
// Field names and their numbers: each name finds its number in any case, and nothing else does.

#include <asio_httpd/field.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>

using namespace asio_httpd;

TEST_CASE("each field has a name of its own, by which it is found in any case") {
  std::set<std::string> names;
  for (std::size_t i = 1; i < field_count; ++i) {
    const auto id = static_cast<field>(i);
    const std::string name(to_string(id));
    CAPTURE(name);
    CHECK_FALSE(name.empty());
    CHECK(field_from(name) == id);
    std::string lower = name;
    std::string upper = name;
    for (char& c : lower) c = static_cast<char>(std::tolower(c));
    for (char& c : upper) c = static_cast<char>(std::toupper(c));
    CHECK(field_from(lower) == id);
    CHECK(field_from(upper) == id);
    CHECK(names.insert(lower).second);
  }
  CHECK(static_cast<std::size_t>(field::x_requested_with) + 1 == field_count);
}

TEST_CASE("canonical spellings (RFC 9110 section 18.4)") {
  CHECK(to_string(field::content_length) == "Content-Length");
  CHECK(to_string(field::etag) == "ETag");
  CHECK(to_string(field::www_authenticate) == "WWW-Authenticate");
  CHECK(to_string(field::host) == "Host");
  CHECK(to_string(field::te) == "TE");
  CHECK(to_string(field::unknown).empty());
}

TEST_CASE("any other name is unknown, however near it is") {
  CHECK(field_from("") == field::unknown);
  CHECK(field_from("x") == field::unknown);
  CHECK(field_from(std::string(70000, 'x')) == field::unknown);
  for (std::size_t i = 1; i < field_count; ++i) {
    const std::string name(to_string(static_cast<field>(i)));
    CAPTURE(name);
    CHECK(field_from(name + "x") == field::unknown);
    CHECK(field_from(name + " ") == field::unknown);
    const auto shorter = field_from(std::string_view(name).substr(0, name.size() - 1));
    CHECK((shorter == field::unknown || to_string(shorter).size() == name.size() - 1));
    for (std::size_t at = 0; at < name.size(); ++at) {
      // The bit that tells upper from lower case must count for nothing but letters.
      std::string changed = name;
      changed[at] = static_cast<char>(changed[at] ^ 0x20);
      const bool letter = std::isalpha(static_cast<unsigned char>(name[at])) != 0;
      CHECK((field_from(changed) == static_cast<field>(i)) == letter);
      changed[at] = static_cast<char>(name[at] ^ 0x80);
      CHECK(field_from(changed) == field::unknown);
    }
  }
}
