// SPDX-License-Identifier: BSL-1.0
//
// PUT and DELETE: which request makes, replaces or removes a file, and which none.

#include <asio_httpd/asio_httpd.hpp>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "support/upload_site.hpp"

using namespace asio_httpd;
using test_support::read_file;
using test_support::upload_site;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view head_of_put = "PUT /up/new.txt HTTP/1.1\r\nHost: x\r\n";

}  // namespace

TEST_CASE("a new file is 201 with its place, one that is replaced 204, both with the tag of GET") {
  upload_site site;
  const auto made = site.server.put("/up/sub/a%20b.txt", "one");
  CHECK(made.status() == status::created);
  CHECK(made.get(field::location) == "/up/sub/a%20b.txt");
  CHECK(site.content("sub/a b.txt") == "one");
  CHECK(site.server.get("/up/sub/a%20b.txt").get(field::etag) == made.get(field::etag));
  CHECK(made.get(field::etag).size() > 2);

  const auto replaced = site.server.put("/up/sub/a%20b.txt", "two!");
  CHECK(replaced.status() == status::no_content);
  CHECK(replaced.get(field::location).empty());
  CHECK(site.content("sub/a b.txt") == "two!");
  CHECK(site.server.head("/up/sub/a%20b.txt").get(field::etag) == replaced.get(field::etag));
  CHECK(replaced.get(field::etag) != made.get(field::etag));
  CHECK(site.put("/up/empty", "") == 201);
  CHECK(site.leftovers() == 0);
}

