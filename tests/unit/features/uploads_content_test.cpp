// SPDX-License-Identifier: BSL-1.0
//
// Digests that are sent with content, and forms.

#include <asio_httpd/asio_httpd.hpp>
#include <asio_httpd/testing/json.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "features/digest_field.hpp"
#include "features/message_digest.hpp"
#include "support/upload_site.hpp"

using namespace asio_httpd;
using test_support::upload_site;
namespace fs = std::filesystem;

namespace {

using features::digest_algorithm;

std::string digest_of(digest_algorithm which, std::string_view content) {
  features::message_digest d(which);
  d.update(content.substr(0, 1));
  d.update(content.substr(1));
  return ':' + base64_encode(d.finish()) + ':';
}

const std::string sha_256 = "sha-256=" + digest_of(digest_algorithm::sha_256, "hello");
const std::string sha_512 = "sha-512=" + digest_of(digest_algorithm::sha_512, "hello");
const std::string other_256 = "sha-256=" + digest_of(digest_algorithm::sha_256, "other");
const std::string other_512 = "sha-512=" + digest_of(digest_algorithm::sha_512, "other");

std::string part(std::string_view filename, std::string_view content) {
  return "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"" + std::string(filename) +
         "\"\r\n\r\n" + std::string(content) + "\r\n";
}

testing::answer post(upload_site& site, const std::string& target, std::string body,
                     testing::field_lines fields = {}) {
  fields.emplace_back("Content-Type", "multipart/form-data; boundary=b");
  return site.server.post(target, std::move(body), std::move(fields));
}

}  // namespace

// FIPS 180-4's example, as `printf abc | openssl dgst -sha256 -binary | base64` prints it.
TEST_CASE("the digests are SHA-256 and SHA-512") {
  CHECK(digest_of(digest_algorithm::sha_256, "abc") ==
        ":ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:");
  CHECK(
      digest_of(digest_algorithm::sha_512, "abc") ==
      ":3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==:");
}

TEST_CASE("content that has another digest than was sent is not kept") {
  struct row {
    std::string value;
    unsigned status;
  };
  const std::vector<row> rows = {
      {sha_256, 201},
      {sha_512, 201},
      {sha_256 + ", " + sha_512, 201},
      {sha_512 + ",\t" + sha_256, 201},
      {"md5=:AAAA:", 201},
      {"unixsum=:AAA=:, " + sha_256, 201},
      {sha_256 + ";a=1;b", 201},
      {other_256 + ";a=1", 400},
      {"other=\"a, b\\\", c\", " + sha_256, 201},
      {"other=\"a, b\", " + other_256, 400},
      {"other, " + sha_256, 201},
      {"other=(\"a, b\" c);d=1, " + sha_256, 201},
      {"other=\"a, " + sha_256, 400},
      {other_256, 400},
      {other_512, 400},
      {sha_256 + ", " + other_512, 400},
      {other_256 + ", " + sha_256, 201},  // the last of a key counts
      {sha_256 + ", " + other_256, 400},
      {"sha-256", 400},
      {"sha-256=", 400},
      {"sha-256=:", 400},
      {"sha-256=::", 400},
      {"sha-256=:AAAA:", 400},
      {"SHA-256=:AAAA:", 400},
      {"sha-256=AAAA", 400},
      {sha_256 + ",", 400},
      {"," + sha_256, 400},
      {sha_256 + " " + sha_512, 400},
      {"=:AAAA:", 400},
      {"sha-256;" + digest_of(digest_algorithm::sha_256, "hello"), 400},
  };
  for (const char* name : {"Content-Digest", "repr-digest"}) {
    for (const row& r : rows) {
      CAPTURE(r.value);
      upload_site site;
      CHECK(site.put("/up/new", "hello", {{name, r.value}}) == r.status);
      CHECK(fs::exists(site.root + "/new") == (r.status == 201));
      CHECK(site.leftovers() == 0);
    }
  }
}

