// SPDX-License-Identifier: BSL-1.0
//
// Names that uploads come with, the honest and the others.

#include <asio_httpd/safe_filename.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using asio_httpd::safe_filename;

TEST_CASE("a plain name stays as it is") {
  for (const std::string_view name : {"a", "photo.jpg", "two words.txt", ".bashrc", "a..b", "...x",
                                      "\xc3\xa4.txt", "50%.txt", "a:b", "~", "-rf"}) {
    CAPTURE(name);
    CHECK(safe_filename(name) == name);
  }
}

TEST_CASE("folders are left away, those of Windows too") {
  CHECK(safe_filename("/etc/passwd") == "passwd");
  CHECK(safe_filename("../../etc/passwd") == "passwd");
  CHECK(safe_filename("C:\\Users\\a\\photo.jpg") == "photo.jpg");
  CHECK(safe_filename("a/b\\c") == "c");
  CHECK(safe_filename("a\\b/c") == "c");
}

TEST_CASE("no name is left") {
  for (const std::string_view name :
       {"", ".", "..", "...", "a/", "a\\", "/", "../..", "a/.", "\n", "a/\x7f", "\x01..\x02"}) {
    CAPTURE(name);
    CHECK_FALSE(safe_filename(name));
  }
  CHECK_FALSE(safe_filename(std::string_view(".\0.", 3)));
}

TEST_CASE("control bytes are left away: no byte of the result ends a line or a C string") {
  CHECK(safe_filename("a\r\nb\tc") == "abc");
  CHECK(safe_filename(std::string_view("x.php\0.jpg", 10)) == "x.php.jpg");
  for (int byte = 0; byte < 256; ++byte) {
    const auto made = safe_filename(std::string{'x', static_cast<char>(byte), 'y'});
    REQUIRE(made);
    for (const char c : *made) {
      CHECK(static_cast<unsigned char>(c) >= 0x20);
      CHECK(c != 0x7f);
      CHECK(c != '/');
      CHECK(c != '\\');
    }
  }
}

TEST_CASE("a name that no directory takes is refused, and not cut") {
  CHECK(safe_filename(std::string(255, 'x')) == std::string(255, 'x'));
  CHECK_FALSE(safe_filename(std::string(256, 'x')));
  CHECK(safe_filename(std::string(9999, 'x') + "/y") == "y");
}
