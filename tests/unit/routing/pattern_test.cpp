// SPDX-License-Identifier: BSL-1.0
//
// The syntax of patterns, in the compiler and at run time, and what the tree asks of a pattern.

#include "routing/pattern.hpp"

#include <doctest/doctest.h>

#include <asio_httpd/pattern.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace asio_httpd;
using namespace asio_httpd::routing;

namespace {

// Checked while this file compiles: as the patterns of a user's program are.
consteval bool compiles(std::string_view pattern) {
  return inspect_pattern(pattern).valid();
}

static_assert(compiles("/"));
static_assert(compiles("/static/{name}/{id:int}/{rest...}"));
static_assert(!compiles("/users/{id"));
static_assert(inspect_pattern("/{a}/{b:uint}").parameter_count == 2);
static_assert(inspect_pattern("/{a}/{b:uint}").kinds[1] == parameter_kind::unsigned_integer);
static_assert(inspect_pattern("/{a}/{b:uint}").names[1] == "b");
static_assert(inspect_pattern("/a/{b c}").error_position == 5);

struct fault {
  std::string_view pattern;
  pattern_error error;
  std::size_t position;
};

std::string message_of(std::string_view pattern) {
  try {
    require_valid(pattern);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return {};
}

std::string many_segments(std::size_t count) {
  std::string pattern;
  for (std::size_t i = 0; i < count; ++i) pattern += "/a";
  return pattern;
}

}  // namespace

TEST_CASE("well-formed patterns") {
  for (const std::string_view pattern : {"/",
                                         "/a",
                                         "/a/",
                                         "//",
                                         "/a//b",
                                         "/{a}",
                                         "/{a}/",
                                         "/{a:int}/x",
                                         "/{a:uint}",
                                         "/{a...}",
                                         "/a/{_b1}/{C...}",
                                         "/a b",
                                         "/caf\xc3\xa9",
                                         "/100%",
                                         "/50%-off",
                                         "/:id",
                                         "/*",
                                         "/v1/books:archive",
                                         "/.hidden",
                                         "/...",
                                         "/a.b"}) {
    CAPTURE(pattern);
    CHECK(inspect_pattern(pattern).error == pattern_error::none);
    CHECK(message_of(pattern).empty());
  }
}

TEST_CASE("parameters in their order") {
  const pattern_info info = inspect_pattern("/{who}/x/{year:int}/{page:uint}/{rest...}");
  REQUIRE(info.valid());
  REQUIRE(info.parameter_count == 4);
  CHECK(info.kinds[0] == parameter_kind::text);
  CHECK(info.kinds[1] == parameter_kind::integer);
  CHECK(info.kinds[2] == parameter_kind::unsigned_integer);
  CHECK(info.kinds[3] == parameter_kind::rest);
  CHECK(info.names[0] == "who");
  CHECK(info.names[1] == "year");
  CHECK(info.names[2] == "page");
  CHECK(info.names[3] == "rest");
}

TEST_CASE("malformed patterns: the first error and its place") {
  using e = pattern_error;
  const std::vector<fault> faults{
      {"", e::not_absolute, 0},
      {"a", e::not_absolute, 0},
      {"{rest...}", e::not_absolute, 0},
      {"/a/{id", e::unclosed_brace, 3},
      {"/a/{", e::unclosed_brace, 3},
      {"/{a/b}", e::unclosed_brace, 1},
      {"/{a{b}}", e::nested_brace, 3},
      {"/{{a}}", e::nested_brace, 2},
      {"/{a{", e::nested_brace, 3},
      {"/a}", e::stray_brace, 2},
      {"/}a{", e::stray_brace, 1},
      {"/{}", e::empty_name, 2},
      {"/{:int}", e::empty_name, 2},
      {"/{...}", e::empty_name, 2},
      {"/{1a}", e::bad_name, 2},
      {"/{a-b}", e::bad_name, 3},
      {"/{ a}", e::bad_name, 2},
      {"/{a.}", e::bad_name, 3},
      {"/{a..}", e::bad_name, 3},
      {"/{a....}", e::bad_name, 3},
      {"/{...a}", e::bad_name, 2},
      {"/{caf\xc3\xa9}", e::bad_name, 5},
      {"/{a}/{a}", e::duplicate_name, 6},
      {"/{a:int}/{b}/{a...}", e::duplicate_name, 14},
      {"/{a:}", e::unknown_type, 4},
      {"/{a:Int}", e::unknown_type, 4},
      {"/{a:int }", e::unknown_type, 4},
      {"/{a:string}", e::unknown_type, 4},
      {"/{a:int...}", e::unknown_type, 4},
      {"/{a:int:int}", e::unknown_type, 4},
      {"/a{b}", e::text_beside_parameter, 1},
      {"/{b}.json", e::text_beside_parameter, 4},
      {"/{a}{b}", e::text_beside_parameter, 4},
      {"/{a}}", e::text_beside_parameter, 4},
      {"/{a...}/", e::rest_not_last, 2},
      {"/{a...}/b", e::rest_not_last, 2},
      {"/{a...}/{b...}", e::rest_not_last, 2},
      {"/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}", e::too_many_parameters, 34},
      {"/a\tb", e::control_byte, 2},
      {"/{a\x7f}", e::control_byte, 3},
      {"/a?b", e::query_or_fragment, 2},
      {"/a/#top", e::query_or_fragment, 3},
      {"/{a?}", e::query_or_fragment, 3},
      {"/..", e::dot_segment, 1},
      {"/a/../b", e::dot_segment, 3},
      {"/a/./", e::dot_segment, 3},
      {"/a%20b", e::percent_escape, 2},
      {"/%2F", e::percent_escape, 1},
      {"/a/b%%41", e::percent_escape, 5},
  };
  for (const fault& wanted : faults) {
    CAPTURE(wanted.pattern);
    const pattern_info info = inspect_pattern(wanted.pattern);
    CHECK(describe(info.error) == describe(wanted.error));
    CHECK(info.error_position == wanted.position);
  }
}

TEST_CASE("a NUL is a control byte") {
  CHECK(inspect_pattern(std::string_view("/a\0", 3)).error == pattern_error::control_byte);
}

TEST_CASE("limits of a pattern") {
  CHECK(inspect_pattern("/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}").parameter_count == 8);
  CHECK(inspect_pattern(many_segments(256)).valid());
  CHECK(inspect_pattern(many_segments(256) + "/").valid());
  const pattern_info info = inspect_pattern(many_segments(257));
  CHECK(info.error == pattern_error::too_many_segments);
  CHECK(info.error_position == 513);
}

TEST_CASE("each error has a sentence") {
  std::vector<std::string_view> seen;
  for (unsigned value = 0; value <= static_cast<unsigned>(pattern_error::percent_escape); ++value) {
    const std::string_view text = describe(static_cast<pattern_error>(value));
    CHECK(text != describe(static_cast<pattern_error>(255)));
    for (const std::string_view other : seen) CHECK(text != other);
    seen.push_back(text);
  }
}

TEST_CASE("the message names pattern, position and rule") {
  CHECK(message_of("/users/{id") ==
        "route pattern \"/users/{id\" is malformed at position 7: "
        "a '{' is not closed before the end of its segment");
  CHECK(message_of("") ==
        "route pattern \"\" is malformed at position 0: a pattern begins with '/'");
}

TEST_CASE("a message shows control bytes instead of sending them to a terminal") {
  const std::string message = message_of("/a\x1b[2J\r\n");
  CHECK(message.find("\"/a\\x1b[2J\\x0d\\x0a\"") != std::string::npos);
  CHECK(message.find('\x1b') == std::string::npos);
}

TEST_CASE("split") {
  const split_pattern parts = split("/a//{b}/{c:int}/{d:uint}/");
  REQUIRE(parts.segments.size() == 5);
  CHECK(parts.trailing_slash);
  CHECK(parts.segments[0].text == "a");
  CHECK(parts.segments[1].kind == segment_kind::literal);
  CHECK(parts.segments[1].text.empty());
  CHECK(parts.segments[2].kind == segment_kind::text);
  CHECK(parts.segments[3].kind == segment_kind::integer);
  CHECK(parts.segments[4].kind == segment_kind::unsigned_integer);

  CHECK(split("/").segments.empty());
  CHECK(split("/").trailing_slash);
  CHECK_FALSE(split("/{a...}").trailing_slash);
  CHECK(split("/{a...}").segments.at(0).kind == segment_kind::rest);
}

TEST_CASE("shapes are equal where the same paths match") {
  CHECK(shape("/users/{id}") == shape("/users/{name}"));
  CHECK(shape("/{a}/{b:int}/{c...}") == shape("/{x}/{y:int}/{z...}"));
  CHECK(shape("/users/{id}") != shape("/users/{id:int}"));
  CHECK(shape("/users/{id:uint}") != shape("/users/{id:int}"));
  CHECK(shape("/users/{id}") != shape("/users/{id}/"));
  CHECK(shape("/users/{id}") != shape("/users/id"));
  CHECK(shape("/users/{id...}") != shape("/users/{id}"));
  CHECK(shape("/a//") != shape("/a/"));
  CHECK(shape("/") == "/");
}

TEST_CASE("signed numbers") {
  for (const std::string_view text : {"0", "7", "-1", "-0", "007", "9223372036854775807",
                                      "-9223372036854775808", "00000000000000000000000000000001"}) {
    CAPTURE(text);
    CHECK(is_integer(text));
  }
  for (const std::string_view text :
       {"", "-", "+1", " 1", "1 ", "1.0", "1e3", "0x10", "--1", "a", "9223372036854775808",
        "-9223372036854775809", "1/2", "\xd9\xa1"}) {
    CAPTURE(text);
    CHECK_FALSE(is_integer(text));
  }
}

TEST_CASE("unsigned numbers") {
  CHECK(is_unsigned_integer("0"));
  CHECK(is_unsigned_integer("18446744073709551615"));
  for (const std::string_view text : {"", "-1", "-0", "+1", "18446744073709551616", "1,", "x"}) {
    CAPTURE(text);
    CHECK_FALSE(is_unsigned_integer(text));
  }
}
