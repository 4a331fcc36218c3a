// SPDX-License-Identifier: BSL-1.0
//
// Paths taken apart: segments, decoding, dot segments, and the ways in which servers have read one
// path twice.

#include "http/path.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "support/allocation_counter.hpp"

using asio_httpd::http::path;
using asio_httpd::http::path_error;

namespace {

// "a|b|" is a and b with a slash at the end, "a|b" the same without; "!..." is an error.
std::string outline(const path& p) {
  std::string text;
  for (std::size_t i = 0; i < p.size(); ++i) text.append(i == 0 ? "" : "|").append(p[i]);
  return p.trailing_slash() ? text + "|" : text;
}

std::string outline(std::string_view raw) {
  path p;
  const path_error error = p.parse(raw);
  return error == path_error::none ? outline(p) : "!" + std::string(describe(error));
}

path_error error_of(std::string_view raw) {
  path p;
  return p.parse(raw);
}

std::string text_of(std::string_view raw) {
  path p;
  CHECK(p.parse(raw) == path_error::none);
  return std::string(p.text());
}

std::string with_every_byte_escaped(std::string_view raw) {
  constexpr std::string_view digits = "0123456789aBcDeF";
  std::string text;
  for (const char c : raw) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '/') {
      text += c;
    } else {
      text.append("%").append(1, digits[byte / 16]).append(1, digits[byte % 16]);
    }
  }
  return text;
}

// remove_dot_segments as RFC 3986 section 5.2.4 writes it down, for comparison.
std::string remove_dot_segments(std::string in) {
  std::string out;
  const auto starts = [&](std::string_view prefix) { return in.starts_with(prefix); };
  const auto remove_last = [&] { out.erase(out.empty() ? 0 : out.rfind('/')); };
  while (!in.empty()) {
    if (starts("/./")) {
      in.erase(0, 2);
    } else if (in == "/.") {
      in = "/";
    } else if (starts("/../")) {
      in.erase(0, 3);
      remove_last();
    } else if (in == "/..") {
      in = "/";
      remove_last();
    } else {
      const std::size_t end = in.find('/', 1);
      out += in.substr(0, end);
      in.erase(0, end);
    }
  }
  return out;
}

}  // namespace

TEST_CASE("segments and the slash at the end") {
  CHECK(outline("/") == "|");
  CHECK(outline("/a") == "a");
  CHECK(outline("/a/") == "a|");
  CHECK(outline("/a/b") == "a|b");
  CHECK(outline("/static/images/logo.png") == "static|images|logo.png");
}

TEST_CASE("empty segments are kept") {
  path p;
  REQUIRE(p.parse("/a//b") == path_error::none);
  REQUIRE(p.size() == 3);
  CHECK(p[1].empty());
  CHECK(p[2] == "b");

  REQUIRE(p.parse("//") == path_error::none);
  REQUIRE(p.size() == 1);
  CHECK(p[0].empty());
  CHECK(p.trailing_slash());

  REQUIRE(p.parse("//a") == path_error::none);
  REQUIRE(p.size() == 2);
  CHECK_FALSE(p.trailing_slash());
}

TEST_CASE("each segment is decoded once") {
  CHECK(outline("/a%20b") == "a b");
  CHECK(outline("/%61/%62") == "a|b");
  CHECK(outline("/a+b") == "a+b");
  CHECK(outline("/%C3%a9t%c3%A9") == "\xc3\xa9t\xc3\xa9");
  CHECK(outline("/100%25") == "100%");
  CHECK(outline("/what%3Fnow%23") == "what?now#");
  CHECK(outline("/%2525") == "%25");
}

TEST_CASE("bytes from 0x80 are left alone") {
  CHECK(outline("/caf\xc3\xa9/\xff\xfe") == "caf\xc3\xa9|\xff\xfe");
  CHECK(outline("/abcdefg\x80/\xa0") == "abcdefg\x80|\xa0");
}

TEST_CASE("dot segments are resolved as in RFC 3986") {
  CHECK(outline("/a/..") == "|");
  CHECK(outline("/a/.") == "a|");
  CHECK(outline("/a/./b") == "a|b");
  CHECK(outline("/a/../b") == "b");
  CHECK(outline("/a/b/../..") == "|");
  CHECK(outline("/a/b/c/./../../g") == "a|g");
  CHECK(outline("/mid/content=5/../6") == "mid|6");
  CHECK(outline("/a//../b") == "a|b");
  CHECK(outline("/.") == "|");
  CHECK(outline("/./") == "|");
  CHECK(outline("/a/../") == "|");
}

TEST_CASE("what only looks like a dot segment is a name") {
  CHECK(outline("/...") == "...");
  CHECK(outline("/.hidden/..x/x..") == ".hidden|..x|x..");
  CHECK(outline("/a/. ./b") == "a|. .|b");
  CHECK(outline("/..;/a") == "..;|a");
  CHECK(outline("/..\\/a") == "..\\|a");
}

TEST_CASE("the root is the top") {
  CHECK(outline("/..") == "|");
  CHECK(outline("/../a") == "a");
  CHECK(outline("/a/../../../b") == "b");
  CHECK(outline("/../../etc/passwd") == "etc|passwd");
}