TEST_CASE("chunked content, and content that comes in pieces") {
  upload_site site;
  auto c = site.server.connect();
  c.send(std::string(head_of_put) + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  CHECK_FALSE(fs::exists(site.root + "/new.txt"));
  CHECK(site.leftovers() == 0);
  c.send("3\r\ndef\r\n0\r\n\r\n");
  CHECK(c.receive_answer().status() == status::created);
  CHECK(site.content("new.txt") == "abcdef");
}

TEST_CASE("a client that leaves in the middle changes nothing") {
  upload_site site;
  {
    auto c = site.server.connect();
    c.send("PUT /up/old.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc");
    c.reset();
  }
  site.server.poll();
  CHECK(site.content("old.txt") == "old");
  CHECK(site.leftovers() == 0);
}

TEST_CASE("the methods are listed beside those of the files") {
  upload_site all({.remove = true});
  CHECK(all.server.request({method::options, "/up/old.txt"}).get(field::allow) ==
        "GET, HEAD, POST, PUT, DELETE, OPTIONS");
  CHECK(all.server.patch("/up/old.txt", "").get(field::allow) ==
        "GET, HEAD, POST, PUT, DELETE, OPTIONS");
  upload_site few({.forms = false});
  const auto refused = few.server.delete_("/up/old.txt");
  CHECK(refused.status() == status::method_not_allowed);
  CHECK(refused.get(field::allow) == "GET, HEAD, PUT, OPTIONS");
  CHECK(few.server.post("/up/", "x").status() == status::method_not_allowed);
  CHECK(few.content("old.txt") == "old");
}

TEST_CASE("what is no name for a file") {
  upload_site site({.make_folders = true});
  fs::create_symlink("..", site.root + "/out");
  fs::create_symlink(site.scratch.path(), site.root + "/absolute");
  struct row {
    const char* target;
    unsigned status;
  };
  const std::vector<row> rows = {
      {"/up/", 409},
      {"/up/sub", 409},
      {"/up/sub/", 409},
      {"/up/new/", 409},
      {"/up/.hidden", 403},
      {"/up/.git/config", 403},
      {"/up/.upload-0123456789abcdef", 403},
      {"/up/sub/.upload-x", 403},
      {"/up/.well-known/x", 403},
      {"/up/.uploads/x", 403},
      {"/up/sub/.well-known/x", 403},
      {"/up/a%2Fb", 403},
      {"/up/%2e%2e%2fsecret.txt", 403},
      {"/up/a%00b", 403},
      {"/up/..%00/secret.txt", 403},
      {"/up/out/secret.txt", 409},
      {"/up/out/new.txt", 409},
      {"/up/absolute/secret.txt", 409},
      {"/up/old.txt/below", 409},
      {"/up/../secret.txt", 404},
      {"/up/%2e%2e/secret.txt", 404},
      {"/up/sub/../../secret.txt", 404},
      {"/up/.%2e/secret.txt", 404},
  };
  for (const row& r : rows) {
    CAPTURE(r.target);
    const unsigned got = site.put(r.target, "evil");
    // A NUL, or a path that leads above "/", may be refused before it comes here.
    const bool refused_before = got == 400 || got == 404 || got == 405;
    CHECK((got == r.status || (refused_before && r.status != 409)));
  }
  CHECK(site.put("/up/" + std::string(300, 'n'), "x") == 403);
  CHECK(read_file(site.scratch / "secret.txt") == "secret");
  CHECK_FALSE(fs::exists(site.scratch / "new.txt"));
  CHECK(site.content("old.txt") == "old");
  CHECK(site.leftovers() == 0);
}

TEST_CASE("links are replaced and never written through; what is no file stays") {
  upload_site site;
  const fs::path root = site.root;
  fs::create_symlink(site.scratch / "secret.txt", root / "link");
  fs::create_symlink("old.txt", root / "inner");
  fs::create_symlink("sub", root / "to_sub");
  REQUIRE(::mkfifo((root / "fifo").c_str(), 0600) == 0);
  CHECK(site.put("/up/link", "mine") == 204);
  CHECK(site.put("/up/inner", "mine") == 204);
  CHECK(site.put("/up/fifo", "mine") == 409);
  CHECK(site.put("/up/to_sub", "mine") == 204);
  CHECK(read_file(site.scratch / "secret.txt") == "secret");
  CHECK(site.content("old.txt") == "old");
  CHECK(site.content("link") == "mine");
  CHECK_FALSE(fs::is_symlink(root / "inner"));
  CHECK(fs::is_fifo(root / "fifo"));
  CHECK(site.content("sub/b.txt") == "b");
}

TEST_CASE("folders that are missing are made where that is asked for") {
  upload_site few;
  CHECK(few.put("/up/x/y/z.txt", "z") == 409);
  CHECK_FALSE(fs::exists(few.root + "/x"));
  upload_site all({.make_folders = true});
  CHECK(all.put("/up/x/y/z.txt", "z") == 201);
  CHECK(all.put("/up/x/w.txt", "w") == 201);
  CHECK(all.content("x/y/z.txt") == "z");
}

TEST_CASE("preconditions are those of RFC 9110") {
  struct row {
    const char* target;
    testing::field_lines fields;
    unsigned status;
  };
  upload_site site;
  const std::string tag(site.server.get("/up/old.txt").get(field::etag));
  const std::vector<row> refused = {
      {"/up/old.txt", {{"If-None-Match", "*"}}, 412},
      {"/up/old.txt", {{"If-None-Match", tag}}, 412},
      {"/up/old.txt", {{"If-Match", "\"other\""}}, 412},
      {"/up/old.txt", {{"If-Match", "no tag"}}, 412},
      {"/up/old.txt", {{"If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"}}, 412},
      {"/up/none.txt", {{"If-Match", "*"}}, 412},
      {"/up/none.txt", {{"If-Match", tag}}, 412},
      {"/up/none.txt", {{"Content-Range", "bytes 0-2/3"}}, 400},
  };
  for (const row& r : refused) {
    CAPTURE(r.fields.front().first);
    CHECK(site.put(r.target, "new", r.fields) == r.status);
    CHECK(site.content("old.txt") == "old");
    CHECK_FALSE(fs::exists(site.root + "/none.txt"));
  }
  CHECK(site.put("/up/none.txt", "new", {{"If-None-Match", "*"}}) == 201);
  CHECK(site.put("/up/old.txt", "new", {{"If-Match", "\"x\", " + tag}}) == 204);
  CHECK(site.put("/up/old.txt", "newer", {{"If-Match", tag}}) == 412);
  CHECK(site.put("/up/old.txt", "newer", {{"If-Match", "*"}}) == 204);
  CHECK(site.content("old.txt") == "newer");
}

TEST_CASE("a request that fails anyway is not asked for its content") {
  upload_site site({.file_limit = 10, .quota = 20});
  const std::vector<std::pair<std::string, const char*>> rows = {
      {"PUT /up/old.txt HTTP/1.1\r\nIf-None-Match: *\r\nContent-Length: 3\r\n", "HTTP/1.1 412"},
      {"PUT /up/.x HTTP/1.1\r\nContent-Length: 3\r\n", "HTTP/1.1 403"},
      {"PUT /up/sub HTTP/1.1\r\nContent-Length: 3\r\n", "HTTP/1.1 409"},
      {"PUT /up/x HTTP/1.1\r\nContent-Length: 11\r\n", "HTTP/1.1 413"},
      {"PUT /up/x HTTP/1.1\r\nContent-Digest: sha-256=x\r\nContent-Length: 3\r\n", "HTTP/1.1 400"},
  };
  for (const auto& [head, answer] : rows) {
    auto c = site.server.connect();
    CHECK(c.ask(head + "Host: x\r\nExpect: 100-continue\r\n\r\n").starts_with(answer));
  }
  auto c = site.server.connect();
  CHECK(c.ask(std::string(head_of_put) + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n")
            .starts_with("HTTP/1.1 100"));
}

TEST_CASE("preconditions are asked again when the content is here") {
  upload_site site;
  auto slow = site.server.connect();
  slow.send(std::string(head_of_put) + "If-None-Match: *\r\nContent-Length: 4\r\n\r\nsl");
  CHECK(site.put("/up/new.txt", "fast", {{"If-None-Match", "*"}}) == 201);
  slow.send("ow");
  CHECK(slow.receive_answer().status() == status::precondition_failed);
  CHECK(site.content("new.txt") == "fast");
}

TEST_CASE("where nothing may be replaced, nothing is") {
  upload_site site({.replace = false});
  CHECK(site.put("/up/old.txt", "new") == 409);
  CHECK(site.put("/up/old.txt", "new", {{"If-Match", "*"}}) == 409);
  CHECK(site.content("old.txt") == "old");
  auto slow = site.server.connect();
  slow.send(std::string(head_of_put) + "Content-Length: 4\r\n\r\nsl");
  CHECK(site.put("/up/new.txt", "fast") == 201);
  slow.send("ow");
  CHECK(slow.receive_answer().status() == status::conflict);
  CHECK(site.content("new.txt") == "fast");
}

TEST_CASE("what is removed is gone, and nothing else is") {
  upload_site site({.remove = true});
  const fs::path root = site.root;
  fs::create_symlink(site.scratch / "secret.txt", root / "link");
  const auto remove = [&](const std::string& target, testing::field_lines fields = {}) {
    return to_integer(site.server.delete_(target, std::move(fields)).status());
  };
  CHECK(remove("/up/old.txt", {{"If-Match", "\"other\""}}) == 412);
  CHECK(remove("/up/none.txt", {{"If-Match", "\"other\""}}) == 404);
  CHECK(remove("/up/none/none.txt") == 404);
  CHECK(remove("/up/sub") == 409);
  CHECK(remove("/up/sub/") == 409);
  CHECK(remove("/up/.upload-x") == 403);
  CHECK(fs::exists(root / "old.txt"));
  const std::string tag(site.server.get("/up/old.txt").get(field::etag));
  CHECK(remove("/up/old.txt", {{"If-Match", tag}}) == 204);
  CHECK(remove("/up/link") == 204);
  CHECK_FALSE(fs::exists(root / "old.txt"));
  CHECK(read_file(site.scratch / "secret.txt") == "secret");
  CHECK(fs::exists(root / "sub/b.txt"));
}

TEST_CASE("durable files have the mode that was asked for") {
  upload_site site({.durable = true, .permissions = 0600});
  CHECK(site.put("/up/new.txt", "x") == 201);
  CHECK(fs::status(site.root + "/new.txt").permissions() == fs::perms(0600));
}

TEST_CASE("middleware of the uploads is none of the files'") {
  const test_support::scratch_folder folder;
  folder.write("a", "a");
  router routes;
  routes.files("/", folder.path().string());
  routes.uploads("/", folder.path().string()).use(before([](const request&) {
    return std::optional(status::unauthorized);
  }));
  testing::server s(routes);
  CHECK(s.get("/a").text() == "a");
  CHECK(s.put("/a", "b").status() == status::unauthorized);
  CHECK(test_support::read_file(folder / "a") == "a");
  CHECK(s.request({method::options, "/a"}).get("Accept-Patch") == "application/partial-upload");
}

TEST_CASE("what cannot be a route of uploads is said when it is made") {
  router routes;
  CHECK_THROWS_AS(routes.uploads("/", "/no/such/folder"), std::system_error);
  CHECK_THROWS_AS(routes.uploads("/", "/tmp", {.file_limit = 0}), std::invalid_argument);
  CHECK_THROWS_AS(routes.uploads("/", "/tmp", {.at_once = 0}), std::invalid_argument);
}
