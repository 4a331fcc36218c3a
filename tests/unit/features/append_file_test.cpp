// SPDX-License-Identifier: BSL-1.0

#include "features/append_file.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <system_error>

#include "support/scratch_folder.hpp"

using asio_httpd::features::append_file;
using test_support::read_file;
using test_support::scratch_folder;

namespace {

// While it lives no file of this process may grow beyond `bytes`: a full disk, for tests.
class full_disk {
 public:
  explicit full_disk(rlim_t bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_limit_);
    const rlimit limit{bytes, old_limit_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~full_disk() {
    ::setrlimit(RLIMIT_FSIZE, &old_limit_);
    std::signal(SIGXFSZ, old_handler_);
  }

 private:
  rlimit old_limit_{};
  void (*old_handler_)(int);
};

}  // namespace

TEST_CASE("lines are appended to what is there") {
  const scratch_folder folder;
  const std::string path = folder.write("log", "old\n");
  append_file file(path);
  file.write("one\ntwo\n");
  file.write("three\n");
  CHECK(read_file(path) == "old\none\ntwo\nthree\n");
  CHECK(file.dropped_lines() == 0);
}

TEST_CASE("a file that cannot be opened is named") {
  CHECK_THROWS_WITH_AS(append_file("/nowhere/at/all.log"),
                       doctest::Contains("cannot open the log \"/nowhere/at/all.log\""),
                       std::system_error);
}

TEST_CASE("reopen follows a rotation") {
  const scratch_folder folder;
  append_file file(folder / "log");
  file.write("before\n");
  std::filesystem::rename(folder / "log", folder / "log.1");
  file.write("still the old one\n");
  CHECK(file.reopen());
  file.write("after\n");
  CHECK(read_file(folder / "log.1") == "before\nstill the old one\n");
  CHECK(read_file(folder / "log") == "after\n");
}

TEST_CASE("where reopening fails the old file stays") {
  const scratch_folder folder;
  std::filesystem::create_directory(folder / "logs");
  append_file file(folder / "logs/log");
  std::filesystem::rename(folder / "logs", folder / "moved");
  CHECK_FALSE(file.reopen());
  file.write("kept\n");
  CHECK(read_file(folder / "moved/log") == "kept\n");
}

TEST_CASE("a full disk drops lines and counts them") {
  append_file file("/dev/full");
  file.write("one\ntwo\n");
  CHECK(file.dropped_lines() == 2);
  file.write("three\n");
  CHECK(file.dropped_lines() == 3);
}

TEST_CASE("a line that got out in part does not swallow the next one") {
  const scratch_folder folder;
  append_file file(folder / "log");
  {
    const full_disk at(12);
    file.write("1234\n6789\nabcd\nefgh\n");
  }
  CHECK(file.dropped_lines() == 2);
  file.write("next\n");
  CHECK(read_file(folder / "log") == "1234\n6789\nab\nnext\n");
}

TEST_CASE("a disk that fills up between two lines leaves whole lines") {
  const scratch_folder folder;
  append_file file(folder / "log");
  {
    const full_disk at(10);
    file.write("1234\n6789\nabcd\n");
  }
  file.write("next\n");
  CHECK(read_file(folder / "log") == "1234\n6789\nnext\n");
  CHECK(file.dropped_lines() == 1);
}
