// SPDX-License-Identifier: BSL-1.0
//
// Folders as archives, unpacked by GNU tar and compared with what they were made from.

#include "features/tar_stream.hpp"

#include <asio_httpd/asio_httpd.hpp>
#include <asio_httpd/testing.hpp>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "features/tar_source.hpp"
#include "support/scratch_folder.hpp"
#include "support/shell.hpp"
#include "support/unprivileged.hpp"

using namespace asio_httpd;
using namespace asio_httpd::features;
using test_support::scratch_folder;
using test_support::shell;
namespace fs = std::filesystem;

namespace {

struct site {
  scratch_folder scratch;
  std::string root = scratch / "root";

  site() {
    scratch.write("secret.txt", "secret");
    scratch.write("root/a.txt", "12345");
    scratch.write("root/sub/b.txt", "b");
    fs::permissions(scratch.path(), fs::perms(0755));
  }

  served_folder at(std::string path, const std::vector<std::string>& hidden = {}) const {
    return {std::make_shared<const static_root>(root),
            std::make_shared<const name_policy>(false, hidden), std::move(path)};
  }

  router routes(const std::vector<std::string>& hidden = {}) const {
    router made;
    made.get("/{rest...}", [all = at("", hidden)](const request& r) {
      served_folder where = all;
      where.path = r.param("rest");
      if (where.path.ends_with('/')) where.path.pop_back();
      response to;
      answer_archive(r, std::move(where), to);
      return to;
    });
    return made;
  }

  // What tar lists of the archive of that folder, sorted, with spaces between.
  std::string listed(const std::string& target, const std::vector<std::string>& hidden = {}) const {
    testing::server server(routes(hidden));
    const auto got = server.get(target);
    REQUIRE(got.status() == status::ok);
    const auto said = shell("tar -tf " + scratch.write("x.tar", got.text()) + " | sort");
    CHECK(said.status == 0);
    std::string made = said.output;
    std::replace(made.begin(), made.end(), '\n', ' ');
    return made;
  }
};

tar_source source_of(served_folder where) {
  std::error_code error;
  file opened = where.root->open_folder(where.path.c_str(), error);
  REQUIRE_FALSE(error);
  return {std::move(where), std::move(opened), "x"};
}

std::string all_of(tar_source& source) {
  std::string all;
  std::string chunk;
  for (bool more = true; more;) {
    more = source.read(chunk);
    CHECK(chunk.size() <= tar_source::chunk_size + 64U * 1024);
    all += chunk;
  }
  return all;
}

}  // namespace

// ---- the answer ---------------------------------------------------------------------------------

TEST_CASE("an archive is called as its folder") {
  const site s;
  fs::create_directory(s.root + "/na\xc3\xafve");
  testing::server server(s.routes());
  const auto got = server.get("/sub/");
  CHECK(got.status() == status::ok);
  CHECK(got.get(field::content_type) == "application/x-tar");
  CHECK(got.get(field::content_disposition) == "attachment; filename=\"sub.tar\"");
  CHECK(got.get(field::cache_control) == "no-cache");
  CHECK(got.get(field::x_content_type_options) == "nosniff");
  CHECK(server.head("/").get(field::content_disposition) == "attachment; filename=\"files.tar\"");
  CHECK(server.get("/na%C3%AFve/").get(field::content_disposition) ==
        "attachment; filename=\"na_ve.tar\"; filename*=UTF-8''na%C3%AFve.tar");
}

TEST_CASE("what is wrong with the folder is a status") {
  const site s;
  fs::permissions(s.root + "/sub", fs::perms(0711));
  testing::server server(s.routes());
  CHECK(server.get("/none/").status() == status::not_found);
  CHECK(server.get("/a.txt").status() == status::not_found);
  const test_support::unprivileged nobody;
  CHECK(server.get("/sub/").status() == status::forbidden);
}

// ---- what is in it ------------------------------------------------------------------------------

TEST_CASE("what comes out is what went in") {
  const site s;
  std::string noise(1'000'003, '\0');
  for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = static_cast<char>(i * i / 7);
  s.scratch.write("root/large", noise);
  s.scratch.write("root/block", std::string(512, 'x'));
  s.scratch.write("root/empty", "");
  s.scratch.write("root/" + std::string(200, 'n') + "/" + std::string(200, 'm'), "long");
  s.scratch.write("root/caf\xe9/\xe2\x82\xac\n", "odd");
  for (int i = 0; i < 1000; ++i) s.scratch.write("root/many/" + std::to_string(i), "few bytes");
  fs::create_directory(s.root + "/none");
  testing::server server(s.routes());
  s.scratch.write("x.tar", server.get("/").text());
  const std::string in = "cd " + s.scratch.path().string() + " && ";
  const auto unpacked = shell(in + "mkdir out && tar -xf x.tar -C out && diff -r root out/files");
  CHECK(unpacked.status == 0);
  CHECK(unpacked.output == "");
  const auto python = shell(in +
                            "python3 -c \"import tarfile; tarfile.open('x.tar').extractall("
                            "'out2')\" && diff -r root out2/files");
  CHECK(python.status == 0);
  CHECK(python.output == "");
}

TEST_CASE("times and the right to execute are kept, owners and other rights are not") {
  const site s;
  fs::permissions(s.scratch.write("root/sub/run", ""), fs::perms(0700));
  fs::permissions(s.root + "/sub/b.txt", fs::perms(0640));
  const std::string in = "cd " + s.scratch.path().string() + " && ";
  REQUIRE(shell(in + "touch -d '1994-11-06 08:49:37Z' root/sub/* root/sub").status == 0);
  testing::server server(s.routes());
  s.scratch.write("x.tar", server.get("/sub/").text());
  CHECK(shell(in + "TZ=UTC tar -tvf x.tar | sort").output ==
        "-rw-r--r-- 0/0               1 1994-11-06 08:49 sub/b.txt\n"
        "-rwxr-xr-x 0/0               0 1994-11-06 08:49 sub/run\n"
        "drwxr-xr-x 0/0               0 1994-11-06 08:49 sub/\n");
}

