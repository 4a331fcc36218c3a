// SPDX-License-Identifier: BSL-1.0
//
// Content that is sent piece by piece.

#include "http2/content_source.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

using asio_httpd::base::byte_buffer;
using asio_httpd::http2::content_reader;
using asio_httpd::http2::content_source;

namespace {

content_source in_memory(std::string_view first, std::string_view second) {
  return {first, second, nullptr, 0, first.size() + second.size()};
}

// All of it, `step` bytes at a time.
std::string copied(const content_source& from, std::size_t step) {
  byte_buffer to;
  for (std::uint64_t at = 0; at < from.size; at += step) {
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(step, from.size - at));
    to.prepare(n);
    REQUIRE(from.copy(at, n, to));
  }
  return std::string(to.view());
}

bool read_text(void* context, char* to, std::uint64_t offset, std::size_t size) {
  const auto& text = *static_cast<const std::string*>(context);
  if (offset + size > text.size()) return false;
  text.copy(to, size, static_cast<std::size_t>(offset));
  return true;
}

}  // namespace

TEST_CASE("content in two pieces comes whole, however it is cut") {
  for (std::size_t step = 1; step <= 8; ++step) {
    CAPTURE(step);
    CHECK(copied(in_memory("abc", "defg"), step) == "abcdefg");
    CHECK(copied(in_memory("abc", ""), step) == "abc");
    CHECK(copied(in_memory("", "defg"), step) == "defg");
  }
}

TEST_CASE("content from a reader begins at its offset") {
  std::string text = "0123456789";
  const content_reader reader{&read_text, &text};
  for (std::size_t step = 1; step <= 7; ++step) {
    CAPTURE(step);
    CHECK(copied({{}, {}, &reader, 3, 6}, step) == "345678");
  }
}

TEST_CASE("a reader that cannot leaves nothing behind") {
  std::string text = "0123";
  const content_reader reader{&read_text, &text};
  const content_source from{{}, {}, &reader, 0, 8};
  byte_buffer to;
  to.append("frame");
  to.prepare(8);
  CHECK_FALSE(from.copy(0, 8, to));
  CHECK(to.view() == "frame");
}
