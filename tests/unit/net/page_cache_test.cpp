// SPDX-License-Identifier: BSL-1.0
//
// The kernel's page cache, as far as every file system has it: what was written just now is there.

#include "net/page_cache.hpp"

#include "support/scratch_folder.hpp"
#include "support/told_page_cache.hpp"

#include <asio_httpd/file.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string>

#include <fcntl.h>
#include <unistd.h>

using namespace asio_httpd;
using net::kernel_page_cache;

TEST_CASE("what is there is read, up to the end of the file") {
  test_support::scratch_folder folder;
  std::error_code error;
  const auto opened = file::open(folder.write("f", "0123456789"), error);
  std::array<char, 20> to;
  auto& pages = kernel_page_cache();
  CHECK(pages.read(opened.descriptor(), to.data(), 4, 3) == 4);
  CHECK(std::string(to.data(), 4) == "3456");
  CHECK(pages.read(opened.descriptor(), to.data(), to.size(), 8) == 2);
  CHECK(pages.read(opened.descriptor(), to.data(), 1, 10) == 0);
  CHECK(pages.has(opened.descriptor(), 0, 10));
  CHECK(pages.has(opened.descriptor(), 0, 1'000'000));  // as far as the file goes
}

TEST_CASE("what was filled in is there") {
  test_support::scratch_folder folder;
  std::error_code error;
  const std::string content(300'000, 'x');
  const auto opened = file::open(folder.write("f", content), error);
  ::fsync(opened.descriptor());
  ::posix_fadvise(opened.descriptor(), 0, 0, POSIX_FADV_DONTNEED);  // where it does anything
  auto& pages = kernel_page_cache();
  pages.fill(opened.descriptor(), 100, content.size());  // ends at the end
  CHECK(pages.has(opened.descriptor(), 0, content.size()));
  std::string read(content.size(), '\0');
  CHECK(pages.read(opened.descriptor(), read.data(), read.size(), 0) == 300'000);
  CHECK(read == content);
}

TEST_CASE("what is no regular file counts as there: who sends it sees what it is") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const file reading(ends[0]);
  const file writing(ends[1]);
  CHECK(kernel_page_cache().has(reading.descriptor(), 0, 10));
  kernel_page_cache().fill(reading.descriptor(), 0, 10);
  CHECK(kernel_page_cache().has(-1, 0, 10));
}

TEST_CASE("a part is there where its ends are") {
  test_support::scratch_folder folder;
  std::error_code error;
  const auto opened = file::open(folder.write("f", std::string(200'000, 'x')), error);
  test_support::told_page_cache pages;
  const auto has = [&](std::uint64_t offset, std::uint64_t size) {
    return pages.has(opened.descriptor(), offset, size);
  };
  CHECK(has(0, 200'000));
  pages.make_cold(4096, 4096);
  CHECK(has(0, 4096));
  CHECK_FALSE(has(0, 4097));
  CHECK_FALSE(has(8191, 100'000));
  CHECK(has(8192, 100'000));
}
