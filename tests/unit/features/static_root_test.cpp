// SPDX-License-Identifier: BSL-1.0
//
// Opening below a folder, by the kernel and by walking. Both have to keep the same promises, except
// that the walk follows no symbolic link.

#include "features/static_root.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <string>

#include "support/scratch_folder.hpp"
#include "support/unprivileged.hpp"

using asio_httpd::file;
using asio_httpd::symlink_policy;
using asio_httpd::features::static_root;
using resolver = static_root::resolver;
using test_support::scratch_folder;
namespace fs = std::filesystem;

namespace {

constexpr std::array resolvers = {resolver::kernel, resolver::walk};

// 0, or the error number.
int open_error(const static_root& root, const std::string& name) {
  std::error_code error;
  const file opened = root.open(name.c_str(), error);
  CHECK(opened.is_open() == !error);
  return error.value();
}

// A root with a file, a folder, and a secret beside it.
struct site {
  scratch_folder scratch;
  std::string root = scratch / "root";
  site() {
    scratch.write("root/a.txt", "a");
    scratch.write("root/sub/b.txt", "b");
    scratch.write("secret.txt", "secret");
  }
};

}  // namespace

TEST_CASE("the kernel resolves where it can") {
  const site s;
  CHECK(static_root(s.root).how() == resolver::kernel);
}

TEST_CASE("files and folders below the root") {
  const site s;
  for (const resolver how : resolvers) {
    const static_root root(s.root, how);
    CHECK(open_error(root, "a.txt") == 0);
    CHECK(open_error(root, "sub/b.txt") == 0);
    CHECK(open_error(root, "sub") == 0);
    CHECK(open_error(root, "none") == ENOENT);
    CHECK(open_error(root, "none/b.txt") == ENOENT);
    CHECK(open_error(root, "a.txt/b") == ENOTDIR);
    CHECK(root.is_folder("sub"));
    CHECK_FALSE(root.is_folder("a.txt"));
    CHECK_FALSE(root.is_folder("none"));
  }
}

TEST_CASE("descriptors are not inherited and do not block") {
  const site s;
  for (const resolver how : resolvers) {
    std::error_code error;
    const file opened = static_root(s.root, how).open("a.txt", error);
    REQUIRE(opened.is_open());
    CHECK((::fcntl(opened.descriptor(), F_GETFD) & FD_CLOEXEC) != 0);
    CHECK((::fcntl(opened.descriptor(), F_GETFL) & O_ACCMODE) == O_RDONLY);
    CHECK((::fcntl(opened.descriptor(), F_GETFL) & O_NONBLOCK) != 0);
  }
}

TEST_CASE("threat 16: the kernel lets no name out of the root") {
  const site s;
  const static_root root(s.root, resolver::kernel);
  CHECK(open_error(root, "../secret.txt") == EXDEV);
  CHECK(open_error(root, "sub/../../secret.txt") == EXDEV);
  CHECK(open_error(root, s.scratch / "secret.txt") == EXDEV);
  CHECK(open_error(root, "/etc/passwd") == EXDEV);
}

TEST_CASE("threat 18: links that leave the root lead nowhere") {
  const site s;
  fs::create_symlink("../secret.txt", s.root + "/relative");
  fs::create_symlink(s.scratch / "secret.txt", s.root + "/absolute");
  fs::create_symlink("/", s.root + "/slash");
  fs::create_symlink("/proc/self/fd/0", s.root + "/magic");
  fs::create_symlink("loop", s.root + "/loop");
  for (const resolver how : resolvers) {
    const static_root root(s.root, how);
    for (const char* name : {"relative", "absolute", "slash/etc/passwd", "magic", "loop"}) {
      CAPTURE(name);
      const int error = open_error(root, name);
      CHECK((error == EXDEV || error == ELOOP || error == ENOTDIR));
    }
    CHECK_FALSE(root.is_folder("slash"));
  }
}

TEST_CASE("links that stay inside are followed by the kernel only") {
  const site s;
  fs::create_symlink("../a.txt", s.root + "/sub/up");
  fs::create_directory_symlink("sub", s.root + "/other");
  const static_root kernel(s.root, resolver::kernel);
  CHECK(open_error(kernel, "sub/up") == 0);
  CHECK(open_error(kernel, "other/b.txt") == 0);
  CHECK(kernel.is_folder("other"));
  const static_root walk(s.root, resolver::walk);
  CHECK(open_error(walk, "sub/up") == ELOOP);
  CHECK(open_error(walk, "other/b.txt") == ENOTDIR);
}