TEST_CASE("several lines of a digest field are one") {
  upload_site site;
  CHECK(site.put("/up/new", "hello",
                 {{"Content-Digest", sha_256}, {"content-digest", other_512}}) == 400);
  CHECK(site.put("/up/new", "hello", {{"Content-Digest", sha_256}, {"Repr-Digest", sha_512}}) ==
        201);
}

TEST_CASE("a form's files get their names when it has ended") {
  upload_site site;
  const auto answer =
      post(site, "/up/sub/",
           part("a.txt", "one") + part("", "") + part("C:\\x\\b\"c.txt", "two") + "--b--");
  CHECK(answer.status() == status::bad_request);  // the quote ends the name: it is malformed
  const auto made =
      post(site, "/up/sub/",
           part("a.txt", "one") + part("", "") + part("../../\xC3\xA4 b", "two") + "--b--");
  CHECK(made.status() == status::created);
  CHECK(site.content("sub/a.txt") == "one");
  CHECK(site.content("sub/\xC3\xA4 b") == "two");
  const auto list = made.json().at("files");
  CHECK(list.size() == 2);
  CHECK(list[0]["name"] == "a.txt");
  CHECK(list[0]["size"] == 3);
  CHECK(list[0]["location"] == "/up/sub/a.txt");
  CHECK(list[1]["location"] == "/up/sub/%C3%A4%20b");
  CHECK(list[0]["etag"] == std::string(site.server.get("/up/sub/a.txt").get(field::etag)));
  CHECK(made.get(field::location).empty());
  CHECK(post(site, "/up", part("x", "one") + "--b--").status() != status::created);
  CHECK(post(site, "/up/", part("x", "one") + "--b--").get(field::location) == "/up/x");
  CHECK(post(site, "/up/sub", part("y", "one") + "--b--").get(field::location) == "/up/sub/y");
}

TEST_CASE("a form that is broken, or that names what is taken, keeps nothing") {
  upload_site site({.files_in_form = 2});
  const std::string good = part("new", "new");
  struct row {
    std::string target;
    std::string body;
    unsigned status;
  };
  const std::vector<row> rows = {
      {"/up/", good + part("old.txt", "x") + "--b--", 409},
      {"/up/", good + part("sub", "x") + "--b--", 409},
      {"/up/", good + good + "--b--", 409},
      {"/up/", good + part(".bashrc", "x") + "--b--", 403},
      {"/up/", good + part(".upload-0123456789abcdef", "x") + "--b--", 403},
      {"/up/", good + part("..", "x") + "--b--", 403},
      {"/up/", good + part("2", "") + part("3", "") + "--b--", 413},
      {"/up/", good + "--b\r\nX\r\n", 400},
      {"/up/", good, 400},
      {"/up/", part("", "") + "--b--", 400},
      {"/up/none/", good + "--b--", 404},
      {"/up/old.txt", good + "--b--", 404},
      {"/up/.hidden/", good + "--b--", 403},
  };
  for (const row& r : rows) {
    CAPTURE(r.body);
    CHECK(to_integer(post(site, r.target, r.body).status()) == r.status);
    CHECK_FALSE(fs::exists(site.root + "/new"));
  }
  CHECK(to_integer(post(site, "/up/", good + "--b--", {{"Content-Digest", sha_256}}).status()) ==
        400);
  CHECK_FALSE(fs::exists(site.root + "/new"));
  CHECK(site.server.post("/up/", "x").status() == status::unsupported_media_type);
  CHECK(site.content("old.txt") == "old");
  CHECK(site.leftovers() == 0);
  CHECK(post(site, "/up/", good + part("2", "") + "--b--").status() == status::created);
}

TEST_CASE("a form counts for the quota by its files") {
  upload_site site({.quota = 400});
  CHECK(post(site, "/up/", part("a", std::string(100, 'x')) + "--b--").status() == status::created);
  CHECK(site.put("/up/b", std::string(297, 'x')) == 507);
  CHECK(site.put("/up/b", std::string(296, 'x')) == 201);
}
