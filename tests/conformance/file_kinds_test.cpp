// SPDX-License-Identifier: BSL-1.0
//
// What a name leads to that is no regular file of the root: links out of it, FIFOs, devices,
// sockets, and what may not be read. And files that change while they are sent.

#include <asio_httpd/router.hpp>

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "support/file_table.hpp"
#include "support/server_harness.hpp"
#include "support/unprivileged.hpp"

using namespace asio_httpd;
using namespace test_support;
namespace fs = std::filesystem;

namespace {

struct kinds_site : file_site {
  kinds_site() {
    write("index.html", "home");
    write("a.txt", "a");
    write("sub/index.html", "sub");
    write("sub/b.txt", "b");
  }
  void link(const std::string& to, const std::string& name) const {
    fs::create_symlink(to, path(name));
  }
};

// A socket in the file system; it listens to nobody.
void bind_socket(const std::string& path) {
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  REQUIRE(path.size() < sizeof name.sun_path);
  std::copy(path.begin(), path.end(), name.sun_path);
  REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
  ::close(socket);
}

file_row forbidden(std::string target) {
  return {.target = std::move(target), .code = 403, .content = "403 Forbidden\n"};
}

}  // namespace

// ---- links --------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(kinds_site, "threat 18: links out of the root lead nowhere") {
  link("../secret.txt", "relative");
  link("../../secret.txt", "sub/relative");
  link(secret(), "absolute");
  link("..", "up");
  link("../root", "around");
  link("/", "slash");
  link(root(), "self");
  link(path("a.txt"), "absolute-inside");
  link("relative", "chain");
  link("chain", "chain-of-chain");
  link("sub/../../secret.txt", "detour");
  link("../root/a.txt", "out-and-in");
  link("/proc/self/root" + secret(), "proc-root");
  link("/proc/self/cwd", "proc-cwd");
  link("/proc/self/environ", "environ");
  link("/dev/zero", "zero");
  link("/dev/fd/0", "stdin");
  link("loop", "loop");
  link("ping", "pong");
  link("pong", "ping");
  link("none", "dangling");
  link(std::string(255, 'n'), "dangling-long");
  write("out/index.html.gz", "not this one");
  link("../../secret.txt", "out/index.html");
  for (const symlink_policy links : {symlink_policy::inside, symlink_policy::never}) {
    check(each({"/relative",      "/sub/relative",   "/absolute",       "/up",
                "/up/",           "/up/secret.txt",  "/around",         "/around/",
                "/around/a.txt",  "/slash",          "/slash/",         "/slash/etc/passwd",
                "/self",          "/self/",          "/self/a.txt",     "/absolute-inside",
                "/chain",         "/chain-of-chain", "/detour",         "/out-and-in",
                "/proc-root",     "/proc-cwd",       "/proc-cwd/",      "/environ",
                "/zero",          "/stdin",          "/loop",           "/loop/",
                "/loop/x",        "/ping",           "/dangling",       "/dangling/",
                "/dangling-long", "/out/",           "/out/index.html", "/up/../secret.txt"},
               missing),
          {.symlinks = links});
  }
}

TEST_CASE_FIXTURE(kinds_site, "links that stay inside are followed, or not") {
  link("a.txt", "file.html");
  link("file.html", "chain");
  link("sub", "folder");
  link("./sub/../sub/./b.txt", "winding");
  link("../a.txt", "sub/up.txt");
  link("b.txt", "sub/beside.txt");
  write(".git/config", "hidden by its name");
  link(".git/config", "config.txt");
  check({{.target = "/file.html",
          .content = "a",
          .wanted = {{"Content-Type", "text/html; charset=utf-8"},
                     {"Last-Modified", std::string(at_modified)}}},
         found("/chain", "a"),
         moved("/folder", "/folder/"),
         found("/folder/", "sub"),
         found("/folder/b.txt", "b"),
         found("/winding", "b"),
         found("/sub/up.txt", "a"),
         found("/folder/up.txt", "a"),
         found("/folder/beside.txt", "b"),
         // The name decides, not what it leads to.
         found("/config.txt", "hidden by its name"),
         missing("/folder/../a.txt/x"),
         found("/folder/../a.txt", "a")});
  check(each({"/file.html", "/chain", "/folder", "/folder/", "/folder/b.txt", "/winding",
              "/sub/up.txt", "/sub/beside.txt", "/config.txt"},
             missing),
        {.symlinks = symlink_policy::never});
}

// ---- what is no file ----------------------------------------------------------------------------

TEST_CASE_FIXTURE(kinds_site, "threat 18: FIFOs and sockets are not there, at once") {
  REQUIRE(::mkfifo(path("fifo").c_str(), 0666) == 0);
  REQUIRE(::mkfifo(path("page.html").c_str(), 0666) == 0);
  REQUIRE(::mkfifo(path("a.txt.gz").c_str(), 0666) == 0);
  fs::create_directories(path("pipes"));
  REQUIRE(::mkfifo(path("pipes/index.html").c_str(), 0666) == 0);
  bind_socket(path("socket"));
  link("fifo", "to-fifo");
  const file_rows rows = each({"/fifo", "/fifo/", "/fifo/x", "/page.html", "/pipes/",
                               "/pipes/index.html", "/socket", "/socket/", "/to-fifo"},
                              missing);
  check(rows);
  check(rows, {.clean_urls = true});
  check({missing("/page")}, {.clean_urls = true});
  check({{.target = "/a.txt",
          .fields = {{"Accept-Encoding", "gzip"}},
          .content = "a",
          .wanted = {{"Content-Encoding", ""}}},
         {.target = "/fifo", .fields = {{"Range", "bytes=0-"}}, .code = 404}});
  check({missing("/none")}, {.fallback = "fifo", .error_pages = {{status::not_found, "fifo"}}});
}

