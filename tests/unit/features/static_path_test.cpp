// SPDX-License-Identifier: BSL-1.0
//
// Names below a static root: what comes out is safe, whatever goes in.

#include "features/static_path.hpp"

#include <doctest/doctest.h>

#include <string>

using asio_httpd::features::static_path;

namespace {

constexpr std::string_view refused = "(refused)";

std::string named(std::string_view rest, bool dotfiles = false) {
  static_path path;
  if (!path.assign(rest, dotfiles)) return std::string(refused);
  CHECK(path.text() == path.c_str());
  return std::string(path.text());
}

bool names_folder(std::string_view rest) {
  static_path path;
  REQUIRE(path.assign(rest, false));
  return path.names_folder();
}

}  // namespace

TEST_CASE("a name stays as it is, decoded as it came") {
  CHECK(named("a.txt") == "a.txt");
  CHECK(named("css/a b.css") == "css/a b.css");
  CHECK(named("%2e%2e/x") == "%2e%2e/x");
  CHECK(named("\xff\\*?") == "\xff\\*?");
  CHECK(named("a.b..c/d...") == "a.b..c/d...");
}

TEST_CASE("slashes at the begin and the end go, repeated ones count as one") {
  CHECK(named("a/") == "a");
  CHECK(named("/a") == "a");
  CHECK(named("//a///b//") == "a/b");
  CHECK(named("") == "");
  CHECK(named("///") == "");
}

TEST_CASE("a slash at the end makes a folder of it") {
  CHECK(names_folder(""));
  CHECK(names_folder("/"));
  CHECK(names_folder("a/"));
  CHECK(names_folder("a//"));
  CHECK_FALSE(names_folder("a"));
  CHECK_FALSE(names_folder("/a"));
}

TEST_CASE("threat 16: dot segments are refused, dotfiles allowed or not") {
  for (const std::string_view rest : {"..", ".", "../x", "a/..", "a/../b", "./a", "a/./b", "../",
                                      "a//../../b", "..//etc", "a/.."}) {
    CAPTURE(rest);
    CHECK(named(rest, false) == refused);
    CHECK(named(rest, true) == refused);
  }
}

TEST_CASE("threat 17: a NUL is refused") {
  CHECK(named(std::string_view("a\0.txt", 6)) == refused);
  CHECK(named(std::string_view("\0", 1)) == refused);
  CHECK(named(std::string_view("a/b\0", 4), true) == refused);
}

TEST_CASE("threat 18: dotfiles are hidden, but .well-known is not") {
  CHECK(named(".git") == refused);
  CHECK(named(".git/config") == refused);
  CHECK(named("a/.htpasswd") == refused);
  CHECK(named("...") == refused);
  CHECK(named(".git/config", true) == ".git/config");
  CHECK(named(".well-known/security.txt") == ".well-known/security.txt");
  CHECK(named(".well-known/.hidden") == refused);
  CHECK(named(".well-known2") == refused);
  CHECK(named("a.txt") == "a.txt");
}

TEST_CASE("append puts a slash between, and none before the first") {
  static_path path;
  REQUIRE(path.assign("a/", false));
  CHECK(path.append("index.html"));
  CHECK(path.text() == "a/index.html");
  REQUIRE(path.assign("", false));
  CHECK(path.append("index.html"));
  CHECK(path.text() == "index.html");
}

TEST_CASE("a name that the kernel would not take is refused, up to the last byte") {
  std::string longest;
  while (longest.size() < static_path::max_size - 256) longest.append(255, 'a').append("/");
  longest.append(static_path::max_size - longest.size(), 'a');
  REQUIRE(longest.size() == static_path::max_size);
  CHECK(named(longest) == longest);
  CHECK(named(longest + "a") == refused);
  CHECK(named("/" + longest) == longest);
  CHECK(named(longest + "/b") == refused);
  static_path path;
  REQUIRE(path.assign(longest.substr(0, static_path::max_size - 2), false));
  CHECK_FALSE(path.append("bc"));
  CHECK(path.append("b"));
  CHECK(path.text().size() == static_path::max_size);
  CHECK_FALSE(path.append(""));
}

TEST_CASE("nor a segment that is longer than a name can be") {
  CHECK(named("a/" + std::string(255, 'b')) == "a/" + std::string(255, 'b'));
  CHECK(named("a/" + std::string(256, 'b')) == refused);
}