TEST_CASE("what is hidden is not in it") {
  const site s;
  s.scratch.write("root/.git/config", "");
  s.scratch.write("root/sub/.env", "");
  s.scratch.write("root/sub/b.txt~", "");
  s.scratch.write("root/private/x", "");
  CHECK(s.listed("/", {"*~", "private/**"}) == "files/ files/a.txt files/sub/ files/sub/b.txt ");
  CHECK(s.listed("/sub/", {"sub/b.txt"}) == "sub/ sub/b.txt~ ");
}

TEST_CASE("threat 18: links to files inside are the files, all others are not in it") {
  const site s;
  fs::create_symlink("../a.txt", s.root + "/sub/up");
  fs::create_symlink("../secret.txt", s.root + "/out");
  fs::create_symlink(s.scratch / "secret.txt", s.root + "/absolute");
  fs::create_symlink("sub", s.root + "/folder");
  fs::create_symlink("..", s.root + "/sub/circle");
  fs::create_symlink("loop", s.root + "/loop");
  REQUIRE(::mkfifo((s.root + "/fifo").c_str(), 0666) == 0);
  CHECK(s.listed("/") == "files/ files/a.txt files/sub/ files/sub/b.txt files/sub/up ");
  const std::string in = "cd " + s.scratch.path().string() + " && ";
  CHECK(shell(in + "tar -xOf x.tar files/sub/up").output == "12345");
}

TEST_CASE("what may not be read is left out") {
  const site s;
  s.scratch.write("root/closed/x", "");
  s.scratch.write("root/unsearchable/x", "");
  fs::permissions(s.root + "/closed", fs::perms(0));
  fs::permissions(s.root + "/unsearchable", fs::perms(0744));
  fs::permissions(s.root + "/sub/b.txt", fs::perms(0));
  std::string all;
  {
    const test_support::unprivileged nobody;
    tar_source source = source_of(s.at(""));
    all = all_of(source);
  }
  fs::permissions(s.root + "/closed", fs::perms(0755));
  fs::permissions(s.root + "/unsearchable", fs::perms(0755));
  CHECK(shell("tar -tf " + s.scratch.write("x.tar", all) + " | sort").output ==
        "x/\nx/a.txt\nx/sub/\nx/unsearchable/\n");
}

// ---- while it is read ---------------------------------------------------------------------------

TEST_CASE("a file that grows is cut where its header says") {
  const site s;
  const std::string path = s.scratch.write("root/sub/b.txt", std::string(600'000, 'b'));
  tar_source source = source_of(s.at("sub"));
  std::string all;
  REQUIRE(source.read(all));
  fs::resize_file(path, 700'000);
  all += all_of(source);
  CHECK(all.size() % 512 == 0);
  const auto said =
      shell("tar -xOf " + s.scratch.write("x.tar", all) + " x/b.txt | tr -d b | wc -c");
  CHECK(said.output == "0\n");
  CHECK(shell("tar -tvf " + s.scratch / "x.tar").output.find(" 600000 ") != std::string::npos);
}

TEST_CASE("a file that shrinks ends the archive, and no end of an archive is written") {
  const site s;
  const std::string path = s.scratch.write("root/sub/b.txt", std::string(600'000, 'b'));
  tar_source source = source_of(s.at("sub"));
  std::string chunk;
  REQUIRE(source.read(chunk));
  fs::resize_file(path, 300'000);
  CHECK_THROWS_WITH_AS(all_of(source), "\"/sub/b.txt\" became shorter while it was archived",
                       std::runtime_error);
}

TEST_CASE("a client sees that an archive is not whole") {
  const site s;
  const std::string path = s.scratch.write("root/sub/b.txt", std::string(3'000'000, 'b'));
  testing::server server(s.routes());
  auto c = server.connect();
  c.stall();
  c.send({.target = "/sub/"});
  c.accept(5000);
  CHECK(c.receive_head().status() == status::ok);
  std::string content;
  REQUIRE(c.wait_until([&] { return (content += c.receive_content()).size() > 1000; }));
  fs::resize_file(path, 300'000);
  c.resume();
  CHECK_THROWS_AS(c.receive_answer(), testing::error);
  REQUIRE(server.log().size() == 1);
  CHECK(server.log()[0] ==
        "error: content of /{rest...}: \"/sub/b.txt\" became shorter while it was archived");
}

TEST_CASE("folders that are too deep are an error, and not left out") {
  const site s;
  std::string deep = s.root;
  for (std::size_t i = 0; i < tar_source::most_depth; ++i) deep += "/d";
  fs::create_directories(deep);
  tar_source fits = source_of(s.at(""));
  CHECK_FALSE(all_of(fits).empty());
  fs::create_directory(deep + "/d");
  tar_source too_deep = source_of(s.at(""));
  CHECK_THROWS_AS(all_of(too_deep), std::system_error);
}

TEST_CASE("folders and files may go while it is read") {
  const site s;
  for (int i = 0; i < 3; ++i)
    s.scratch.write("root/x" + std::to_string(i), std::string(300'000, 'x'));
  tar_source source = source_of(s.at(""));
  std::string all;
  REQUIRE(source.read(all));
  fs::remove_all(s.root);
  all += all_of(source);
  CHECK(shell("tar -tf " + s.scratch.write("x.tar", all)).status == 0);
}
