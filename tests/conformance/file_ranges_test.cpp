// SPDX-License-Identifier: BSL-1.0
//
// Ranges of files (RFC 9110 section 14): what is asked for, and what comes. Parsing has its own
// tests (unit.http.range).

#include <doctest/doctest.h>

#include <string>

#include "support/file_table.hpp"

using namespace asio_httpd;
using namespace test_support;

namespace {

struct ranges_site : file_site {
  std::string large = digits(100'000);  // sent from the disk
  ranges_site() {
    write("ten.txt", "0123456789");
    write("one.txt", "x");
    write("empty.txt", "");
    write("large.bin", large);
  }
};

file_row part(std::string range, std::string content, std::string content_range) {
  return {.target = "/ten.txt",
          .fields = {{"Range", std::move(range)}},
          .code = 206,
          .content = content,
          .wanted = {{"Content-Range", std::move(content_range)},
                     {"Content-Length", std::to_string(content.size())},
                     {"Content-Type", "text/plain; charset=utf-8"},
                     {"Accept-Ranges", "bytes"},
                     {"Last-Modified", std::string(at_modified)},
                     {"ETag", "@etag"}}};
}

file_row unsatisfiable(std::string target, std::string range, std::string size) {
  return {.target = std::move(target),
          .fields = {{"Range", std::move(range)}},
          .code = 416,
          .wanted = {{"Content-Range", "bytes */" + size}, {"ETag", ""}, {"Last-Modified", ""}}};
}

file_row whole(std::string range) {
  return {.target = "/ten.txt",
          .fields = {{"Range", std::move(range)}},
          .code = 200,
          .content = "0123456789",
          .wanted = {{"Content-Range", ""}, {"Accept-Ranges", "bytes"}}};
}

file_row if_range(std::string validator, unsigned code) {
  return {.target = "/ten.txt",
          .fields = {{"Range", "bytes=2-4"}, {"If-Range", std::move(validator)}},
          .code = code,
          .content = code == 206 ? "234" : "0123456789",
          .wanted = {{"Content-Range", code == 206 ? "bytes 2-4/10" : ""}}};
}

file_row of_large(std::string range, unsigned code, std::string content_range) {
  return {.target = "/large.bin",
          .fields = {{"Range", std::move(range)}},
          .code = code,
          .wanted = {{"Content-Range", std::move(content_range)}}};
}

}  // namespace

TEST_CASE_FIXTURE(ranges_site, "one range") {
  check({
      part("bytes=0-0", "0", "bytes 0-0/10"),
      part("bytes=9-9", "9", "bytes 9-9/10"),
      part("bytes=3-", "3456789", "bytes 3-9/10"),
      part("bytes=0-", "0123456789", "bytes 0-9/10"),
      part("bytes=0-9", "0123456789", "bytes 0-9/10"),
      part("bytes=2-50", "23456789", "bytes 2-9/10"),
      part("bytes=-1", "9", "bytes 9-9/10"),
      part("bytes=-10", "0123456789", "bytes 0-9/10"),
      part("bytes=-11", "0123456789", "bytes 0-9/10"),
      part("BYTES=1-2", "12", "bytes 1-2/10"),
      part("bytes= 1-2", "12", "bytes 1-2/10"),
      part("bytes=1-2,", "12", "bytes 1-2/10"),
      part("bytes=,,1-2 , ,", "12", "bytes 1-2/10"),
      part("bytes=0000000000000000000000001-2", "12", "bytes 1-2/10"),
  });
}

TEST_CASE_FIXTURE(ranges_site, "threat 15: numbers that do not fit are as large as can be") {
  check({
      part("bytes=8-18446744073709551615", "89", "bytes 8-9/10"),
      part("bytes=8-18446744073709551616", "89", "bytes 8-9/10"),
      part("bytes=8-9223372036854775807", "89", "bytes 8-9/10"),
      part("bytes=-18446744073709551616", "0123456789", "bytes 0-9/10"),
      part("bytes=-18446744073709551615", "0123456789", "bytes 0-9/10"),
      part("bytes=-9223372036854775808", "0123456789", "bytes 0-9/10"),
      part("bytes=0-" + std::string(500, '9'), "0123456789", "bytes 0-9/10"),
      unsatisfiable("/ten.txt", "bytes=18446744073709551615-", "10"),
      unsatisfiable("/ten.txt", "bytes=18446744073709551616-18446744073709551617", "10"),
      unsatisfiable("/ten.txt", "bytes=" + std::string(500, '9') + "-", "10"),
      // Two suffixes whose sum wraps, as in CVE-2017-7529.
      unsatisfiable("/ten.txt", "bytes=-9223372036854775798,-9223372036854775818,-10", "10"),
      {.target = "/ten.txt",
       .fields = {{"Range", "bytes=-17,-18446744073709551599"}},
       .code = 206,
       .content = "0123456789"},
  });
}

TEST_CASE_FIXTURE(ranges_site, "nothing of what is asked for exists") {
  check({
      unsatisfiable("/ten.txt", "bytes=10-", "10"),
      unsatisfiable("/ten.txt", "bytes=10-10", "10"),
      unsatisfiable("/ten.txt", "bytes=100-200,300-", "10"),
      unsatisfiable("/ten.txt", "bytes=-0", "10"),
      unsatisfiable("/ten.txt", "bytes=-0,10-", "10"),
      unsatisfiable("/one.txt", "bytes=1-", "1"),
      unsatisfiable("/empty.txt", "bytes=0-", "0"),
      unsatisfiable("/empty.txt", "bytes=0-0", "0"),
      unsatisfiable("/empty.txt", "bytes=-0", "0"),
      {.target = "/empty.txt", .fields = {{"Range", "bytes=-1"}}, .content = ""},
      {.target = "/one.txt", .fields = {{"Range", "bytes=0-0"}}, .code = 206, .content = "x"},
      {.target = "/one.txt", .fields = {{"Range", "bytes=-5"}}, .code = 206, .content = "x"},
  });
}

TEST_CASE_FIXTURE(ranges_site, "what is no range is as if it were not there") {
  check({whole(""),
         whole("asdf"),
         whole("bytes"),
         whole("bytes="),
         whole("bytes=,"),
         whole("bytes=-"),
         whole("bytes=--1"),
         whole("bytes=alpha"),
         whole("bytes=1-alpha"),
         whole("bytes=alpha-1"),
         whole("bytes=1"),
         whole("bytes=1 - 2"),
         whole("bytes=1-2 3-4"),
         whole("bytes=1-2;3-4"),
         whole("bytes=1-2-3"),
         whole("bytes=+1-2"),
         whole("bytes=1-+2"),
         whole("bytes=0x1-0x2"),
         whole("bytes=1.0-2"),
         whole("bytes=1e0-2"),
         whole("bytes=5-2"),
         whole("bytes=0-1,5-2"),
         whole("bytes=0-1,x"),
         whole("bytes=0-1,-"),
         whole("bytes 0-1"),
         whole("bytes:0-1"),
         whole("bytes =0-1"),
         whole("0-1"),
         whole("=0-1"),
         whole("items=0-1"),
         whole("byte=0-1"),
         whole("bytesx=0-1"),
         whole("bytes=0-1,items=0-1"),
         {.target = "/ten.txt",
          .fields = {{"Range", "bytes=0-1"}, {"Range", "bytes=4-5"}},
          .content = "0123456789"}});
}

TEST_CASE_FIXTURE(ranges_site, "threat 15: many ranges are no more work than the file") {
  const auto repeated = [](const std::string& range, int times) {
    std::string all = "bytes=" + range;
    for (int i = 1; i < times; ++i) all += "," + range;
    return all;
  };
  check({
      // Joined, where they overlap or touch, or parts would be longer than what is between.
      part("bytes=1-2,3-5", "12345", "bytes 1-5/10"),
      part("bytes=3-5,1-2", "12345", "bytes 1-5/10"),
      part("bytes=1-5,2-3", "12345", "bytes 1-5/10"),
      part("bytes=0-0,-1", "0123456789", "bytes 0-9/10"),
      part("bytes=2-3,10-", "23", "bytes 2-3/10"),
      part("bytes=-0,2-3", "23", "bytes 2-3/10"),
      part(repeated("1-1", 16), "1", "bytes 1-1/10"),
      whole(repeated("1-1", 17)),
      whole(repeated("1-1", 2'000)),
      unsatisfiable("/ten.txt", repeated("0-", 3), "10"),
      unsatisfiable("/ten.txt", repeated("-10", 16), "10"),
      of_large("bytes=0-9,0-9,0-9", 206, "bytes 0-9/100000"),
      of_large("bytes=0-99,80-179,160-200", 206, "bytes 0-200/100000"),
      of_large("bytes=0-,1-", 206, "bytes 0-99999/100000"),
      of_large("bytes=0-,1-,2-", 416, "bytes */100000"),
      of_large("bytes=0-9,50000-50009", 206, ""),
      of_large("bytes=0-9,99999999-", 206, "bytes 0-9/100000"),
  });
}

TEST_CASE_FIXTURE(ranges_site, "several ranges are parts, whole and in their order") {
  const std::string between = "\r\n--BOUNDARY\r\nContent-Type: application/octet-stream\r\n";
  const auto head = [&](const std::string& range) {
    return between + "Content-Range: bytes " + range + "/100000\r\n\r\n";
  };
  const auto parts = [&](const std::string& range, const std::string& content) {
    return file_row{.target = "/large.bin",
                    .fields = {{"Range", range}},
                    .code = 206,
                    .content = content.substr(2) + "\r\n--BOUNDARY--\r\n",
                    .wanted = {{"Content-Type", "multipart/byteranges; boundary=BOUNDARY"},
                               {"Content-Range", ""},
                               {"X-Content-Type-Options", "nosniff"},
                               {"ETag", "@etag"}}};
  };
  check({parts("bytes=0-1, 500-501",
               head("0-1") + large.substr(0, 2) + head("500-501") + large.substr(500, 2)),
         parts("bytes=500-501, 0-1",
               head("500-501") + large.substr(500, 2) + head("0-1") + large.substr(0, 2)),
         parts("bytes=-2, 0-0, 100000-",
               head("99998-99999") + large.substr(99'998) + head("0-0") + large.substr(0, 1)),
         parts("bytes=0-39999,50000-", head("0-39999") + large.substr(0, 40'000) +
                                           head("50000-99999") + large.substr(50'000))});
}

// 16 KiB is where files stop to be sent from memory, and the size of what is read at once.
TEST_CASE_FIXTURE(ranges_site, "every border of what is read at once") {
  file_rows rows;
  for (const std::size_t first : {0U, 1U, 16'383U, 16'384U, 16'385U, 65'535U, 65'536U, 99'999U}) {
    for (const std::size_t last : {0U, 1U, 16'383U, 16'384U, 65'535U, 65'536U, 99'998U, 99'999U}) {
      if (last < first) continue;
      const std::string range = std::to_string(first) + "-" + std::to_string(last);
      rows.push_back({.target = "/large.bin",
                      .fields = {{"Range", "bytes=" + range}},
                      .code = 206,
                      .content = large.substr(first, last - first + 1),
                      .wanted = {{"Content-Range", "bytes " + range + "/100000"}}});
    }
  }
  check(rows);
}

TEST_CASE_FIXTURE(ranges_site, "If-Range: a range only of what the client has") {
  check({
      if_range("@etag", 206),
      if_range(std::string(at_modified), 206),
      if_range("Sunday, 06-Nov-94 08:49:37 GMT", 206),
      if_range("Sun Nov  6 08:49:37 1994", 206),
      if_range("W/@etag", 200),
      if_range("w/@etag", 200),
      if_range("\"other\"", 200),
      if_range("\"other\", @etag", 200),
      if_range("@etag, @etag", 200),
      if_range("*", 200),
      if_range("foo", 200),
      if_range("", 200),
      if_range("Sun, 06 Nov 1994 08:49:36 GMT", 200),
      if_range("Sun, 06 Nov 1994 08:49:38 GMT", 200),
      if_range("Tue, 19 Jan 2038 03:14:08 GMT", 200),
      if_range("Sun, 06 Nov 1994 08:49:37", 200),
      // Without a Range it says nothing.
      {.target = "/ten.txt", .fields = {{"If-Range", "@etag"}}, .content = "0123456789"},
      {.target = "/ten.txt", .fields = {{"If-Range", "\"other\""}}, .content = "0123456789"},
      // What does not exist is not asked for, then.
      {.target = "/ten.txt",
       .fields = {{"Range", "bytes=10-"}, {"If-Range", "\"other\""}},
       .content = "0123456789"},
      {.target = "/ten.txt",
       .fields = {{"Range", "bytes=10-"}, {"If-Range", "@etag"}},
       .code = 416},
  });
}

TEST_CASE_FIXTURE(ranges_site, "a range of what is not there, or is elsewhere, is no range") {
  write("sub/index.html", "0123456789");
  write("404.html", "0123456789");
  const testing::field_lines range = {{"Range", "bytes=0-1"}};
  check({{.target = "/none.txt", .fields = range, .code = 404},
         {.target = "/sub", .fields = range, .code = 301},
         {.target = "/sub/", .fields = range, .code = 206, .content = "01"}});
  check({{.target = "/none.txt",
          .fields = range,
          .code = 404,
          .content = "0123456789",
          .wanted = {{"Content-Range", ""}, {"Accept-Ranges", ""}}}},
        {.error_pages = {{status::not_found, "404.html"}}});
}
