// SPDX-License-Identifier: BSL-1.0
//
// An owned descriptor: opened, moved, closed exactly once; and FIFOs that do not block.

#include <asio_httpd/file.hpp>

#include "support/scratch_folder.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

using namespace asio_httpd;

namespace {

bool is_open(int descriptor) {
  return ::fcntl(descriptor, F_GETFD) != -1;
}

}  // namespace

TEST_CASE("no file at first") {
  file f;
  CHECK_FALSE(f.is_open());
  CHECK(f.descriptor() == -1);
  f.reset();
  CHECK_FALSE(f.is_open());
}

TEST_CASE("open for reading, closed with the object, not inherited by programs") {
  int descriptor = -1;
  {
    std::error_code error = std::make_error_code(std::errc::io_error);
    const file f = file::open("/proc/self/exe", error);
    CHECK_FALSE(error);
    REQUIRE(f.is_open());
    descriptor = f.descriptor();
    CHECK((::fcntl(descriptor, F_GETFD) & FD_CLOEXEC) != 0);
    char byte = 0;
    CHECK(::read(descriptor, &byte, 1) == 1);
    CHECK(::write(descriptor, &byte, 1) == -1);
  }
  CHECK_FALSE(is_open(descriptor));
}

TEST_CASE("what cannot be opened is an error, not an exception") {
  std::error_code error;
  const file f = file::open("/nonexistent/file", error);
  CHECK_FALSE(f.is_open());
  CHECK(error == std::errc::no_such_file_or_directory);
}

TEST_CASE("moving hands the descriptor over; it is closed once") {
  std::error_code error;
  file a = file::open("/proc/self/exe", error);
  const int descriptor = a.descriptor();
  file b(std::move(a));
  CHECK(b.descriptor() == descriptor);
  file c;
  c = std::move(b);
  CHECK(c.descriptor() == descriptor);
  CHECK(is_open(descriptor));
  c.reset();
  CHECK_FALSE(is_open(descriptor));
  CHECK_FALSE(c.is_open());
}

TEST_CASE("threat 18: opening a FIFO without a writer does not block") {
  const test_support::scratch_folder folder;
  const std::string path = folder.path() / "fifo";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  std::error_code error;
  const file f = file::open(path, error);
  CHECK_FALSE(error);
  CHECK(f.is_open());
}
