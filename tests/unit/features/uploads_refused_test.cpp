// SPDX-License-Identifier: BSL-1.0
//
// Uploads that are refused for who sends them, or for what the system says.

#include <asio_httpd/asio_httpd.hpp>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>

#include <filesystem>
#include <string>
#include <vector>

#include "features/upload_store.hpp"
#include "support/upload_site.hpp"

using namespace asio_httpd;
using test_support::upload_site;
namespace fs = std::filesystem;

namespace {

std::string part(std::string_view name, std::string_view content = "x") {
  return "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"" + std::string(name) +
         "\"\r\n\r\n" + std::string(content) + "\r\n";
}

unsigned post(upload_site& site, const std::string& target, std::string body,
              testing::field_lines fields = {}) {
  fields.emplace_back("Content-Type", "multipart/form-data; boundary=b");
  return to_integer(site.server.post(target, body + "--b--", std::move(fields)).status());
}

// So many files may be opened, and not one more.
class few_descriptors {
 public:
  explicit few_descriptors(rlim_t left) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const file first_free(::open("/", O_PATH | O_CLOEXEC));
    rlimit lower = before_;
    lower.rlim_cur = static_cast<rlim_t>(first_free.descriptor()) + left;
    ::setrlimit(RLIMIT_NOFILE, &lower);
  }
  few_descriptors(const few_descriptors&) = delete;
  few_descriptors& operator=(const few_descriptors&) = delete;
  ~few_descriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

std::string folders(std::size_t count) {
  std::string path = "/up/";
  for (std::size_t i = 0; i < count; ++i) path += "d/";
  return path;
}

}  // namespace

TEST_CASE("a page of another site cannot make a browser upload anything") {
  upload_site site({.remove = true});
  const std::vector<testing::field_lines> rows = {
      {{"Sec-Fetch-Site", "cross-site"}},
      {{"Sec-Fetch-Site", "same-site"}},
      {{"Origin", "http://elsewhere"}},
      {{"Origin", "null"}},
  };
  for (const auto& sent : rows) {
    CHECK(post(site, "/up/", part("evil"), sent) == 403);
    CHECK(site.put("/up/evil", "x", sent) == 403);
    CHECK(to_integer(site.server.patch("/up/.uploads/x", "x", sent).status()) == 403);
    CHECK(to_integer(site.server.delete_("/up/old.txt", sent).status()) == 403);
    CHECK(to_integer(site.server.get("/up/old.txt", sent).status()) == 200);
  }
  CHECK_FALSE(fs::exists(site.root + "/evil"));
  CHECK(site.content("old.txt") == "old");
  CHECK(post(site, "/up/", part("mine"), {{"Sec-Fetch-Site", "same-origin"}}) == 201);
}

TEST_CASE("it is refused before its content is asked for, unless such pages are welcome") {
  const std::string head =
      "PUT /up/a HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: cross-site\r\nContent-Length: 1\r\n"
      "Expect: 100-continue\r\n\r\n";
  upload_site strict;
  auto refused = strict.server.connect();
  CHECK(refused.ask(head).starts_with("HTTP/1.1 403"));
  upload_site open({.cross_site = true});
  auto taken = open.server.connect();
  CHECK(taken.ask(head).starts_with("HTTP/1.1 100"));
  router routes;
  routes.uploads("/", strict.root);
  testing::server all(routes);
  CHECK(all.put("/a", "x", {{"Sec-Fetch-Site", "cross-site"}}).status() == status::forbidden);
}

TEST_CASE("where the names of a form cannot all be given, none is") {
  const test_support::scratch_folder scratch;
  features::upload_store store(scratch.path().string(), {});
  std::vector<features::upload_store::form_file> files;
  for (const char* name : {"a", "b", "none/c"})
    files.push_back({name, saved_file(scratch.path().string())});
  CHECK_THROWS_AS(store.place_new("", store.folder(), files), http_error);
  CHECK(fs::is_empty(scratch.path()));
}

TEST_CASE("where no file can be opened, that passes") {
  upload_site site;
  for (const rlim_t left : {0u, 1u}) {
    CAPTURE(left);
    const few_descriptors low(left);
    CHECK(site.put("/up/new", "x") == 503);
    CHECK(post(site, "/up/", part("new")) == 503);
  }
  CHECK(site.put("/up/new", "x") == 201);
  CHECK(post(site, "/up/none/", part("new")) == 404);
  CHECK(post(site, "/up/old.txt/", part("new")) == 404);
}

TEST_CASE("a path has as many folders as are counted for the quota") {
  upload_site site({.make_folders = true, .quota = 1000});
  CHECK(site.put(folders(64) + "a", "x") == 201);
  CHECK(site.put(folders(65) + "a", "x") == 403);
  CHECK(post(site, folders(64), part("b")) == 201);
  fs::create_directory(site.root + folders(65).substr(3));
  CHECK(post(site, folders(65), part("b")) == 403);

  const std::string whole = std::string(1000 - 5 - 1, 'x');  // beside "old", "b", "x" and "x"
  const auto again = [&](const std::string& content) {
    testing::server s(upload_site::routes(site.root, {.quota = 1000}));
    return to_integer(s.put("/up/more", content).status());
  };
  CHECK(again(whole + "y") == 507);
  CHECK(again(whole) == 201);
}

TEST_CASE("one address has a quarter of the places, this machine all") {
  upload_site site({.at_once = 8});
  const std::string head = "PUT /up/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n";
  std::vector<testing::connection> all;
  const auto begin = [&](std::string_view address) -> testing::connection& {
    all.push_back(site.server.connect(address));
    all.back().send(head);
    return all.back();
  };
  auto first = site.server.connect("192.0.2.1");
  first.send(head);
  begin("192.0.2.1");
  CHECK(begin("192.0.2.1").receive_answer().status() == status::too_many_requests);
  begin("2001:db8::1");
  begin("2001:db8::2");
  CHECK(begin("2001:db8::3").receive_answer().status() == status::too_many_requests);
  begin("2001:db8:0:1::1");
  first.send("x");
  CHECK(first.receive_answer().status() == status::created);
  begin("192.0.2.1");
  for (int i = 0; i < 3; ++i) begin(i == 0 ? "unix" : "127.0.0.1");
  CHECK(begin("127.0.0.1").receive_answer().status() == status::service_unavailable);
}

TEST_CASE("at least one place is for each address") {
  upload_site site({.at_once = 2});
  auto c = site.server.connect("192.0.2.1");
  c.send("PUT /up/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx");
  CHECK(c.receive_answer().status() == status::created);
}

TEST_CASE("a folder that is moved away takes no file with it") {
  upload_site site;
  const std::string elsewhere = site.scratch / "elsewhere";
  const auto move_between = [&](const std::string& head, std::string_view rest) {
    auto c = site.server.connect();
    c.send(head);
    fs::rename(site.root + "/sub", elsewhere);
    c.send(rest);
    const unsigned got = to_integer(c.receive_answer().status());
    CHECK_FALSE(fs::exists(elsewhere + "/new"));
    fs::create_directory(site.root + "/sub");
    fs::remove_all(elsewhere);
    return got;
  };
  CHECK(move_between("PUT /up/sub/new HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na", "b") ==
        409);
  const std::string body = part("new") + "--b--";
  CHECK(move_between("POST /up/sub/ HTTP/1.1\r\nHost: x\r\n"
                     "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: " +
                         std::to_string(body.size()) + "\r\n\r\n" + body.substr(0, 10),
                     body.substr(10)) == 409);
}