TEST_CASE("threat 18: devices are not there, at once") {
  check_files("/dev", each({"/zero", "/null", "/full", "/random", "/urandom", "/tty", "/zero/",
                            "/zero/x", "/stdin", "/fd/0", "/fd/1", "/fd"},
                           missing));
  check_files("/dev", {missing("/zero"),
                       {.target = "/zero", .fields = {{"Range", "bytes=0-"}}, .code = 404}});
}

TEST_CASE("threat 18: nothing of another process through /proc") {
  const std::string own = "/" + std::to_string(::getpid());
  check_files("/proc",
              {missing(own + "/root/etc/passwd"), missing(own + "/cwd/"), missing(own + "/cwd"),
               missing(own + "/exe"), missing(own + "/fd/0"), missing("/self/root/etc/passwd"),
               missing("/self/fd/0"), missing("/self/exe"),
               // Its size is 0, they say.
               found("/version", "")});
}

// ---- rights -------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(kinds_site, "what may not be read is 403, and nothing else is") {
  write("unreadable.txt", "what lies beside the root");
  write("closed/a.txt", "what lies beside the root");
  write("unlisted/a.txt", "known by its name");
  write("page.html", "page");
  write("index-closed/index.html", "what lies beside the root");
  write("b.txt", "b");
  write("b.txt.gz", "what lies beside the root");
  fs::permissions(path("unreadable.txt"), fs::perms(0));
  fs::permissions(path("index-closed/index.html"), fs::perms(0));
  fs::permissions(path("b.txt.gz"), fs::perms(0));
  fs::permissions(path("closed"), fs::perms(0));
  fs::permissions(path("unlisted"), fs::perms(0711));
  const file_rows rows = {
      forbidden("/unreadable.txt"),
      forbidden("//unreadable.txt"),
      missing("/unreadable.txt/"),
      forbidden("/closed/a.txt"),
      forbidden("/closed/none.txt"),
      forbidden("/closed/"),
      moved("/closed", "/closed/"),
      forbidden("/index-closed/"),
      moved("/index-closed", "/index-closed/"),
      found("/unlisted/a.txt", "known by its name"),
      moved("/unlisted", "/unlisted/"),
      missing("/unlisted/none.txt"),
      missing("/unlisted/"),
      found("/page.html", "page"),
      {.target = "/unreadable.txt", .fields = {{"If-None-Match", "*"}}, .code = 403},
      {.target = "/unreadable.txt", .fields = {{"Range", "bytes=0-"}}, .code = 403},
      {.target = "/b.txt",
       .fields = {{"Accept-Encoding", "gzip"}},
       .content = "b",
       .wanted = {{"Content-Encoding", ""}}},
  };
  {
    const unprivileged nobody;
    check(rows);
    // What is forbidden has no fallback; its page is that of 403.
    check({forbidden("/closed/a"), forbidden("/closed/")}, {.fallback = "page.html"});
    check(
        {{.target = "/unreadable.txt", .code = 403, .content = "page"},
         {.target = "/none.txt", .code = 404, .content = "404 Not Found\n"}},
        {.error_pages = {{status::forbidden, "page.html"}, {status::not_found, "unreadable.txt"}}});
    check({forbidden("/closed/"), missing("/unlisted/none/")}, {.listing = true});
    check({{.target = "/unlisted/", .code = 403}}, {.listing = true});
  }
  fs::permissions(path("closed"), fs::perms(0755));
}

// ---- threat 14 ----------------------------------------------------------------------------------

namespace {

// Sends a request to one that does not read, does something, and reads up to the end.
template <class Change>
std::string received_after(const std::string& root, Change change) {
  router routes;
  routes.files("/", root);
  testing::server server(std::move(routes));
  testing::connection client = server.connect();
  client.set_capacity(1'024);
  client.send("GET /large.bin HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
  change();
  std::string all;
  CHECK(client.wait_until([&] {
    all += client.receive();
    return client.at_end() || client.is_closed();
  }));
  all += client.receive();
  return all.substr(all.find("\r\n\r\n") + 4);
}

}  // namespace

TEST_CASE_FIXTURE(kinds_site, "threat 14: a file that changes while it is sent") {
  const std::string whole = digits(1'000'000);
  const std::string name = write("large.bin", whole);
  SUBCASE("is replaced: the old one") {
    CHECK(received_after(root(), [&] { fs::rename(write("next", "new"), name); }) == whole);
  }
  SUBCASE("is removed: the old one") {
    CHECK(received_after(root(), [&] { fs::remove(name); }) == whole);
  }
  // Whole would be a mixture of two states, or could be.
  const auto broken_off = [&](const auto& change) {
    const std::string got = received_after(root(), change);
    CHECK(got.size() < whole.size());
    CHECK(got == whole.substr(0, got.size()));
  };
  SUBCASE("is cut: not to its end") {
    broken_off([&] { fs::resize_file(name, 500'000); });
  }
  SUBCASE("grows: not to its end") {
    broken_off([&] { fs::resize_file(name, 2'000'000); });
  }
}
