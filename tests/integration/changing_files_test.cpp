// SPDX-License-Identifier: BSL-1.0
//
// Files that change while they are served: nothing from outside of the root is ever sent, no
// answer is made of two states of a file, and no descriptor is left behind.

#include "support/decoded.hpp"
#include "support/scratch_folder.hpp"
#include "support/server_harness.hpp"
#include "support/socket_client.hpp"

#include <asio_httpd/asio_httpd.hpp>
#include <asio_httpd/testing/answer.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>

using namespace asio_httpd;
using test_support::decoded;
using test_support::eventually;
using test_support::scratch_folder;
using test_support::socket_client;
namespace fs = std::filesystem;

namespace {

constexpr int swaps = 100'000;

void swap_names(const std::string& a, const std::string& b) {
  REQUIRE(::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0);
}

struct fixture {
  scratch_folder scratch;
  std::string root = scratch / "root";
  std::unique_ptr<server> serving;

  explicit fixture(file_options options = {}) {
    fs::create_directory(root);
    router routes;
    routes.files("/", root, std::move(options));
    serving = std::make_unique<server>(std::move(routes),
                                       server_options{.listen = {"127.0.0.1:0"}, .threads = 2});
    serving->start();
  }
  ~fixture() { serving->stop(std::chrono::seconds(5)); }

  socket_client connect() const { return socket_client::to_port(serving->port()); }
  // Nothing where the connection ended before the answer did.
  static std::optional<testing::answer> ask(socket_client& c, const std::string& target,
                                            const std::string& fields = {}) {
    if (!c.send("GET " + target + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n")) return {};
    testing::answer_parser parser;
    std::string left;
    while (!parser.is_done()) {
      const std::string bytes = c.receive_some();
      if (bytes.empty()) return {};
      if (parser.feed(bytes) != bytes.size()) FAIL("more than one answer");
    }
    return parser.release();
  }
};

// Content by which two states can be told apart wherever one looks.
std::string state_of_file(unsigned number, std::size_t size) {
  return std::string(size, static_cast<char>('a' + number % 26));
}

bool is_of_one_state(const std::string& text) {
  return text.find_first_not_of(text.substr(0, 1)) == text.npos;
}

// As a deployment does.
void replace(const std::string& path, const std::string& content) {
  const fs::path next = path + ".next";
  std::ofstream(next, std::ios::binary) << content;
  fs::rename(next, path);
}

}  // namespace

TEST_CASE("a name that is swapped between a file, a folder and links to outside") {
  fixture f({.listing = true, .archive = true});
  f.scratch.write("outside/secret", "secret");
  f.scratch.write("outside/index.html", "secret");
  f.scratch.write("outside/index.html.gz", "secret");
  f.scratch.write("root/a", "file");
  f.scratch.write("root/as_folder/index.html", "folder");
  fs::create_symlink(f.scratch / "outside/secret", f.root + "/as_absolute_link");
  fs::create_symlink("../outside/secret", f.root + "/as_link");
  fs::create_symlink("../outside", f.root + "/as_link_to_folder");
  std::atomic<bool> done = false;
  std::jthread swapper([&] {
    const std::string others[] = {"/as_folder", "/as_link", "/as_link_to_folder",
                                  "/as_absolute_link"};
    for (int i = 0; i < swaps; ++i) swap_names(f.root + "/a", f.root + others[i % 4]);
    done = true;
  });
  const std::string targets[] = {"/a", "/a/", "/a/secret", "/a/index.html", "/a?archive=tar", "/"};
  std::map<unsigned, int> seen;
  auto c = f.connect();
  for (int i = 0; !done; ++i) {
    const auto a = f.ask(c, targets[i % 6], i % 4 == 0 ? "Accept-Encoding: gzip\r\n" : "");
    REQUIRE(a);
    ++seen[to_integer(a->status())];
    if (a->text().find("secret") != std::string::npos) FAIL(a->text());
  }
  swapper.join();
  CHECK(seen[200] > 0);
  CHECK(seen[301] + seen[404] > 0);
}

TEST_CASE("a file that is replaced is sent whole, in one state, with the tag of that state") {
  for (const std::size_t size : {900U, 100'000U, 3'000'000U}) {
    CAPTURE(size);
    fixture f;
    const std::string path = f.root + "/a.txt";
    replace(path, state_of_file(0, size));
    std::atomic<bool> done = false;
    std::jthread replacer([&] {
      for (unsigned i = 1; i < 400; ++i) replace(path, state_of_file(i, size + i % 50));
      done = true;
    });
    std::map<std::string, std::string> content_of_tag;
    auto c = f.connect();
    for (int i = 0; !done; ++i) {
      const bool zipped = i % 3 == 0;
      const auto a = f.ask(c, "/a.txt", zipped ? "Accept-Encoding: zstd\r\n" : "");
      REQUIRE(a);
      REQUIRE(a->status() == status::ok);
      const bool is_encoded = a->get(field::content_encoding) == "zstd";
      REQUIRE(is_encoded == (zipped && size > 1024));
      const std::string text = is_encoded ? decoded(content_coding::zstd, a->text()) : a->text();
      REQUIRE(text.size() >= size);
      REQUIRE(is_of_one_state(text));
      const auto [known, fresh] =
          content_of_tag.emplace(std::string(a->get(field::etag)), text.substr(0, 1));
      REQUIRE(known->second == text.substr(0, 1));
    }
    replacer.join();
  }
}

TEST_CASE("what happens to a file between requests shows") {
  fixture f;
  const std::string path = f.root + "/a.txt";
  const auto written_long_ago = [&](const std::string& content) {
    replace(path, content);
    const timespec then[2] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
    REQUIRE(::utimensat(AT_FDCWD, path.c_str(), then, 0) == 0);
  };
  auto c = f.connect();
  const auto shows = [&](unsigned code, const std::string& text = {}) {
    CHECK(eventually([&] {
      const auto a = f.ask(c, "/a.txt");
      REQUIRE(a);
      return to_integer(a->status()) == code && (code != 200 || a->text() == text);
    }));
  };
  written_long_ago("one");
  shows(200, "one");
  written_long_ago("two");
  shows(200, "two");
  fs::resize_file(path, 1);
  shows(200, "t");
  std::ofstream(path, std::ios::app) << "hree";
  shows(200, "three");
  fs::remove(path);
  shows(404);
  fs::create_directory(path);
  shows(301);
  fs::remove(path);
  fs::create_symlink("b.txt", path);
  f.scratch.write("root/b.txt", "by a link");
  shows(200, "by a link");
}
