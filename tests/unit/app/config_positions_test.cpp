// SPDX-License-Identifier: BSL-1.0

#include "config_positions.hpp"

#include <doctest/doctest.h>

using namespace asio_httpd::app;

namespace {

using lines = std::map<std::string, std::size_t>;

std::string first_error(std::string_view text) {
  const positioned_json parsed = parse_with_positions(text);
  if (parsed.errors.empty()) return "";
  return std::to_string(parsed.errors[0].line) + ": " + parsed.errors[0].text;
}

}  // namespace

TEST_CASE("each value has its line") {
  const auto parsed = parse_with_positions("{\n \"a\": 1\n,\"b\":[1,\n2\n,{\"c\":\n{}}]}");
  CHECK(parsed.errors.empty());
  CHECK(parsed.lines ==
        lines{{"", 1}, {"/a", 2}, {"/b", 3}, {"/b/0", 3}, {"/b/1", 4}, {"/b/2", 5}, {"/b/2/c", 5}});
}

TEST_CASE("comments count, and so does a byte order mark") {
  CHECK(parse_with_positions("// x\n/* \n */ {\"a\": // y\n 1,\n\"b\": 2}").lines ==
        lines{{"", 3}, {"/a", 3}, {"/b", 5}});
  CHECK(parse_with_positions("\xef\xbb\xbf{\n\"a\": 1}").lines == lines{{"", 1}, {"/a", 2}});
}

TEST_CASE("keys with the letters of a pointer") {
  const auto parsed = parse_with_positions("{\n\"a/b~\":\n{\"c\": 1}}");
  CHECK(parsed.line_of("/a~1b~0/c") == 3);
  CHECK(parsed.line_of("/a~1b~0/d") == 2);
  CHECK(parsed.line_of("/x/y/z") == 1);
}

TEST_CASE("a key that stands twice") {
  CHECK(first_error("{\"a\": 1,\n\"b\": {\"a\": 1},\n\"a\": 2}") ==
        "3: the key \"a\" stands here a second time");
  CHECK(first_error("[{\"a\": 1}, {\"a\": 2}]") == "");
}

TEST_CASE("what is no JSON has a line and a reason") {
  CHECK(first_error("") ==
        "1: this is not JSON: unexpected end of input; expected '[', '{', or a literal");
  CHECK(first_error("{\n\"a\": 1,\n}") ==
        "3: this is not JSON: unexpected '}'; expected string literal; is a comma too many before "
        "it?");
  CHECK(first_error("[\n1,\n]") ==
        "3: this is not JSON: unexpected ']'; expected '[', '{', or a literal; is a comma too many "
        "before it?");
  CHECK(first_error("{\n\"a\": 1\n\"b\": 2}") ==
        "3: this is not JSON: unexpected string literal; expected '}'; is a comma missing before "
        "it?");
  CHECK(first_error("{\"a\":\n1e999}") == "2: this is not JSON: number overflow parsing '1e999'");
  CHECK(first_error("{}\n{}") == "2: this is not JSON: unexpected '{'; expected end of input");
}

TEST_CASE("nesting has a limit") {
  CHECK(first_error(std::string(16, '[') + std::string(16, ']')) == "");
  CHECK(first_error(std::string(17, '[') + std::string(17, ']')) == "1: this is nested too deep");
  CHECK(first_error(std::string(1'000'000, '[')) == "1: this is nested too deep");
}

TEST_CASE("the value is what it would be without positions") {
  const std::string_view text = R"({"b": [1, 2.5, "x", null, true], "a": {"c": {}}})";
  CHECK(parse_with_positions(text).value == nlohmann::ordered_json::parse(text));
}
