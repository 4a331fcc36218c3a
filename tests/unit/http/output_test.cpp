// SPDX-License-Identifier: BSL-1.0
//
// What waits to be sent: small bodies behind their heads, one large body behind all of it, a file
// last; and how sending uses it up.

#include "http/output.hpp"

#include <doctest/doctest.h>

#include <string>
#include <system_error>

using namespace asio_httpd;
using namespace asio_httpd::http;

namespace {

response with_body(std::size_t size) {
  response r;
  r.body(std::string(size, 'b'));
  return r;
}

}  // namespace

TEST_CASE("empty at first") {
  output out;
  CHECK(out.empty());
  CHECK(out.pending() == 0);
  CHECK_FALSE(out.has_tail());
  CHECK(out.first().empty());
  CHECK(out.second().empty());
}

TEST_CASE("small bodies follow their heads in one piece of memory") {
  output out;
  for (int i = 0; i < 2; ++i) {
    out.bytes().append("head");
    response r;
    r.body("body");
    out.add_content(r);
  }
  CHECK(out.first() == "headbodyheadbody");
  CHECK_FALSE(out.has_tail());
  CHECK(out.pending() == 16);
}

TEST_CASE("a body is small up to 16 KiB; a large one is not copied") {
  output out;
  response small = with_body(output::small_body);
  out.add_content(small);
  CHECK_FALSE(out.has_tail());
  CHECK(out.pending() == output::small_body);
  out.clear();

  response large = with_body(output::small_body + 1);
  const char* const text = large.text().data();
  out.bytes().append("head");
  out.add_content(large);
  CHECK(out.has_tail());
  CHECK(out.first() == "head");
  CHECK(out.second().data() == text);
  CHECK(out.pending() == 4 + output::small_body + 1);
}

TEST_CASE("what is sent is used up, across both pieces") {
  output out;
  out.bytes().append("head");
  response large = with_body(output::small_body + 10);
  out.add_content(large);
  out.sent(0);
  out.sent(3);
  CHECK(out.first() == "d");
  out.sent(6);
  CHECK(out.first().empty());
  CHECK(out.second().size() == output::small_body + 5);
  CHECK_FALSE(out.empty());
  out.sent(output::small_body + 5);
  CHECK(out.empty());
  CHECK_FALSE(out.has_tail());
  CHECK(out.memory() < 1024);  // large text is not kept
}

TEST_CASE("bytes may be added behind a part that is sent") {
  output out;
  out.bytes().append("abc");
  out.sent(2);
  out.bytes().append("def");
  CHECK(out.first() == "cdef");
  out.sent(4);
  CHECK(out.empty());
  out.bytes().append("g");
  CHECK(out.first() == "g");
}

TEST_CASE("a file is sent last, from where it begins, and closed at its end") {
  std::error_code error;
  response r;
  r.body(file::open("/proc/self/exe", error), 100, 50);
  REQUIRE_FALSE(error);
  output out;
  out.bytes().append("head");
  out.add_content(r);
  CHECK(out.has_tail());
  CHECK(out.pending() == 4);
  REQUIRE(out.file() != nullptr);
  CHECK(out.file()->is_open());
  CHECK(out.file_offset() == 100);
  CHECK(out.file_left() == 50);
  out.sent(4);
  CHECK(out.pending() == 0);
  CHECK_FALSE(out.empty());
  out.sent_from_file(20);
  CHECK(out.file_offset() == 120);
  CHECK(out.file_left() == 30);
  out.sent_from_file(30);
  CHECK(out.empty());
  CHECK(out.file() == nullptr);
}

TEST_CASE("clear drops all of it, the file too") {
  std::error_code error;
  response r;
  r.body(file::open("/proc/self/exe", error), 0, 50);
  output out;
  out.bytes().append("head");
  out.add_content(r);
  out.clear();
  CHECK(out.empty());
  CHECK(out.file() == nullptr);
}
