// SPDX-License-Identifier: BSL-1.0
//
// The routes that serve files, asked through a router in memory: which name leads to which answer.
// What a file's response looks like is tested in serve_file_test.cpp.

#include <asio_httpd/router.hpp>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "support/response_content.hpp"
#include "support/scratch_folder.hpp"
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

// The status, with 400 for what is not even a request target.
unsigned code_or_400(const router& routes, const std::string& target) {
  try {
    const response r = ask(routes, target);
    CHECK(content_of(r).find("secret") == std::string::npos);
    return to_integer(r.status());
  } catch (const std::invalid_argument&) {
    return 400;
  }
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
    scratch.write("root/.hidden", "hidden");
    scratch.write("root/.git/config", "hidden");
    scratch.write("root/.well-known/security.txt", "mail us");
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

TEST_CASE("a folder without the slash is redirected, with the query") {
  const site s;
  s.scratch.write("root/a b?&/index.html", "");
  const router routes = s.at("/static");
  CHECK(location(routes, "/static") == "/static/");
  CHECK(location(routes, "/static?x=1&y=%20") == "/static/?x=1&y=%20");
  CHECK(location(routes, "/static/sub") == "/static/sub/");
  CHECK(location(routes, "/static/sub?a=b") == "/static/sub/?a=b");
  CHECK(location(routes, "/static/empty") == "/static/empty/");
  CHECK(location(routes, "/static/a%20b%3F%26") == "/static/a%20b%3F&/");
  CHECK(ask(routes, "/static/sub").content_size() == 0);
}

TEST_CASE("threat 19: a redirect stays on this host") {
  const site s;
  s.scratch.write("root/evil.com/x/index.html", "");
  s.scratch.write("root/\\evil.com/index.html", "");
  const router routes = s.at("/");
  CHECK(location(routes, "//evil.com") == "/evil.com/");
  CHECK(location(routes, "///evil.com") == "/evil.com/");
  CHECK(location(routes, "//evil.com/x") == "/evil.com/x/");
  CHECK(location(routes, "/%5Cevil.com") == "/%5Cevil.com/");
  CHECK(location(routes, "/x/..//evil.com") == "/evil.com/");
  CHECK(code(routes, "/%2Fevil.com") == 404);
  CHECK(code(routes, "/%2f%2fevil.com") == 404);
  CHECK(location(routes, "http://evil.com/sub") == "/sub/");
  CHECK(location(routes, "/sub?//evil.com") == "/sub/?//evil.com");
}

TEST_CASE("threat 19: no name in the file system splits a response") {
  const site s;
  s.scratch.write("root/a\r\nSet-Cookie: x/index.html", "");
  const unsigned answer = code_or_400(s.at("/"), "/a%0d%0aSet-Cookie:%20x");
  CHECK((answer == 400 || answer == 404 || answer == 301));  // never a 500
  if (answer == 301) {
    CHECK(location(s.at("/"), "/a%0d%0aSet-Cookie:%20x") == "/a%0D%0ASet-Cookie:%20x/");
  }
}

TEST_CASE("repeated slashes count as one") {
  const site s;
  const router routes = s.at("/static");
  CHECK(content_of(ask(routes, "/static//a.txt")) == "a");
  CHECK(content_of(ask(routes, "/static/sub///b.css")) == "b");
  CHECK(content_of(ask(routes, "/static/sub//")) == "<p>sub");
  CHECK(content_of(ask(routes, "/static//")) == "<p>home");
}

TEST_CASE("threat 16: traversal by order of decoding") {
  const site s;
  for (const bool dotfiles : {false, true}) {
    const router routes = s.at("/static", {.dotfiles = dotfiles});
    for (const char* target : {"/static/../secret.txt",
                               "/static/%2e%2e/secret.txt",
                               "/static/%2E%2E/secret.txt",
                               "/static/.%2e/secret.txt",
                               "/static/..%2fsecret.txt",
                               "/static/%2e%2e%2fsecret.txt",
                               "/static/sub/..%2f..%2fsecret.txt",
                               "/static/%252e%252e/secret.txt",
                               "/static/..%252fsecret.txt",
                               "/static/..%5csecret.txt",
                               "/static/..\\secret.txt",
                               "/static//../secret.txt",
                               "/static/sub/../../secret.txt",
                               "/static/sub/%2e%2e/%2e%2e/secret.txt",
                               "/static/....//secret.txt",
                               "/static/.../secret.txt",
                               "/static/..;/secret.txt",
                               "/static/%c0%ae%c0%ae/secret.txt",
                               "/static/%c0%af../secret.txt",
                               "/static/..%c0%afsecret.txt",
                               "/../../secret.txt",
                               "/static/%2fetc/passwd",
                               "/static//etc/passwd",
                               "/static/%2Fetc%2Fpasswd",
                               "/static/file:///etc/passwd",
                               "/static/./../secret.txt",
                               "/static/%2e/%2e%2e/secret.txt",
                               "/static/a.txt/../../secret.txt"}) {
      CAPTURE(target);
      CHECK(code_or_400(routes, target) == 404);
    }
    CHECK(code_or_400(routes, "/static/%u002e%u002e/secret.txt") == 400);
    CHECK(code_or_400(routes, "/static/%") == 400);
  }
}

TEST_CASE("dot segments that stay inside are resolved before the route is looked for") {
  const site s;
  const router routes = s.at("/static");
  CHECK(content_of(ask(routes, "/static/sub/../a.txt")) == "a");
  CHECK(content_of(ask(routes, "/x/../static/./a.txt")) == "a");
  CHECK(content_of(ask(routes, "/static/sub/%2e%2e/a.txt")) == "a");
  CHECK(content_of(ask(routes, "/static/sub/..")) == "<p>home");
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

TEST_CASE("threat 17: NUL and control bytes in the path") {
  const site s;
  const router routes = s.at("/");
  for (const char* target :
       {"/a.txt%00", "/a.txt%00.html", "/%00", "/a%0a.txt", "/a.txt%0a", "/a.txt%7f"}) {
    CAPTURE(target);
    const unsigned answer = code_or_400(routes, target);
    CHECK((answer == 400 || answer == 404));
  }
}

TEST_CASE("no name makes a 5xx") {
  const site s;
  const router routes = s.at("/");
  CHECK(code(routes, "/" + std::string(255, 'a')) == 404);
  CHECK(code(routes, "/" + std::string(256, 'a')) == 404);
  CHECK(code(routes, "/" + std::string(8000, 'a')) == 404);
  std::string deep;
  for (int i = 0; i < 250; ++i) deep += "/aaaaaaaaaaaaaaaaaaaaaaaa";
  CHECK(code(routes, deep) == 404);
  for (int c = 0x20; c < 0x100; ++c) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto high = static_cast<std::size_t>(c / 16);
    const auto low = static_cast<std::size_t>(c % 16);
    const std::string target = std::string("/x%") + digits[high] + digits[low] + "y";
    if (c == 0x7f) continue;
    CAPTURE(target);
    CHECK(code(routes, target) == 404);
  }
}

TEST_CASE("threat 18: dotfiles are hidden unless asked for") {
  const site s;
  const router hidden = s.at("/");
  CHECK(code(hidden, "/.hidden") == 404);
  CHECK(code(hidden, "/%2ehidden") == 404);
  CHECK(code(hidden, "/.git/config") == 404);
  CHECK(code(hidden, "/.git") == 404);
  CHECK(content_of(ask(hidden, "/.well-known/security.txt")) == "mail us");
  const router shown = s.at("/", {.dotfiles = true});
  CHECK(content_of(ask(shown, "/.hidden")) == "hidden");
  CHECK(content_of(ask(shown, "/.git/config")) == "hidden");
}

TEST_CASE("threat 18: symlinks out") {
  const site s;
  fs::create_symlink("../secret.txt", s.root + "/relative");
  fs::create_symlink(s.scratch / "secret.txt", s.root + "/absolute");
  fs::create_symlink("/", s.root + "/slash");
  fs::create_symlink("..", s.root + "/up");
  fs::create_symlink("/proc/self", s.root + "/self");
  fs::create_symlink("loop", s.root + "/loop");
  fs::create_symlink("../../secret.txt", s.root + "/empty/index.html");
  const router routes = s.at("/");
  for (const char* target :
       {"/relative", "/absolute", "/slash", "/slash/", "/slash/etc/passwd", "/up", "/up/secret.txt",
        "/self/environ", "/self/cwd", "/loop", "/loop/x", "/empty/"}) {
    CAPTURE(target);
    CHECK(code(routes, target) == 404);
  }
}

TEST_CASE("symlinks that stay inside are followed") {
  const site s;
  fs::create_symlink("a.txt", s.root + "/link.html");
  fs::create_directory_symlink("sub", s.root + "/other");
  const router routes = s.at("/");
  const response r = ask(routes, "/link.html");
  CHECK(content_of(r) == "a");
  CHECK(get(r, field::content_type) == "text/html; charset=utf-8");  // by the name that was asked
  CHECK(content_of(ask(routes, "/other/")) == "<p>sub");
  CHECK(location(routes, "/other") == "/other/");
}

TEST_CASE("threat 18: FIFOs, devices and sockets are 404 at once") {
  const site s;
  const router routes = s.at("/");
  REQUIRE(::mkfifo((s.root + "/fifo").c_str(), 0666) == 0);
  CHECK(code(routes, "/fifo") == 404);

  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  const std::string path = s.root + "/socket";
  REQUIRE(path.size() < sizeof name.sun_path);
  std::copy(path.begin(), path.end(), name.sun_path);
  REQUIRE(::bind(listener, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
  CHECK(code(routes, "/socket") == 404);
  ::close(listener);

  router devices;
  devices.files("/", "/dev");
  CHECK(code(devices, "/null") == 404);
  CHECK(code(devices, "/zero") == 404);
  CHECK(code(devices, "/tty") == 404);
}

TEST_CASE("an unreadable file is 403, its neighbours are not") {
  const site s;
  const router routes = s.at("/");
  fs::permissions(s.root + "/a.txt", fs::perms(0));
  fs::permissions(s.root + "/empty", fs::perms(0));
  fs::permissions(s.root + "/sub", fs::perms(0711));
  {
    const test_support::unprivileged nobody;
    CHECK(code(routes, "/a.txt") == 403);
    CHECK(code(routes, "/") == 200);
    CHECK(code(routes, "/empty/none.txt") == 403);
    CHECK(location(routes, "/sub") == "/sub/");
    CHECK(code(routes, "/sub/") == 200);
  }
  fs::permissions(s.root + "/empty", fs::perms(0755));
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
