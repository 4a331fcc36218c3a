// SPDX-License-Identifier: BSL-1.0
//
// Several ranges of a file, as they are asked for and answered: one row each.

#include <asio_httpd/router.hpp>
#include <asio_httpd/testing/server.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "support/carried.hpp"
#include "support/file_table.hpp"
#include "support/scratch_folder.hpp"

using namespace asio_httpd;
using test_support::digits;
using test_support::scratch_folder;
using testing::answer;

namespace {

struct site {
  scratch_folder folder;
  std::string large = digits(200'000);
  std::string small = digits(1'000);
  testing::server server{make_routes()};

  router make_routes() {
    folder.write("large.bin", large);
    folder.write("small.txt", small);
    router routes;
    routes.files("/", folder.path().string());
    return routes;
  }
  answer ask(const std::string& target, const std::string& range) {
    return server.get(target, {{"Range", range}});
  }
};

std::string boundary_of(const answer& a) {
  const std::string type(a.get(field::content_type));
  const std::string before = "multipart/byteranges; boundary=";
  REQUIRE(type.starts_with(before));
  return type.substr(before.size());
}

std::string part(const std::string& boundary, std::string_view type, const std::string& range,
                 const std::string& whole, std::size_t first, std::size_t last) {
  return "--" + boundary + "\r\nContent-Type: " + std::string(type) + "\r\nContent-Range: bytes " +
         range + "\r\n\r\n" + whole.substr(first, last - first + 1);
}

}  // namespace

TEST_CASE_FIXTURE(site, "ranges that lie apart are parts, in the order of the request") {
  const answer a = ask("/large.bin", "bytes=150000-199999, 0-9,1000-100999");
  CHECK(a.status() == status::partial_content);
  CHECK_FALSE(a.fields().contains(field::content_range));
  const std::string b = boundary_of(a);
  const std::string_view type = "application/octet-stream";
  CHECK(a.text() == part(b, type, "150000-199999/200000", large, 150'000, 199'999) + "\r\n" +
                        part(b, type, "0-9/200000", large, 0, 9) + "\r\n" +
                        part(b, type, "1000-100999/200000", large, 1'000, 100'999) + "\r\n--" + b +
                        "--\r\n");
  CHECK(a.framed_by() == testing::framing::length);
}

TEST_CASE_FIXTURE(site, "of a small file as well") {
  const answer a = ask("/small.txt", "bytes=0-0,-1");
  const std::string b = boundary_of(a);
  const std::string_view type = "text/plain; charset=utf-8";
  CHECK(a.text() == part(b, type, "0-0/1000", small, 0, 0) + "\r\n" +
                        part(b, type, "999-999/1000", small, 999, 999) + "\r\n--" + b + "--\r\n");
}

TEST_CASE_FIXTURE(site, "each answer has a boundary of its own") {
  CHECK(boundary_of(ask("/small.txt", "bytes=0-0,-1")) !=
        boundary_of(ask("/small.txt", "bytes=0-0,-1")));
}

TEST_CASE_FIXTURE(site, "what the sets of ranges come to") {
  struct row {
    std::string range;
    unsigned code;
    std::string content_range;  // "" for several parts, or none
  };
  const row rows[] = {
      {"bytes=0-9,5-19", 206, "bytes 0-19/200000"},
      {"bytes=0-9,10-19", 206, "bytes 0-19/200000"},
      {"bytes=50-59,0-9", 206, "bytes 0-59/200000"},  // two parts would be longer
      {"bytes=0-9,200-209", 206, ""},
      {"bytes=0-9,200000-", 206, "bytes 0-9/200000"},  // one of them exists
      {"bytes=200000-,300000-", 416, "bytes */200000"},
      {"bytes=0-,-1", 206, "bytes 0-199999/200000"},
      {"bytes=0-,0-", 206, "bytes 0-199999/200000"},  // twice the file may be asked for
      {"bytes=0-,0-,0-", 416, "bytes */200000"},      // not more
      {"bytes=0-9,x", 200, ""},
      {"bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18,20-20,22-22,24-24,26-26,28-28,30-"
       "30",
       206, "bytes 0-30/200000"},
      {"bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18,20-20,22-22,24-24,26-26,28-28,30-"
       "30,32-32",
       200, ""},  // more than sixteen
  };
  for (const row& r : rows) {
    INFO(r.range);
    const answer a = ask("/large.bin", r.range);
    CHECK(to_integer(a.status()) == r.code);
    CHECK(a.get(field::content_range) == r.content_range);
    if (r.code == 200) CHECK(a.text().size() == large.size());
  }
}

TEST_CASE_FIXTURE(site, "merged ranges are in ascending order") {
  const answer a = ask("/large.bin", "bytes=1000-1009,0-9,5-19");
  const std::string b = boundary_of(a);
  CHECK(a.text().find("bytes 0-19/200000") < a.text().find("bytes 1000-1009/200000"));
}

TEST_CASE_FIXTURE(site, "HEAD has no ranges") {
  const answer a = server.head("/large.bin", {{"Range", "bytes=0-0,500-600"}});
  CHECK(a.status() == status::ok);
  CHECK(a.get(field::content_length) == "200000");
}

TEST_CASE_FIXTURE(site, "a file that is cut while its parts are sent ends the connection") {
  auto c = server.connect();
  c.set_capacity(1024);
  c.stall();
  c.send("GET /large.bin HTTP/1.1\r\nHost: x\r\nRange: bytes=0-99999,150000-199999\r\n\r\n");
  server.poll();
  std::filesystem::resize_file(folder / "large.bin", 10);
  c.resume();
  c.set_capacity(1 << 20);
  CHECK_THROWS(c.receive_answer());
  CHECK(server.closed(test_support::ends_as("internal_error")) == 1);
}
