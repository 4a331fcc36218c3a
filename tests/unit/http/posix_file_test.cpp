// SPDX-License-Identifier: BSL-1.0
//
// Writing and naming files.

#include "http/posix_file.hpp"

#include "support/scratch_folder.hpp"

#include <asio_httpd/file.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>

#include <cerrno>
#include <filesystem>

using namespace asio_httpd;
using test_support::read_file;
using test_support::scratch_folder;

TEST_CASE("the directory of a path") {
  CHECK(http::directory_of("/srv/films/a.mkv") == "/srv/films");
  CHECK(http::directory_of("films/a.mkv") == "films");
  CHECK(http::directory_of("a.mkv") == ".");
  CHECK(http::directory_of("/a.mkv") == "/");
  CHECK(http::directory_of("films/") == "films");
  CHECK(http::directory_of("") == ".");
}

TEST_CASE("unique names are hidden ones in their directory, and differ") {
  const std::string name = http::unique_name_in("/srv");
  CHECK(name.starts_with("/srv/.upload-"));
  CHECK(name.size() == std::string("/srv/.upload-0123456789abcdef").size());
  CHECK(http::unique_name_in("/srv") != name);
}

TEST_CASE("a new name for a file, where it is free") {
  const scratch_folder folder;
  const std::string from = folder.write("from", "content");
  CHECK(http::rename_new(AT_FDCWD, from, AT_FDCWD, folder / "to") == 0);
  CHECK(read_file(folder / "to") == "content");
  folder.write("other", "another");
  CHECK(http::rename_new(AT_FDCWD, folder / "other", AT_FDCWD, folder / "to") == EEXIST);
  CHECK(read_file(folder / "to") == "content");
  CHECK(http::rename_over(AT_FDCWD, folder / "other", AT_FDCWD, folder / "to") == 0);
  CHECK(read_file(folder / "to") == "another");
  CHECK(http::rename_new(AT_FDCWD, from, AT_FDCWD, folder / "to") == ENOENT);
}

TEST_CASE("a file without a name can get one by its link in /proc") {
  const scratch_folder folder;
  const file opened(::open(folder.write("a", "b").c_str(), O_RDWR | O_CLOEXEC));
  CHECK(http::can_link_unnamed(opened.descriptor()));
  CHECK_FALSE(http::can_link_unnamed(-1));
  CHECK(http::link_unnamed(opened.descriptor(), AT_FDCWD, folder / "a") == EEXIST);
  CHECK(http::link_unnamed(-1, AT_FDCWD, folder / "c") == ENOENT);
}

TEST_CASE("writing says what is wrong, and writes all of what is large") {
  const scratch_folder folder;
  const std::string content(3'000'000, 'x');
  const file to(::open((folder / "to").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  CHECK(http::write_all(to.descriptor(), content) == 0);
  CHECK(http::write_all(to.descriptor(), "") == 0);
  CHECK(std::filesystem::file_size(folder / "to") == content.size());
  const file full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  CHECK(http::write_all(full.descriptor(), "x") == ENOSPC);
  CHECK(http::write_all(-1, "x") == EBADF);
}

TEST_CASE("files and directories are synchronized, or it is said why not") {
  const scratch_folder folder;
  const file opened(::open(folder.write("a", "b").c_str(), O_RDWR | O_CLOEXEC));
  CHECK(http::sync_file(opened.descriptor()) == 0);
  CHECK(http::sync_file(-1) == EBADF);
  CHECK(http::sync_directory(http::open_directory(folder.path().string()).descriptor()) == 0);
  CHECK_FALSE(http::open_directory(folder / "missing").is_open());
  CHECK(errno == ENOENT);
  CHECK_FALSE(http::open_directory(folder / "a").is_open());
  CHECK(errno == ENOTDIR);
}
