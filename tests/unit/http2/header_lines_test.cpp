// SPDX-License-Identifier: BSL-1.0
//
// The lines of a response in HTTP/2 (RFC 9113 section 8.3.2).

#include "http2/header_lines.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace asio_httpd;
using namespace asio_httpd::http2;

namespace {

std::string text_of(std::span<const header> lines) {
  std::string text;
  for (const auto& [name, value] : lines) {
    text.append(name).append("=").append(value).append("\n");
  }
  return text;
}

http::common_lines common() {
  http::common_lines made;
  made.date = "today";
  made.server = "me";
  return made;
}

}  // namespace

TEST_CASE("status first, names in lower case, the size where it is told") {
  fields f;
  f.append("X-Own-Name", "Value");
  f.append(field::content_type, "text/plain");
  f.append("Another-ONE", "2");
  header_lines lines;
  CHECK(text_of(lines.of(status::ok, f, common(), 5)) ==
        ":status=200\ndate=today\nserver=me\nx-own-name=Value\ncontent-type=text/plain\n"
        "another-one=2\ncontent-length=5\n");
  CHECK(text_of(lines.of(status::not_modified, {}, common(), std::nullopt)) ==
        ":status=304\ndate=today\nserver=me\n");
}

TEST_CASE("nothing of the connection is sent (RFC 9113 section 8.2.2)") {
  fields f;
  for (const char* name : {"Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding",
                           "Upgrade", "Content-Length", "Date", "Server"}) {
    f.append(name, "x");
  }
  f.append("etag", "\"1\"");
  header_lines lines;
  CHECK(text_of(lines.of(status::ok, f)) == ":status=200\netag=\"1\"\n");
  CHECK(text_of(lines.of_trailers(f)) == "etag=\"1\"\n");
}

TEST_CASE("many fields that nobody knows keep their names") {
  fields f;
  std::string expected = ":status=200\n";
  for (int i = 0; i < 200; ++i) {
    const std::string number = std::to_string(i);
    f.append("X-Field-" + number, number);
    expected.append("x-field-" + number + "=" + number + "\n");
  }
  header_lines lines;
  CHECK(text_of(lines.of(status::ok, f)) == expected);
  CHECK(text_of(lines.of(status::ok, f)) == expected);
}
