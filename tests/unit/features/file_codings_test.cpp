// SPDX-License-Identifier: BSL-1.0
//
// Files in content codings: which one is sent, and with which fields.

#include <asio_httpd/router.hpp>
#include <asio_httpd/testing/server.hpp>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <ctime>
#include <string>
#include <string_view>
#include <utility>

#include "support/decoded.hpp"
#include "support/scratch_folder.hpp"

using namespace asio_httpd;
using test_support::decoded;
using test_support::scratch_folder;
using testing::answer;

namespace {

std::string numbers(std::size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i) text += std::to_string(i) + ", ";
  text.resize(size);
  return text;
}

void set_age(const std::string& path, std::int64_t seconds) {
  const timespec then = {std::time(nullptr) - seconds, 0};
  const timespec both[2] = {then, then};
  REQUIRE(::utimensat(AT_FDCWD, path.c_str(), both, 0) == 0);
}

struct site {
  scratch_folder folder;
  std::string large = numbers(500'000);
  std::string small = numbers(5'000);
  testing::server server;

  explicit site(file_options options = {}) : server(make_routes(std::move(options))) {}

  router make_routes(file_options options) {
    folder.write("large.txt", large);
    folder.write("small.txt", small);
    folder.write("tiny.txt", "tiny");
    folder.write("photo.png", small);
    folder.write("app.js", "js");
    folder.write("app.js.br", "js as br");
    folder.write("app.js.gz", "js as gz");
    router routes;
    routes.files("/", folder.path().string(), std::move(options));
    return routes;
  }
  answer get(const std::string& target, const std::string& accept) {
    return server.get(target, {{"Accept-Encoding", accept}});
  }
};

}  // namespace

TEST_CASE_FIXTURE(site, "which representation is sent") {
  struct row {
    std::string target;
    std::string accept;
    unsigned code;
    std::string coding;
    bool varies;
  };
  const row rows[] = {
      {"/app.js", "gzip, br", 200, "br", true},
      {"/app.js", "gzip", 200, "gzip", true},
      {"/app.js", "zstd", 200, "", true},  // too small to be made
      {"/app.js", "identity;q=0", 406, "", true},
      {"/app.js", "identity;q=0, zstd, gzip;q=0.1", 200, "gzip", true},
      {"/app.js.br", "gzip, br", 200, "", false},
      {"/small.txt", "", 200, "", true},
      {"/small.txt", "gzip, deflate, br, zstd", 200, "zstd", true},
      {"/small.txt", "gzip, deflate, br", 200, "br", true},
      {"/small.txt", "x-gzip", 200, "gzip", true},
      {"/large.txt", "gzip", 200, "gzip", true},
      {"/large.txt", "br", 200, "br", true},
      {"/large.txt", "zstd", 200, "zstd", true},
      {"/large.txt", "deflate", 200, "", true},
      {"/large.txt", "*;q=0", 406, "", true},
      {"/tiny.txt", "gzip, br", 200, "", false},
      {"/tiny.txt", "gzip, identity;q=0", 200, "gzip", true},
      {"/photo.png", "gzip, br", 200, "", false},
      {"/photo.png", "gzip, *;q=0", 200, "gzip", true},
  };
  for (const row& r : rows) {
    INFO(r.target, " ", r.accept);
    const answer a = get(r.target, r.accept);
    CHECK(to_integer(a.status()) == r.code);
    CHECK(a.get(field::content_encoding) == r.coding);
    CHECK((a.get(field::vary) == "Accept-Encoding") == r.varies);
    CHECK(server.head(r.target, {{"Accept-Encoding", r.accept}}).get(field::content_encoding) ==
          r.coding);
  }
}

TEST_CASE_FIXTURE(site, "what is made is the file") {
  using enum content_coding;
  for (const content_coding c : {gzip, brotli, zstd}) {
    INFO(std::string(to_string(c)));
    const std::string name(to_string(c));
    CHECK(decoded(c, get("/large.txt", name).text()) == large);
    CHECK(decoded(c, get("/small.txt", name).text()) == small);
    CHECK(get("/large.txt", name).text().size() < large.size() / 2);
  }
}

TEST_CASE_FIXTURE(site, "what is there already is sent as it is, with the type of the original") {
  const answer a = get("/app.js", "br");
  CHECK(a.text() == "js as br");
  CHECK(a.get(field::content_type) == "text/javascript; charset=utf-8");
  CHECK(a.get(field::accept_ranges) == "bytes");
  CHECK(get("/app.js", "").text() == "js");
}

TEST_CASE_FIXTURE(site, "each representation has a tag of its own, which its 304 knows") {
  for (const char* target : {"/app.js", "/small.txt", "/large.txt"}) {
    INFO(std::string(target));
    const std::string as_it_is(get(target, "").get(field::etag));
    const std::string zipped(get(target, "gzip").get(field::etag));
    CHECK(as_it_is != zipped);
    CHECK(get(target, "br").get(field::etag) != zipped);
    const auto asked_again = [&](const std::string& tag) {
      return server.get(target, {{"Accept-Encoding", "gzip"}, {"If-None-Match", tag}});
    };
    CHECK(asked_again(zipped).status() == status::not_modified);
    CHECK(asked_again(zipped).get(field::vary) == "Accept-Encoding");
    CHECK(asked_again(as_it_is).status() == status::ok);
  }
}

TEST_CASE_FIXTURE(site, "a range is one of the file as it is") {
  const auto ranged = [&](const std::string& target, const std::string& accept) {
    return server.get(target, {{"Accept-Encoding", accept}, {"Range", "bytes=0-1"}});
  };
  for (const char* target : {"/app.js", "/small.txt", "/large.txt"}) {
    INFO(std::string(target));
    const answer a = ranged(target, "gzip, br, zstd");
    CHECK(a.status() == status::partial_content);
    CHECK_FALSE(a.fields().contains(field::content_encoding));
    CHECK(a.get(field::vary) == "Accept-Encoding");
  }
  // Unless that is what the client does not take.
  const answer whole = ranged("/large.txt", "gzip, *;q=0");
  CHECK(whole.status() == status::ok);
  CHECK(decoded(content_coding::gzip, whole.text()) == large);
}

TEST_CASE_FIXTURE(site, "what is older than the original is not sent for it") {
  set_age(folder / "app.js.br", 60);
  CHECK(get("/app.js", "br").text() == "js");
  set_age(folder / "app.js", 61);
  CHECK(server.run_until([&] { return get("/app.js", "br").text() == "js as br"; }));
}

TEST_CASE_FIXTURE(site, "what was not finished is not sent") {
  folder.write("small.txt.gz", "");
  CHECK(decoded(content_coding::gzip, get("/small.txt", "gzip").text()) == small);
}

TEST_CASE_FIXTURE(site, "several ranges of what is in a coding are all of it") {
  folder.write("wide.js", large);
  folder.write("wide.js.gz", large);
  const auto ranged = [&](const std::string& range) {
    return server.get("/wide.js", {{"Accept-Encoding", "gzip, identity;q=0"}, {"Range", range}});
  };
  CHECK(ranged("bytes=0-1").status() == status::partial_content);
  CHECK(ranged("bytes=0-1,1000-1001").status() == status::ok);
  CHECK(ranged("bytes=0-1,1000-1001").text() == large);
}

TEST_CASE("codings that are off") {
  const file_options only_gzip = {.compression = {.zstd = false, .brotli = false}};
  site zips(only_gzip);
  CHECK(zips.get("/small.txt", "zstd, br").get(field::content_encoding) == "");
  CHECK(zips.get("/small.txt", "zstd, br, gzip;q=0.1").get(field::content_encoding) == "gzip");
  const file_options none = {.precompressed = false, .compression = compression_options::none()};
  site plain(none);
  const answer a = plain.get("/small.txt", "gzip");
  CHECK(a.text() == plain.small);
  CHECK_FALSE(a.fields().contains(field::vary));
  CHECK(plain.get("/app.js", "br").text() == "js");
  CHECK(plain.get("/small.txt", "gzip, *;q=0").status() == status::not_acceptable);
}

TEST_CASE_FIXTURE(site, "a file that is cut while it is compressed ends the connection") {
  auto c = server.connect();
  c.set_capacity(1024);
  c.stall();
  c.send("GET /large.txt HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n");
  server.poll();
  std::filesystem::resize_file(folder / "large.txt", 10);
  c.resume();
  c.set_capacity(1 << 20);
  CHECK_THROWS(c.receive_answer());
}
