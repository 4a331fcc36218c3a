// SPDX-License-Identifier: BSL-1.0

#include "http1/body_reader.hpp"

#include <doctest/doctest.h>

#include <string_view>

using namespace asio_httpd;
using asio_httpd::http1::body_reader;

TEST_CASE("nothing is left of a body that was given up") {
  const std::string_view bodies[] = {"4\r\nabcd\r\n", "4\r\nab", "oops\r\n"};
  for (const std::string_view bytes : bodies) {
    CAPTURE(bytes);
    base::byte_buffer input;
    input.append(bytes);
    fields trailers;
    http1::framing f;
    f.chunked = true;
    body_reader reader;
    reader.begin(f);
    reader.next(input, {}, trailers);
    REQUIRE_FALSE(reader.is_complete());

    reader.clear();
    CHECK(reader.is_complete());
    CHECK(reader.received() == 0);
    CHECK(reader.left() == 0);
    CHECK(reader.broken() == http1::rule::none);
    base::byte_buffer other;
    other.append("GET / HTTP/1.1\r\n");
    CHECK(reader.next(other, {}, trailers).at == body_reader::state::complete);
    CHECK(other.view() == "GET / HTTP/1.1\r\n");
  }
}

TEST_CASE("of a body with a length, that was given up, nothing is left either") {
  base::byte_buffer input;
  input.append("ab");
  fields trailers;
  http1::framing f;
  f.content_length = 9;
  body_reader reader;
  reader.begin(f);
  reader.next(input, {}, trailers);
  CHECK(reader.left() == 7);
  reader.clear();
  CHECK(reader.left() == 0);
}
