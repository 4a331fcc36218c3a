// SPDX-License-Identifier: BSL-1.0
//
// The field section: look-up without case, order, several lines of a name, and that no value or
// name can end a line.

#include <asio_httpd/fields.hpp>

#include "http1/head_parser.hpp"

#include <doctest/doctest.h>

#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>

using namespace asio_httpd;

namespace {

// "Name=value; Name=value"
std::string text_of(const fields& f) {
  std::string text;
  for (auto [id, name, value] : f) {
    text.append(text.empty() ? "" : "; ").append(name).append("=").append(value);
  }
  return text;
}

}  // namespace

TEST_CASE("empty at first") {
  const fields f;
  CHECK(f.empty());
  CHECK(f.size() == 0);
  CHECK(f.get(field::host).empty());
  CHECK(f.get("host").empty());
  CHECK_FALSE(f.contains(field::host));
  CHECK_FALSE(f.contains("x"));
  CHECK(f.begin() == f.end());
}

TEST_CASE("names compare without case, by number or by text (RFC 9110 section 5.1)") {
  fields f;
  f.set("CONTENT-type", "a");
  f.set("X-Own", "b");
  CHECK(f.get(field::content_type) == "a");
  CHECK(f.get("Content-Type") == "a");
  CHECK(f.get("x-OWN") == "b");
  CHECK(f.contains("content-TYPE"));
  CHECK(f.contains("x-own"));
  CHECK_FALSE(f.contains("x-owner"));
  CHECK(text_of(f) == "CONTENT-type=a; X-Own=b");
  CHECK(f[0].id == field::content_type);
  CHECK(f[1].id == field::unknown);
}

TEST_CASE("set replaces all lines of a name, append adds one; the order stays") {
  fields f;
  f.append("Set-Cookie", "a");
  f.append("X-Own", "b");
  f.append(field::set_cookie, "c");
  f.append("x-own", "d");
  CHECK(text_of(f) == "Set-Cookie=a; X-Own=b; Set-Cookie=c; x-own=d");
  CHECK(f.count(field::set_cookie) == 2);
  CHECK(f.get(field::set_cookie) == "a");
  CHECK(f.get("X-OWN") == "b");
  f.set(field::set_cookie, "e");
  CHECK(text_of(f) == "X-Own=b; x-own=d; Set-Cookie=e");
  f.set("X-OWN", "f");
  CHECK(text_of(f) == "Set-Cookie=e; X-OWN=f");
}

TEST_CASE("erase takes all lines of a name and no other") {
  fields f;
  f.append("A", "1");
  f.append("Host", "2");
  f.append("B", "3");
  f.append("a", "4");
  f.erase("A");
  CHECK(text_of(f) == "Host=2; B=3");
  CHECK_FALSE(f.contains("a"));
  CHECK(f.contains("b"));
  f.erase(field::host);
  f.erase("host");
  f.erase("none");
  CHECK(text_of(f) == "B=3");
  f.erase("b");
  CHECK(f.empty());
  CHECK_FALSE(f.contains("b"));
}

TEST_CASE("an empty value is there") {
  fields f;
  f.set("Accept", "");
  CHECK(f.contains(field::accept));
  CHECK(f.get(field::accept).empty());
}

TEST_CASE("threat 19: a value with a control byte is refused (RFC 9112 section 11.1)") {
  fields f;
  f.set("X", "before");
  for (int byte = 0; byte < 256; ++byte) {
    const std::string value = "a" + std::string(1, static_cast<char>(byte)) + "b";
    const bool control = (byte < 0x20 && byte != '\t') || byte == 0x7f;
    CAPTURE(byte);
    if (control) {
      CHECK_THROWS_AS(f.set("X", value), std::invalid_argument);
      CHECK_THROWS_AS(f.set(field::location, value), std::invalid_argument);
      CHECK_THROWS_AS(f.append("X", value), std::invalid_argument);
      CHECK_THROWS_AS(f.append(field::location, value), std::invalid_argument);
    } else {
      CHECK_NOTHROW(f.append("Y", value));
    }
  }
  CHECK(f.get("X") == "before");
  CHECK_FALSE(f.contains(field::location));
}

TEST_CASE("threat 19: a name that is no token is refused (RFC 9110 section 5.1)") {
  fields f;
  for (const std::string& name :
       {std::string(), std::string("a b"), std::string("a:"), std::string("a\r\nb"),
        std::string("\xc3\xa9"), std::string("a\0", 2), std::string(65536, 'x')}) {
    CAPTURE(name);
    CHECK_THROWS_AS(f.set(name, "v"), std::invalid_argument);
    CHECK_THROWS_AS(f.append(name, "v"), std::invalid_argument);
  }
  CHECK_THROWS_AS(f.set(field::unknown, "v"), std::invalid_argument);
  CHECK_THROWS_AS(f.append(field::unknown, "v"), std::invalid_argument);
  CHECK(f.empty());
  const std::string longest(65535, 'x');
  f.set(longest, "v");
  CHECK(f[0].name == longest);
}

TEST_CASE("a value may be a view into the same fields") {
  fields f;
  f.set("A", "a value that is too long to be kept inside of a string object");
  for (int i = 0; i < 50; ++i) f.append("B", f.get("A"));
  f.set("A", f.get("B"));
  CHECK(f.size() == 51);
  for (auto [id, name, value] : f) {
    CHECK(value == "a value that is too long to be kept inside of a string object");
  }
}

TEST_CASE("a copy owns its text, a move takes it") {
  fields copy;
  {
    fields f;
    f.set("Host", "a");
    f.set("X", "b");
    copy = f;
    fields second(f);
    f.set("Host", "changed");
    CHECK(text_of(second) == "Host=a; X=b");
  }
  CHECK(text_of(copy) == "Host=a; X=b");
  const fields& self = copy;
  copy = self;
  CHECK(text_of(copy) == "Host=a; X=b");
  const fields moved(std::move(copy));
  CHECK(text_of(moved) == "Host=a; X=b");
  CHECK(moved.contains(field::host));
}

TEST_CASE("fields in a receive buffer are borrowed; a copy owns its text") {
  std::string message = "Host: abc";
  fields f;
  http1::field_sink::add(f, field::host, {0, 4}, {6, 3});
  http1::field_sink::borrow(f, message.data());
  CHECK(f.get(field::host) == "abc");
  CHECK(f[0].name == "Host");
  const fields copy(f);
  message = "Host: xyz";
  http1::field_sink::borrow(f, message.data());
  CHECK(f.get(field::host) == "xyz");
  CHECK(copy.get(field::host) == "abc");
}

TEST_CASE("clear forgets all of it") {
  fields f;
  f.set("Host", "a");
  f.clear();
  CHECK(f.empty());
  CHECK_FALSE(f.contains(field::host));
  f.set("X", "b");
  CHECK(text_of(f) == "X=b");
}

TEST_CASE("iteration is that of an input iterator") {
  fields f;
  f.append("A", "1");
  f.append("B", "2");
  CHECK(std::distance(f.begin(), f.end()) == 2);
  auto it = f.begin();
  CHECK((*it++).name == "A");
  CHECK((*it).name == "B");
  CHECK(++it == f.end());
}