TEST_CASE("no link is followed where none may be") {
  const site s;
  fs::create_symlink("../a.txt", s.root + "/sub/up");
  fs::create_directory_symlink("sub", s.root + "/other");
  for (const resolver how : resolvers) {
    const static_root root(s.root, how, symlink_policy::never);
    CHECK(open_error(root, "sub/b.txt") == 0);
    CHECK(open_error(root, "sub/up") == ELOOP);
    const int through = open_error(root, "other/b.txt");
    CHECK((through == ELOOP || through == ENOTDIR));
    CHECK_FALSE(root.is_folder("other"));
    std::error_code error;
    CHECK_FALSE(root.look_up("sub/up", error).is_open());
    CHECK_FALSE(root.open_folder("other", error).is_open());
  }
}

TEST_CASE("folders are opened as such") {
  const site s;
  for (const resolver how : resolvers) {
    const static_root root(s.root, how);
    for (const char* name : {"", "sub"}) {
      std::error_code error;
      const file opened = root.open_folder(name, error);
      REQUIRE(opened.is_open());
      CHECK((::fcntl(opened.descriptor(), F_GETFL) & (O_ACCMODE | O_DIRECTORY)) ==
            (O_RDONLY | O_DIRECTORY));
      CHECK((::fcntl(opened.descriptor(), F_GETFD) & FD_CLOEXEC) != 0);
    }
    std::error_code error;
    CHECK_FALSE(root.open_folder("a.txt", error).is_open());
    CHECK(error.value() == ENOTDIR);
    CHECK_FALSE(root.open_folder("none", error).is_open());
    CHECK(error.value() == ENOENT);
  }
}

TEST_CASE("what a name leads to is looked up without the right to read it") {
  const site s;
  fs::permissions(s.scratch.path(), fs::perms(0755));
  fs::permissions(s.root + "/a.txt", fs::perms(0));
  for (const resolver how : resolvers) {
    const static_root root(s.root, how);
    const test_support::unprivileged nobody;
    std::error_code error;
    const file found = root.look_up("a.txt", error);
    REQUIRE(found.is_open());
    struct stat info {};
    CHECK(::fstat(found.descriptor(), &info) == 0);
    CHECK(info.st_size == 1);
    CHECK_FALSE(root.look_up("none", error).is_open());
    CHECK(error.value() == ENOENT);
  }
}

TEST_CASE("threat 18: FIFOs are opened without waiting for a writer") {
  const site s;
  REQUIRE(::mkfifo((s.root + "/fifo").c_str(), 0644) == 0);
  for (const resolver how : resolvers) CHECK(open_error(static_root(s.root, how), "fifo") == 0);
}

TEST_CASE("names that are too long") {
  const site s;
  for (const resolver how : resolvers) {
    const static_root root(s.root, how);
    CHECK(open_error(root, std::string(256, 'a')) == ENAMETOOLONG);
    CHECK(open_error(root, std::string(255, 'a')) == ENOENT);
    CHECK(open_error(root, std::string(256, 'a') + "/b") == ENAMETOOLONG);
  }
}

TEST_CASE("the root stays the folder that it was, whatever its name means later") {
  const site s;
  const static_root root(s.root);
  fs::rename(s.root, s.scratch / "moved");
  s.scratch.write("root/other.txt", "");
  CHECK(open_error(root, "a.txt") == 0);
  CHECK(open_error(root, "other.txt") == ENOENT);
}

TEST_CASE("a folder that may be searched but not read is known as one") {
  const site s;
  fs::permissions(s.scratch.path(), fs::perms(0755));
  fs::permissions(s.root + "/sub", fs::perms(0711));
  for (const resolver how : resolvers) {
    const static_root root(s.root, how);
    const test_support::unprivileged nobody;
    CHECK(open_error(root, "sub/b.txt") == 0);
    CHECK((open_error(root, "sub") == EACCES || ::geteuid() != 65534));
    CHECK(root.is_folder("sub"));
  }
}

TEST_CASE("a root that is none says so in a sentence") {
  const site s;
  CHECK_THROWS_WITH_AS(static_root("/no/such/folder"),
                       "cannot serve the files of \"/no/such/folder\": No such file or directory",
                       std::system_error);
  CHECK_THROWS_WITH_AS(static_root(s.root + "/a.txt"), doctest::Contains("Not a directory"),
                       std::system_error);
  CHECK_THROWS_AS(static_root(""), std::system_error);
}

TEST_CASE("a root that may not be searched says so in a sentence") {
  const site s;
  fs::permissions(s.scratch.path(), fs::perms(0755));
  fs::permissions(s.root, fs::perms(0600));
  {
    const test_support::unprivileged nobody;
    CHECK_THROWS_WITH_AS(static_root(s.root), doctest::Contains("Permission denied"),
                         std::system_error);
  }
  fs::permissions(s.root, fs::perms(0755));
}
