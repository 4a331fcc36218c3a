// SPDX-License-Identifier: BSL-1.0
//
// Entity tags: the grammar, both comparisons, and lists.

#include <asio_httpd/entity_tag.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace asio_httpd;

namespace {

entity_tag tag(std::string_view text) {
  const auto parsed = parse_entity_tag(text);
  REQUIRE(parsed);
  return *parsed;
}

tag_match strong_match(std::string_view value, std::string_view current) {
  return match_entity_tags(value, parse_entity_tag(current), tag_comparison::strong);
}

tag_match weak_match(std::string_view value, std::string_view current) {
  return match_entity_tags(value, parse_entity_tag(current), tag_comparison::weak);
}

}  // namespace

TEST_CASE("parse_entity_tag reads one tag") {
  CHECK(tag("\"abc\"").opaque == "\"abc\"");
  CHECK_FALSE(tag("\"abc\"").weak);
  CHECK(tag("W/\"abc\"").opaque == "\"abc\"");
  CHECK(tag("W/\"abc\"").weak);
  CHECK(tag("\"\"").opaque == "\"\"");
  CHECK(tag("\"a,b\"").opaque == "\"a,b\"");
  CHECK(tag("\"a\\\"").opaque == "\"a\\\"");  // a backslash escapes nothing
  CHECK(tag("\"\xc3\xa4\"").opaque == "\"\xc3\xa4\"");
}

TEST_CASE("what is no entity tag is refused") {
  for (const std::string_view bad : {"",
                                     "abc",
                                     "\"",
                                     "\"abc",
                                     "abc\"",
                                     "'abc'",
                                     "w/\"abc\"",
                                     "W/",
                                     "W/abc",
                                     "W\"abc\"",
                                     "W /\"abc\"",
                                     "\"a b\"",
                                     "\"a\tb\"",
                                     "\"a\x01"
                                     "b\"",
                                     "\"a\x7f\"",
                                     "\"a\" ",
                                     " \"a\"",
                                     "\"a\"\"b\"",
                                     "\"a\"b\"",
                                     "\"a\",\"b\"",
                                     "*",
                                     "\"a\r\n\""}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_entity_tag(bad));
  }
  CHECK_FALSE(parse_entity_tag(std::string_view("\"a\0\"", 4)));
}

TEST_CASE("the table of RFC 9110 section 8.8.3.2") {
  struct row {
    std::string_view a, b;
    bool strong, weak;
  };
  for (const row& r : {row{"W/\"1\"", "W/\"1\"", false, true},
                       {"W/\"1\"", "W/\"2\"", false, false},
                       {"W/\"1\"", "\"1\"", false, true},
                       {"\"1\"", "\"1\"", true, true}}) {
    CHECK(tags_equal(tag(r.a), tag(r.b), tag_comparison::strong) == r.strong);
    CHECK(tags_equal(tag(r.b), tag(r.a), tag_comparison::strong) == r.strong);
    CHECK(tags_equal(tag(r.a), tag(r.b), tag_comparison::weak) == r.weak);
    CHECK(tags_equal(tag(r.b), tag(r.a), tag_comparison::weak) == r.weak);
  }
}

TEST_CASE("tags are compared byte by byte") {
  CHECK(strong_match("\"A\"", "\"a\"") == tag_match::none);
  CHECK(strong_match("\"a\"", "\"a-gzip\"") == tag_match::none);
}

TEST_CASE("lists") {
  CHECK(strong_match("\"a\"", "\"a\"") == tag_match::some);
  CHECK(strong_match("\"x\", \"y\" ,\"a\"", "\"a\"") == tag_match::some);
  CHECK(strong_match("\"a\",\"x\"", "\"a\"") == tag_match::some);
  CHECK(strong_match(", ,\"a\",,\t", "\"a\"") == tag_match::some);
  CHECK(strong_match("\"x\",\"y\"", "\"a\"") == tag_match::none);
  CHECK(strong_match("\"x,\", \"a\"", "\"a\"") == tag_match::some);
  CHECK(strong_match("\"x,\\\", \"a\"", "\"a\"") == tag_match::some);  // as above: no escape
  CHECK(strong_match("W/\"a\"", "\"a\"") == tag_match::none);
  CHECK(weak_match("W/\"a\"", "\"a\"") == tag_match::some);
  CHECK(weak_match("\"a\"", "W/\"a\"") == tag_match::some);
  CHECK(strong_match("", "\"a\"") == tag_match::none);
  CHECK(strong_match(" , ", "\"a\"") == tag_match::none);
}

TEST_CASE("a representation without a tag equals none, and the star still stands for it") {
  CHECK(strong_match("\"\"", "") == tag_match::none);
  CHECK(weak_match("\"a\"", "") == tag_match::none);
  CHECK(weak_match("*", "") == tag_match::any);
}

TEST_CASE("the star stands alone") {
  CHECK(strong_match("*", "\"a\"") == tag_match::any);
  CHECK(strong_match(" *\t", "\"a\"") == tag_match::any);
  CHECK(strong_match("\"*\"", "\"a\"") == tag_match::none);
  for (const std::string_view bad : {"*,*", "*, \"a\"", "\"a\", *", "**", "*,", "W/*"}) {
    CAPTURE(bad);
    CHECK(strong_match(bad, "\"a\"") == tag_match::malformed);
  }
}

TEST_CASE("a fault anywhere spoils the list, a match before it too") {
  for (const std::string_view bad :
       {"a", "\"a", "\"a\" \"b\"", "\"a\"\"b\"", "\"a\";", "\"a\", b", "\"a\", \"b",
        "\"a\", w/\"b\"", "\"a\", W/", "\"a\"\r\n", "\"a\" x, \"b\"", "x, \"a\""}) {
    CAPTURE(bad);
    CHECK(strong_match(bad, "\"a\"") == tag_match::malformed);
  }
}

TEST_CASE("lists cut anywhere are read within their bounds") {
  const std::string whole = "\"x\", W/\"y,\" ,\"a\"";
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    const std::vector<char> exact(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(cut));
    const auto result = strong_match({exact.data(), exact.size()}, "\"a\"");
    if (cut < whole.size()) CHECK(result != tag_match::some);
    if (cut == whole.size()) CHECK(result == tag_match::some);
  }
}