TEST_CASE("a slash at the end goes with its segment") {
  CHECK(outline("/a/../b") == "b");
  CHECK(outline("/a/./") == "a|");
  CHECK(outline("/a/b/..") == "a|");
  CHECK(outline("/a/../b/.") == "b|");
}

TEST_CASE("threat 16: traversal by order of decoding") {
  SUBCASE("encoded dots are dots before they are resolved") {
    CHECK(outline("/%2e%2e/%2E%2e/etc/passwd") == "etc|passwd");
    CHECK(outline("/a/.%2e/.%2E/%2e./b") == "b");
    CHECK(outline("/a/%2e/b") == "a|b");
    CHECK(outline("/icons/.%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd") == "etc|passwd");
  }
  SUBCASE("nothing is decoded a second time") {
    CHECK(outline("/%252e%252e/a") == "%2e%2e|a");
    CHECK(outline("/..%252f..%252fetc") == "..%2f..%2fetc");
    CHECK(outline("/%25%32%65%25%32%65/a") == "%2e%2e|a");
  }
  SUBCASE("an encoded slash does not make a segment, and is reported") {
    path p;
    REQUIRE(p.parse("/files/..%2f..%2Fetc%2fpasswd") == path_error::none);
    REQUIRE(p.size() == 2);
    CHECK(p[1] == "../../etc/passwd");
    CHECK(p.has_encoded_slash());
  }
  SUBCASE("overlong forms of UTF-8 are no dots and no slashes") {
    CHECK(outline("/%c0%ae%c0%ae/a") == "\xc0\xae\xc0\xae|a");
    CHECK(outline("/..%c0%af..") == "..\xc0\xaf..");
  }
  SUBCASE("no result contains a dot segment") {
    path p;
    for (const std::string_view raw :
         {"/%2e%2e", "/x/%2e%2e/%2e%2e/y", "/./%2e/..", "/a/%2E%2E/.."}) {
      REQUIRE(p.parse(raw) == path_error::none);
      for (std::size_t i = 0; i < p.size(); ++i) {
        CHECK(p[i] != "..");
        CHECK(p[i] != ".");
      }
    }
  }
}

TEST_CASE("threat 17: NUL and control bytes in the path") {
  using namespace std::string_view_literals;
  CHECK(error_of("/index.html%00") == path_error::nul);
  CHECK(error_of("/a%00.png/b") == path_error::nul);
  CHECK(error_of("/a\0b"sv) == path_error::nul);
  CHECK(error_of("/%0d%0aSet-Cookie:x") == path_error::control_byte);
  CHECK(error_of("/a\r\nb") == path_error::control_byte);
  CHECK(error_of("/a%7f") == path_error::control_byte);
  CHECK(error_of("/gone%00/../a") == path_error::nul);  // also in a segment that is resolved away
}

TEST_CASE("threat 17: every control byte, plain and encoded, at every place of a word") {
  for (unsigned byte = 0; byte < 256; ++byte) {
    const bool control = byte < 0x20 || byte == 0x7f;
    if (byte == '/' || byte == '%') continue;
    for (std::size_t at = 1; at < 20; ++at) {
      std::string raw(20, 'x');
      raw[0] = '/';
      raw[at] = static_cast<char>(byte);
      CAPTURE(byte);
      CAPTURE(at);
      CHECK((error_of(raw) != path_error::none) == control);
      CHECK((error_of(with_every_byte_escaped(raw)) != path_error::none) == control);
    }
  }
}

TEST_CASE("malformed escapes") {
  for (const std::string_view raw : {"/%", "/a%", "/%4", "/%zz", "/%4x", "/%x4", "/%u0041", "/% 41",
                                     "/a%2/b", "/%%41", "/%/41", "/%+1", "/a/%zz/../b"}) {
    CAPTURE(raw);
    CHECK(error_of(raw) == path_error::malformed_percent);
  }
}

TEST_CASE("what is no path") {
  for (const std::string_view raw : {"", "a", "*", "a/b", "%2fa", "http://host/", "\\a"}) {
    CAPTURE(raw);
    CHECK(error_of(raw) == path_error::not_absolute);
  }
}

TEST_CASE("limits") {
  const auto segments = [](std::size_t count, std::string_view segment) {
    std::string raw;
    for (std::size_t i = 0; i < count; ++i) raw.append("/").append(segment);
    return raw;
  };
  path p;
  CHECK(p.parse(segments(256, "a")) == path_error::none);
  CHECK(p.size() == 256);
  CHECK(p.parse(segments(256, "%61") + "/") == path_error::none);
  CHECK(p.size() == 256);
  CHECK(error_of(segments(257, "a")) == path_error::too_many_segments);
  CHECK(error_of(segments(257, "%61")) == path_error::too_many_segments);
  CHECK(error_of(std::string(258, '/')) == path_error::too_many_segments);
  CHECK(error_of(segments(256, "a") + "//") == path_error::too_many_segments);
  CHECK(outline(segments(2000, "a/..")) == "|");  // resolved on the way
  CHECK(error_of("/" + std::string(65534, 'a')) == path_error::none);
  CHECK(error_of("/" + std::string(65535, 'a')) == path_error::too_long);
}

