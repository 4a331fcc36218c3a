// SPDX-License-Identifier: BSL-1.0

#include <asio_httpd/testing/client_request.hpp>

#include <doctest/doctest.h>

#include <stdexcept>

using namespace asio_httpd;
using testing::client_request;
using testing::to_bytes;

TEST_CASE("a request in bytes") {
  CHECK(to_bytes({}) == "GET / HTTP/1.1\r\nHost: test\r\n\r\n");
  CHECK(to_bytes({method::delete_, "/a?b=c", {{"Accept", "*/*"}, {"X", ""}}}) ==
        "DELETE /a?b=c HTTP/1.1\r\nHost: test\r\nAccept: */*\r\nX: \r\n\r\n");
}

TEST_CASE("the length is written where there is content, or could be") {
  CHECK(to_bytes({method::get, "/", {}, "abc"}) ==
        "GET / HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\n\r\nabc");
  for (const method m : {method::post, method::put, method::patch}) {
    CHECK(to_bytes({.method = m}).find("Content-Length: 0\r\n") != std::string::npos);
  }
  CHECK(to_bytes({.method = method::delete_}).find("Content-Length") == std::string::npos);
}

TEST_CASE("what is given is not written twice") {
  CHECK(to_bytes({method::post, "/", {{"host", "a"}, {"content-length", "9"}}, "abc"}) ==
        "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nabc");
  CHECK(to_bytes({method::post, "/", {{"Transfer-Encoding", "chunked"}}, "0\r\n\r\n"}) ==
        "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
}

TEST_CASE("what would be another request is refused") {
  for (const char* target : {"", "/a b", "/a\r\nX: y", "/\xc3\xa4"}) {
    CHECK_THROWS_AS(to_bytes({.target = target}), std::invalid_argument);
  }
  CHECK_THROWS_AS(to_bytes({.fields = {{"A", "b\r\nC: d"}}}), std::invalid_argument);
  CHECK_THROWS_AS(to_bytes({.fields = {{"A b", "c"}}}), std::invalid_argument);
}
