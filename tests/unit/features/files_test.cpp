// SPDX-License-Identifier: BSL-1.0
//
// The routes that serve files, asked through a router in memory: prefixes, and what they are made
// of. Which name leads to which answer is tested in tests/conformance/file_*_test.cpp, what a
// file's response looks like in serve_file_test.cpp.

#include <asio_httpd/router.hpp>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "support/ask_router.hpp"
#include "support/response_content.hpp"
#include "support/scratch_folder.hpp"
#include "support/source_tree.hpp"
#include "support/unprivileged.hpp"

using namespace asio_httpd;
using test_support::content_of;
using test_support::scratch_folder;
namespace fs = std::filesystem;

namespace {

response ask(const router& routes, const std::string& target, method m = method::get) {
  request r{m, target};
  return routes.handle(r);
}

unsigned code(const router& routes, const std::string& target, method m = method::get) {
  return to_integer(ask(routes, target, m).status());
}

std::string get(const response& r, field id) {
  return std::string(r.fields().get(id));
}

std::string location(const router& routes, const std::string& target) {
  const response r = ask(routes, target);
  CHECK(r.status() == status::moved_permanently);
  return get(r, field::location);
}

// A site beside a secret.
struct site {
  scratch_folder scratch;
  std::string root = scratch / "root";

  site() {
    scratch.write("secret.txt", "secret");
    scratch.write("root/index.html", "<p>home");
    scratch.write("root/a.txt", "a");
    scratch.write("root/a b+c%.txt", "odd");
    scratch.write("root/sub/index.html", "<p>sub");
    scratch.write("root/sub/b.css", "b");
    scratch.write("root/empty/none.txt", "");
    fs::permissions(scratch.path(), fs::perms(0755));
  }

  router at(std::string_view prefix, file_options options = {}) const {
    router routes;
    routes.files(prefix, root, std::move(options));
    return routes;
  }
};

}  // namespace

// ---- a folder -----------------------------------------------------------------------------------

TEST_CASE("files below a prefix") {
  const site s;
  const router routes = s.at("/static");
  const response r = ask(routes, "/static/a.txt");
  CHECK(r.status() == status::ok);
  CHECK(content_of(r) == "a");
  CHECK(get(r, field::content_type) == "text/plain; charset=utf-8");
  CHECK(content_of(ask(routes, "/static/sub/b.css")) == "b");
  CHECK(content_of(ask(routes, "/static/a%20b+c%25.txt?v=1")) == "odd");
  CHECK(code(routes, "/static/none") == 404);
  CHECK(code(routes, "/a.txt") == 404);
}

TEST_CASE("files at the root") {
  const site s;
  const router routes = s.at("/");
  CHECK(content_of(ask(routes, "/")) == "<p>home");
  CHECK(get(ask(routes, "/"), field::content_type) == "text/html; charset=utf-8");
  CHECK(content_of(ask(routes, "/sub/b.css")) == "b");
}

TEST_CASE("a slash at the end of the prefix says nothing") {
  const site s;
  const router routes = s.at("/static/");
  CHECK(content_of(ask(routes, "/static/a.txt")) == "a");
  CHECK(location(routes, "/static") == "/static/");
}

TEST_CASE("prefixes with parameters, and mounted ones") {
  const site s;
  CHECK(content_of(ask(s.at("/{user}/static"), "/ann/static/sub/b.css")) == "b");
  router outer;
  outer.mount("/app", s.at("/static"));
  CHECK(content_of(ask(outer, "/app/static/a.txt")) == "a");
  CHECK(location(outer, "/app/static") == "/app/static/");
  CHECK(location(outer, "/app/static/sub") == "/app/static/sub/");
}

TEST_CASE("GET and HEAD only") {
  const site s;
  const router routes = s.at("/static");
  CHECK(code(routes, "/static/a.txt", method::head) == 200);
  CHECK(code(routes, "/static/a.txt", method::post) == 405);
  CHECK(code(routes, "/static/a.txt", method::delete_) == 405);
}

TEST_CASE("a folder shows its index") {
  const site s;
  const router routes = s.at("/");
  CHECK(content_of(ask(routes, "/sub/")) == "<p>sub");
  CHECK(code(routes, "/empty/") == 404);
  CHECK(code(routes, "/none/") == 404);
  CHECK(code(routes, "/a.txt/") == 404);
}

TEST_CASE("another index, and none") {
  const site s;
  CHECK(content_of(ask(s.at("/", {.index = "b.css"}), "/sub/")) == "b");
  const router none = s.at("/", {.index = ""});
  CHECK(code(none, "/") == 404);
  CHECK(code(none, "/sub/") == 404);
  CHECK(code(none, "/sub") == 404);
  CHECK(code(none, "/sub/index.html") == 200);
  CHECK(code(s.at("/", {.index = "sub"}), "/") == 404);
}

TEST_CASE("an encoded slash separates nothing and is part of no name") {
  const site s;
  const router routes = s.at("/static");
  CHECK(code(routes, "/static/sub%2Fb.css") == 404);
  CHECK(code(routes, "/static/sub%2fb.css") == 404);
  CHECK(location(s.at("/{user}"), "/ann") == "/ann/");
  CHECK(code(s.at("/{user}"), "/ann%2Fbob") == 404);
  CHECK(content_of(ask(routes, "/static/a.txt?next=%2Fhome")) == "a");
}