TEST_CASE("after an error the path is empty") {
  path p;
  REQUIRE(p.parse("/a/b/") == path_error::none);
  REQUIRE(p.parse("/c%2fd/%00") == path_error::nul);
  CHECK(p.size() == 0);
  CHECK_FALSE(p.trailing_slash());
  CHECK_FALSE(p.has_encoded_slash());
  CHECK(p.text().empty());
  CHECK(p.tail(0).empty());
}

TEST_CASE("the text is decoded, resolved and joined") {
  CHECK(text_of("/") == "/");
  CHECK(text_of("/a/b/") == "/a/b/");
  CHECK(text_of("/a%20b/./c/../d") == "/a b/d");
  CHECK(text_of("/a/..") == "/");
  CHECK(text_of("/%61//") == "/a//");
}

TEST_CASE("tails") {
  path p;
  REQUIRE(p.parse("/files/a%20b/c/") == path_error::none);
  CHECK(p.tail(0) == "files/a b/c/");
  CHECK(p.tail(1) == "a b/c/");
  CHECK(p.tail(2) == "c/");
  CHECK(p.tail(3).empty());
  CHECK(p.tail(4000).empty());
  REQUIRE(p.parse("/files//") == path_error::none);
  CHECK(p.tail(1) == "/");
  REQUIRE(p.parse("/") == path_error::none);
  CHECK(p.tail(0).empty());
}

TEST_CASE("encoded slashes") {
  const auto has = [](std::string_view raw) {
    path p;
    CHECK(p.parse(raw) == path_error::none);
    return p.has_encoded_slash();
  };
  CHECK(has("/a%2fb"));
  CHECK(has("/%2F"));
  CHECK_FALSE(has("/a/b"));
  CHECK_FALSE(has("/a%5cb"));
  CHECK_FALSE(has("/a%252fb"));
  CHECK_FALSE(has("/a%2fb/../c"));  // resolved away: the text is not ambiguous
}

TEST_CASE("a plain path is not copied") {
  const std::string raw = "/static/logo.png";
  path p;
  REQUIRE(p.parse(raw) == path_error::none);
  CHECK(p.text().data() == raw.data());
}

TEST_CASE("an object is used again and again") {
  path p;
  REQUIRE(p.parse("/a%2fb/c") == path_error::none);
  REQUIRE(p.parse("/d/") == path_error::none);
  CHECK(outline(p) == "d|");
  CHECK_FALSE(p.has_encoded_slash());
  REQUIRE(p.parse("/e") == path_error::none);
  CHECK_FALSE(p.trailing_slash());
}

TEST_CASE("no allocation after the first paths") {
  const std::vector<std::string> raws{"/a/b/c/d", "/%61/../b%20c/d", "/", "/x//y/./z/", "/%00",
                                      "*"};
  path p;
  for (const std::string& raw : raws) static_cast<void>(p.parse(raw));
  const std::size_t before = test_support::allocations_of_this_thread();
  for (int round = 0; round < 10; ++round) {
    for (const std::string& raw : raws) static_cast<void>(p.parse(raw));
  }
  CHECK(test_support::allocations_of_this_thread() == before);
}

TEST_CASE("random paths: plain and escaped ones are read alike, and as RFC 3986 says") {
  std::mt19937 random(3986);
  constexpr std::string_view alphabet = "//////....ab\xc3";
  for (int round = 0; round < 5000; ++round) {
    std::string raw = "/";
    for (std::size_t length = random() % 24; length > 0; --length) {
      raw += alphabet[random() % alphabet.size()];
    }
    CAPTURE(raw);
    CHECK(text_of(raw) == remove_dot_segments(raw));
    CHECK(outline(raw) == outline(with_every_byte_escaped(raw)));
  }
}

TEST_CASE("random bytes: no crash, and segments that join to the text") {
  std::mt19937 random(16);
  constexpr std::string_view alphabet = "/.%2eEfF0a\x01\x7f\xff";
  path p;
  for (int round = 0; round < 20000; ++round) {
    std::string raw = "/";
    for (std::size_t length = random() % 32; length > 0; --length) {
      raw += alphabet[random() % alphabet.size()];
    }
    if (p.parse(raw) != path_error::none) continue;
    std::string joined;
    for (std::size_t i = 0; i < p.size(); ++i) joined.append("/").append(p[i]);
    if (p.trailing_slash()) joined += '/';
    CAPTURE(raw);
    CHECK(joined == p.text());
    CHECK(joined.size() <= raw.size());
  }
}

TEST_CASE("each error has a sentence") {
  std::vector<std::string_view> seen;
  for (unsigned value = 0; value <= static_cast<unsigned>(path_error::too_long); ++value) {
    const std::string_view text = describe(static_cast<path_error>(value));
    CHECK(text != describe(static_cast<path_error>(255)));
    for (const std::string_view other : seen) CHECK(text != other);
    seen.push_back(text);
  }
}
