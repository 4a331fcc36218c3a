// SPDX-License-Identifier: BSL-1.0
//
// How much may be uploaded: by one request, by all of them, and at the same time; and what is left
// of those that were killed.

#include <asio_httpd/asio_httpd.hpp>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>

#include <cstdio>

#include <filesystem>
#include <string>

#include "support/upload_site.hpp"

using namespace asio_httpd;
using test_support::upload_site;
namespace fs = std::filesystem;

namespace {

std::string chunked(std::string_view content) {
  char size[16];
  std::snprintf(size, sizeof size, "%zx\r\n", content.size());
  return size + std::string(content) + "\r\n0\r\n\r\n";
}

unsigned put_chunked(upload_site& site, const std::string& target, std::string_view content) {
  auto c = site.server.connect();
  c.send("PUT " + target + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" +
         chunked(content));
  return to_integer(c.receive_answer().status());
}

}  // namespace

TEST_CASE("a file that is too large is 413, however long it said that it is") {
  upload_site site({.file_limit = 10});
  CHECK(site.put("/up/a", std::string(10, 'x')) == 201);
  CHECK(site.put("/up/b", std::string(11, 'x')) == 413);
  CHECK(put_chunked(site, "/up/c", std::string(10, 'x')) == 201);
  CHECK(put_chunked(site, "/up/d", std::string(11, 'x')) == 413);
  CHECK_FALSE(fs::exists(site.root + "/b"));
  CHECK_FALSE(fs::exists(site.root + "/d"));
}

// There are four bytes to begin with.
TEST_CASE("a quota counts what is there, what comes and what goes") {
  upload_site site({.remove = true, .quota = 20});
  CHECK(site.put("/up/a", std::string(17, 'x')) == 507);
  CHECK(put_chunked(site, "/up/a", std::string(17, 'x')) == 507);
  CHECK(site.put("/up/a", std::string(16, 'x')) == 201);
  CHECK(site.put("/up/b", "x") == 507);
  CHECK(site.put("/up/old.txt", "x") == 507);  // for a moment, both are there
  CHECK(site.server.delete_("/up/a").status() == status::no_content);
  CHECK(site.put("/up/a", std::string(8, 'x')) == 201);
  CHECK(put_chunked(site, "/up/a", std::string(8, 'y')) == 204);
  CHECK(site.put("/up/b", std::string(8, 'x')) == 201);
  CHECK(site.put("/up/c", "x") == 507);
}

TEST_CASE("what fails gives its room back") {
  upload_site site({.quota = 20});
  for (int i = 0; i < 3; ++i) {
    auto c = site.server.connect();
    c.send("PUT /up/x HTTP/1.1\r\nHost: x\r\nContent-Length: 16\r\n\r\nabc");
    CHECK(site.put("/up/y", "x") == 507);  // it is taken when the head is read
    c.reset();
    site.server.poll();
    CHECK(site.put("/up/x", std::string(16, 'x'), {{"If-Match", "*"}}) == 412);
  }
  CHECK(site.put("/up/x", std::string(16, 'x')) == 201);
}

TEST_CASE("so many at once, and not one more") {
  upload_site site({.at_once = 2});
  const std::string head = " HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n";
  auto first = site.server.connect();
  auto second = site.server.connect();
  first.send("PUT /up/a" + head + "a");
  second.send("PUT /up/b" + head + "b");
  CHECK(site.put("/up/c", "cc") == 503);
  first.send("a");
  CHECK(first.receive_answer().status() == status::created);
  CHECK(site.put("/up/c", "cc") == 201);
}

TEST_CASE("what a killed process left is removed, what is in use and what looks alike is not") {
  const test_support::scratch_folder folder;
  folder.write(".upload-0123456789abcdef", "left");
  folder.write("sub/.upload-0000000000000000", "left");
  const std::string used = folder.write("sub/.upload-1111111111111111", "in use");
  folder.write(".upload-0123456789ABCDEF", "capitals");
  folder.write(".upload-0123456789abcde", "short");
  folder.write(".upload-22222222222222222", "long");
  folder.write("sub/.upload-3333333333333333", "");  // young
  folder.write("upload-0123456789abcdef", "a name like any other");
  fs::create_symlink("sub", folder / ".upload-4444444444444444");
  const file opened(::open(used.c_str(), O_RDONLY | O_CLOEXEC));
  REQUIRE(::flock(opened.descriptor(), LOCK_SH | LOCK_NB) == 0);

  router routes;
  routes.uploads("/up", folder.path().string());
  CHECK_FALSE(fs::exists(folder / ".upload-0123456789abcdef"));
  CHECK_FALSE(fs::exists(folder / "sub/.upload-0000000000000000"));
  CHECK(fs::exists(used));
  CHECK(fs::exists(folder / ".upload-0123456789ABCDEF"));
  CHECK(fs::exists(folder / ".upload-0123456789abcde"));
  CHECK(fs::exists(folder / ".upload-22222222222222222"));
  CHECK(fs::exists(folder / "sub/.upload-3333333333333333"));
  CHECK(fs::exists(folder / "upload-0123456789abcdef"));
  CHECK(fs::is_symlink(folder / ".upload-4444444444444444"));
}

TEST_CASE("what is being uploaded is never served") {
  upload_site site;
  site.scratch.write("root/.upload-0123456789abcdef", "hidden");
  router routes;
  routes.files("/", site.root, {.dotfiles = true});
  testing::server s(routes);
  CHECK(s.get("/.upload-0123456789abcdef").status() == status::not_found);
}
