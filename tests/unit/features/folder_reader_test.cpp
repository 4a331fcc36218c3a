// SPDX-License-Identifier: BSL-1.0
//
// What of a folder is seen, above all what is not.

#include "features/folder_reader.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "support/scratch_folder.hpp"
#include "support/unprivileged.hpp"

using asio_httpd::file;
using asio_httpd::symlink_policy;
using namespace asio_httpd::features;
using test_support::scratch_folder;
namespace fs = std::filesystem;

namespace {

struct site {
  scratch_folder scratch;
  std::string root = scratch / "root";

  site() {
    scratch.write("secret.txt", "secret!");
    scratch.write("root/a.txt", "12345");
    scratch.write("root/sub/b.txt", "b");
    fs::permissions(scratch.path(), fs::perms(0755));
  }

  served_folder at(const std::string& path, bool dotfiles = false,
                   const std::vector<std::string>& hidden = {},
                   symlink_policy links = symlink_policy::inside) const {
    return {std::make_shared<const static_root>(root, links),
            std::make_shared<const name_policy>(dotfiles, hidden), path};
  }
};

folder_reader reader_of(served_folder where) {
  std::error_code error;
  file opened = where.root->open_folder(where.path.c_str(), error);
  REQUIRE_FALSE(error);
  return {std::move(where), std::move(opened)};
}

// "name=size", "name/" for a folder, "name" where nothing else is known.
std::set<std::string> seen(served_folder where) {
  folder_reader reader = reader_of(std::move(where));
  std::set<std::string> made;
  folder_entry e;
  for (auto step = reader.next(e); step != folder_reader::step::end; step = reader.next(e)) {
    if (step == folder_reader::step::nothing) continue;
    const bool is_file = e.is == folder_entry::kind::file;
    const std::string size = e.has_details ? "=" + std::to_string(e.size) : "";
    made.insert(std::string(e.name) + (is_file ? size : "/"));
  }
  return made;
}

using names = std::set<std::string>;

}  // namespace

TEST_CASE("files and folders") {
  const site s;
  CHECK(seen(s.at("")) == names{"a.txt=5", "sub/"});
  CHECK(seen(s.at("sub")) == names{"b.txt=1"});
}

TEST_CASE("what is hidden is not there") {
  const site s;
  s.scratch.write("root/.git/config", "");
  s.scratch.write("root/.well-known/x", "");
  s.scratch.write("root/sub/b.txt~", "");
  s.scratch.write("root/.upload-0123456789abcdef", "");
  CHECK(seen(s.at("")) == names{"a.txt=5", "sub/", ".well-known/"});
  CHECK(seen(s.at("", true)) == names{"a.txt=5", "sub/", ".well-known/", ".git/"});
  CHECK(seen(s.at("", false, {"sub/**", "a.*"})) == names{".well-known/"});
  CHECK(seen(s.at("sub", false, {"*~"})) == names{"b.txt=1"});
  CHECK(seen(s.at("sub", false, {"sub/*.txt"})) == names{"b.txt~=0"});
}

TEST_CASE("links are what they lead to, inside of the root") {
  const site s;
  fs::create_symlink("a.txt", s.root + "/file");
  fs::create_symlink("../a.txt", s.root + "/sub/up");
  fs::create_symlink("sub", s.root + "/folder");
  fs::create_symlink("file", s.root + "/twice");
  CHECK(seen(s.at("")) == names{"a.txt=5", "sub/", "file=5", "folder/", "twice=5"});
  CHECK(seen(s.at("sub")) == names{"b.txt=1", "up=5"});
  const auto never = symlink_policy::never;
  CHECK(seen(s.at("", false, {}, never)) == names{"a.txt=5", "sub/"});
  CHECK(seen(s.at("sub", false, {}, never)) == names{"b.txt=1"});
}

TEST_CASE("threat 18: links out of the root, in circles and to nothing are not there") {
  const site s;
  fs::create_symlink("../secret.txt", s.root + "/relative");
  fs::create_symlink(s.scratch / "secret.txt", s.root + "/absolute");
  fs::create_symlink(s.root + "/a.txt", s.root + "/absolute_inside");
  fs::create_symlink("/", s.root + "/slash");
  fs::create_symlink("..", s.root + "/up");
  fs::create_symlink("/proc/self/fd/0", s.root + "/magic");
  fs::create_symlink("loop", s.root + "/loop");
  fs::create_symlink("nothing", s.root + "/dangling");
  CHECK(seen(s.at("")) == names{"a.txt=5", "sub/"});
}

TEST_CASE("threat 18: what is neither file nor folder is not there") {
  const site s;
  REQUIRE(::mkfifo((s.root + "/fifo").c_str(), 0666) == 0);
  fs::create_symlink("fifo", s.root + "/link");
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  const std::string path = s.root + "/socket";
  REQUIRE(path.size() < sizeof name.sun_path);
  std::copy(path.begin(), path.end(), name.sun_path);
  REQUIRE(::bind(listener, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
  CHECK(seen(s.at("")) == names{"a.txt=5", "sub/"});
  ::close(listener);
}

TEST_CASE("a file that may not be read is there, with its size") {
  const site s;
  fs::permissions(s.root + "/a.txt", fs::perms(0));
  fs::permissions(s.root + "/sub", fs::perms(0));
  const test_support::unprivileged nobody;
  CHECK(seen(s.at("")) == names{"a.txt=5", "sub/"});
}

TEST_CASE("of a folder that may be read and not searched there are names and kinds") {
  const site s;
  fs::create_directory(s.root + "/sub/deep");
  fs::create_symlink("b.txt", s.root + "/sub/link");
  fs::permissions(s.root + "/sub", fs::perms(0744));
  {
    const test_support::unprivileged nobody;
    CHECK(seen(s.at("sub")) == names{"b.txt", "deep/"});
  }
  fs::permissions(s.root + "/sub", fs::perms(0755));
}

TEST_CASE("what is no folder cannot be read as one") {
  const site s;
  std::error_code error;
  const served_folder where = s.at("a.txt");
  file opened = where.root->open(where.path.c_str(), error);
  REQUIRE_FALSE(error);
  folder_reader reader(where, std::move(opened));
  folder_entry e;
  CHECK_THROWS_WITH_AS(reader.next(e), doctest::Contains("cannot read the folder \"/a.txt\": "),
                       std::system_error);
}