// A file of this tree, as one that was written just now is not kept.
TEST_CASE("a file of some size is in memory for who has it encrypted, and for no other") {
  const fs::path tests = test_support::source_tree() / "tests";
  const std::string target = "/support/http2_wire.cpp";
  REQUIRE(fs::file_size(tests / target.substr(1)) > 16 * 1024);
  REQUIRE(fs::file_size(tests / target.substr(1)) <= 64 * 1024);
  router routes;
  routes.files("/", tests.string());
  for (int turn = 0; turn < 2; ++turn) {
    const response plain = ask(routes, target);
    const std::string content = content_of(plain);  // into the kernel's memory, where it was not
    const response encrypted =
        test_support::ask(routes, method::get, target, {}, test_support::secure_peer());
    CHECK(plain.kind() == response::content::file);
    CHECK(encrypted.kind() == response::content::text);
    CHECK(encrypted.text() == content);
    CHECK(get(encrypted, field::etag) == get(plain, field::etag));
  }
  fields f;
  f.set(field::accept_encoding, "gzip");
  const response compressed =
      test_support::ask(routes, method::get, target, f, test_support::secure_peer());
  CHECK(get(compressed, field::content_encoding) == "gzip");
  CHECK(compressed.kind() == response::content::stream);  // beside the thread that serves
}

TEST_CASE("threat 12: without a free descriptor the answer is 503") {
  const site s;
  const router routes = s.at("/");
  std::vector<int> taken;
  rlimit old{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &old) == 0);
  const rlimit few{64, old.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  for (int d = ::open("/dev/null", O_RDONLY | O_CLOEXEC); d >= 0;
       d = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) {
    taken.push_back(d);
  }
  const unsigned answer = code(routes, "/a.txt");
  for (const int d : taken) ::close(d);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &old) == 0);
  CHECK(answer == 503);
  CHECK(code(routes, "/a.txt") == 200);
}

TEST_CASE("threat 14: files come and go while the server runs") {
  const site s;
  const router routes = s.at("/");
  CHECK(code(routes, "/new.txt") == 404);
  s.scratch.write("root/new.txt", "new");
  CHECK(content_of(ask(routes, "/new.txt")) == "new");
  fs::remove(s.root + "/new.txt");
  CHECK(code(routes, "/new.txt") == 404);
  fs::remove_all(s.root);
  CHECK(code(routes, "/a.txt") == 404);
  CHECK(code(routes, "/") == 404);
}

TEST_CASE("copies of a router share the folder") {
  const site s;
  router copy;
  {
    const router routes = s.at("/");
    copy = routes;
  }
  CHECK(content_of(ask(copy, "/a.txt")) == "a");
}

TEST_CASE("a more specific route wins over the folder") {
  const site s;
  router routes = s.at("/");
  routes.get("/a.txt", [] { return "from a handler"; });
  CHECK(content_of(ask(routes, "/a.txt")) == "from a handler");
  CHECK(content_of(ask(routes, "/sub/b.css")) == "b");
}

TEST_CASE("what cannot be served is said when it is registered") {
  const site s;
  router routes;
  CHECK_THROWS_WITH_AS(routes.files("/x", s.root + "/none"), doctest::Contains("/root/none\": No"),
                       std::system_error);
  CHECK_THROWS_AS(routes.files("/x", s.root + "/a.txt"), std::system_error);
  CHECK_THROWS_AS(routes.files("x", s.root), std::invalid_argument);
  for (const char* index : {"sub/index.html", "..", ".", "/etc/passwd"}) {
    CHECK_THROWS_AS(routes.files("/x", s.root, {.index = index}), std::invalid_argument);
  }
}

// ---- a file -------------------------------------------------------------------------------------

TEST_CASE("one file") {
  const site s;
  router routes;
  routes.file("/flag", s.root + "/a.txt");
  CHECK(content_of(ask(routes, "/flag")) == "a");
  CHECK(code(routes, "/flag", method::head) == 200);
  CHECK(code(routes, "/flag", method::post) == 405);
  CHECK(code(routes, "/flag/") == 404);
  CHECK(code(routes, "/flag/x") == 404);
}

TEST_CASE("one file is opened at each request") {
  const site s;
  router routes;
  routes.file("/flag", s.scratch / "flag");
  CHECK(code(routes, "/flag") == 404);
  s.scratch.write("flag", "first");
  CHECK(content_of(ask(routes, "/flag")) == "first");
  CHECK(get(ask(routes, "/flag"), field::content_type) == "text/plain; charset=utf-8");
  fs::rename(s.scratch.write("next", "second"), s.scratch / "flag");
  CHECK(content_of(ask(routes, "/flag")) == "second");
}

TEST_CASE("one file: what its name leads to is the administrator's choice") {
  const site s;
  fs::create_symlink(s.scratch / "secret.txt", s.scratch / "link");
  REQUIRE(::mkfifo((s.scratch / "fifo").c_str(), 0666) == 0);
  fs::permissions(s.root + "/a.txt", fs::perms(0));
  router routes;
  routes.file("/link", s.scratch / "link");
  routes.file("/folder", s.root);
  routes.file("/fifo", s.scratch / "fifo");
  routes.file("/unreadable", s.root + "/a.txt");
  CHECK(content_of(ask(routes, "/link")) == "secret");
  CHECK(code(routes, "/folder") == 404);
  CHECK(code(routes, "/fifo") == 404);
  const test_support::unprivileged nobody;
  CHECK(code(routes, "/unreadable") == 403);
}

TEST_CASE("one file: a relative name is that of the moment of registration") {
  const site s;
  const fs::path before = fs::current_path();
  router routes;
  fs::current_path(s.root);
  routes.file("/flag", "a.txt");
  fs::current_path(before);
  CHECK(content_of(ask(routes, "/flag")) == "a");
}

TEST_CASE("one file needs a name") {
  router routes;
  CHECK_THROWS_AS(routes.file("/flag", ""), std::invalid_argument);
  CHECK_THROWS_AS(routes.file("/flag", std::string("a\0b", 3)), std::invalid_argument);
}
