// SPDX-License-Identifier: BSL-1.0
//
// Files that have no name until they are whole; and the same where the file system knows none.

#include "routing/saved_file_access.hpp"

#include "support/scratch_folder.hpp"
#include "support/unprivileged.hpp"

#include <asio_httpd/response.hpp>
#include <asio_httpd/saved_file.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace asio_httpd;
using test_support::read_file;
using test_support::scratch_folder;
namespace asio = boost::asio;

namespace {

using maker = saved_file (*)(std::string directory, unsigned permissions);

saved_file make_unnamed(std::string directory, unsigned permissions) {
  return saved_file(std::move(directory), permissions);
}

const std::vector<maker> both = {make_unnamed, saved_file_access::make_named};

std::ptrdiff_t files_in(const scratch_folder& folder) {
  const std::filesystem::directory_iterator all(folder.path());
  return std::distance(begin(all), end(all));
}

mode_t mode_of(const std::string& path) {
  struct stat info {};
  REQUIRE(::lstat(path.c_str(), &info) == 0);
  return info.st_mode & 07777;
}

// The mask of the process, for as long as it lives.
struct umask_of_test {
  explicit umask_of_test(mode_t mask) noexcept : before(::umask(mask)) {}
  ~umask_of_test() { ::umask(before); }
  umask_of_test(const umask_of_test&) = delete;
  umask_of_test& operator=(const umask_of_test&) = delete;
  mode_t before;
};

int code_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::system_error& e) {
    return e.code().value();
  } catch (...) {
    return -1;
  }
}

template <class F>
int error_of(F f) {
  try {
    f();
    return 0;
  } catch (...) {
    return code_of(std::current_exception());
  }
}

std::exception_ptr run(asio::awaitable<void> operation) {
  asio::io_context context;
  std::exception_ptr error;
  asio::co_spawn(context, std::move(operation), [&](std::exception_ptr e) { error = e; });
  context.run();
  return error;
}

}  // namespace

TEST_CASE("what is not kept leaves nothing behind") {
  for (const maker make : both) {
    const scratch_folder folder;
    {
      saved_file dropped = make(folder.path().string(), 0644);
      dropped.write("content");
      CHECK(dropped.size() == 7);
      CHECK(files_in(folder) == (make == make_unnamed ? 0 : 1));
      saved_file moved = std::move(dropped);
      moved.write("!");
      CHECK(moved.size() == 8);
    }
    CHECK(files_in(folder) == 0);
  }
}

TEST_CASE("what is kept has its name, its content and nothing beside it") {
  for (const maker make : both) {
    const scratch_folder folder;
    {
      saved_file kept = make(folder.path().string(), 0644);
      kept.write("con");
      kept.write("tent");
      kept.keep_as(folder / "a");
      char content[10];
      CHECK(::pread(kept.descriptor(), content, sizeof content, 0) == 7);
    }
    CHECK(read_file(folder / "a") == "content");
    CHECK(files_in(folder) == 1);
  }
}

TEST_CASE("a name that is taken stays what it was, and is said") {
  for (const maker make : both) {
    const scratch_folder folder;
    folder.write("a", "before");
    std::filesystem::create_symlink("nowhere", folder / "link");
    std::filesystem::create_directory(folder / "sub");
    {
      saved_file late = make(folder.path().string(), 0644);
      late.write("after");
      std::error_code error;
      for (const char* name : {"a", "link", "sub"}) {
        late.keep_as(folder / name, if_taken::fail, error);
        CHECK(error == std::errc::file_exists);
        CHECK(error_of([&] { late.keep_as(folder / name); }) == EEXIST);
      }
      CHECK(read_file(folder / "a") == "before");
      CHECK(error_of([&] { late.keep_as(folder / "sub", if_taken::replace); }) == EISDIR);
      CHECK(error_of([&] { late.keep_as(folder / "none/a"); }) == ENOENT);
      CHECK(error_of([&] { late.keep_as(folder / "none/a", if_taken::replace); }) == ENOENT);
      late.keep_as(folder / "b", if_taken::fail, error);
      CHECK_FALSE(error);
    }
    CHECK(read_file(folder / "b") == "after");
    CHECK(files_in(folder) == 4);
  }
}

TEST_CASE("a name that is to be replaced is: a link itself, and not what it leads to") {
  for (const maker make : both) {
    const scratch_folder folder;
    folder.write("a", "before");
    std::filesystem::create_symlink("a", folder / "link");
    saved_file first = make(folder.path().string(), 0644);
    first.write("first");
    first.keep_as(folder / "link", if_taken::replace);
    CHECK(read_file(folder / "a") == "before");
    saved_file second = make(folder.path().string(), 0644);
    second.write("second");
    second.keep_as(folder / "a", if_taken::replace);
    CHECK(read_file(folder / "a") == "second");
    CHECK(read_file(folder / "link") == "first");
    CHECK_FALSE(std::filesystem::is_symlink(folder / "link"));
    CHECK(files_in(folder) == 2);
  }
}

TEST_CASE("in a directory that is open, whatever it is called by now") {
  const scratch_folder folder;
  std::filesystem::create_directory(folder / "before");
  const file directory(::open((folder / "before").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  saved_file first(directory);
  saved_file second(directory);
  first.write("first");
  second.write("second");
  std::filesystem::rename(folder / "before", folder / "after");
  std::error_code error;
  first.keep_as(directory, "a", if_taken::fail, error);
  CHECK_FALSE(error);
  second.keep_as(directory, "a", if_taken::fail, error);
  CHECK(error == std::errc::file_exists);
  second.keep_as(directory, "a", if_taken::replace, error);
  CHECK_FALSE(error);
  CHECK(read_file(folder / "after/a") == "second");
  CHECK(std::distance(std::filesystem::directory_iterator(folder / "after"), {}) == 1);
  CHECK(files_in(folder) == 1);
}

TEST_CASE("without a descriptor left nothing is replaced, and nothing stays") {
  const scratch_folder folder;
  folder.write("a", "before");
  std::error_code error;
  const file directory = file(::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  {
    saved_file kept(directory);
    kept.write("content");
    rlimit limit;
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    const rlim_t was = std::exchange(limit.rlim_cur, 1);
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
    kept.keep_as(directory, "a", if_taken::replace, error);
    limit.rlim_cur = was;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
  }
  CHECK(error.value() == EMFILE);
  CHECK(read_file(folder / "a") == "before");
  CHECK(files_in(folder) == 1);
}

TEST_CASE("a temporary name is locked as long as somebody writes") {
  const scratch_folder folder;
  const saved_file written = saved_file_access::make_named(folder.path().string());
  const auto name = std::filesystem::directory_iterator(folder.path())->path();
  const file other(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
  CHECK(::flock(other.descriptor(), LOCK_EX | LOCK_NB) != 0);
  CHECK(errno == EWOULDBLOCK);
}

TEST_CASE("it is kept once") {
  for (const maker make : both) {
    const scratch_folder folder;
    saved_file kept = make(folder.path().string(), 0644);
    kept.keep_as(folder / "a");
    CHECK_THROWS_AS(kept.keep_as(folder / "b"), std::logic_error);
    CHECK(files_in(folder) == 1);
  }
}

TEST_CASE("the mode is what was asked for, less the umask") {
  for (const maker make : both) {
    const scratch_folder folder;
    const umask_of_test mask(0026);
    make(folder.path().string(), 0666).keep_as(folder / "a");
    CHECK(mode_of(folder / "a") == 0640);
    make(folder.path().string(), 0400).keep_as(folder / "b");
    CHECK(mode_of(folder / "b") == 0400);
    saved_file(folder.path().string()).keep_as(folder / "c");
    CHECK(mode_of(folder / "c") == 0640);
  }
}

TEST_CASE("a directory in which there can be no file") {
  for (const maker make : both) {
    const scratch_folder folder;
    folder.write("file", "");
    CHECK(error_of([&] { make(folder / "missing", 0644); }) == ENOENT);
    CHECK(error_of([&] { make(folder / "file", 0644); }) == ENOTDIR);
    const test_support::unprivileged nobody;
    CHECK(error_of([&] { make("/etc", 0644); }) == EACCES);
  }
}

TEST_CASE("a disk that is full is 507") {
  saved_file to = saved_file_access::make_from(file(::open("/dev/full", O_WRONLY | O_CLOEXEC)));
  try {
    to.write("x");
    FAIL("it fits");
  } catch (const http_error& e) {
    CHECK(e.status() == status::insufficient_storage);
    CHECK(std::string(e.what()) == "There is no room to store the content\n");
  }
  CHECK(to.size() == 0);
  saved_file closed = saved_file_access::make_from(file());
  CHECK(error_of([&] { closed.write("x"); }) == EBADF);
}

TEST_CASE("what is kept durably is kept, or it is said why not") {
  for (const maker make : both) {
    const scratch_folder folder;
    folder.write("b", "before");
    saved_file kept = make(folder.path().string(), 0644);
    kept.write("content");
    CHECK(code_of(run(kept.keep_durably_as(folder / "b"))) == EEXIST);
    CHECK(run(kept.keep_durably_as(folder / "a")) == nullptr);
    CHECK(read_file(folder / "a") == "content");
    saved_file other = make(folder.path().string(), 0644);
    CHECK(run(other.keep_durably_as(folder / "b", if_taken::replace)) == nullptr);
    CHECK(read_file(folder / "b").empty());
    CHECK(files_in(folder) == 2);
  }
  saved_file none = saved_file_access::make_from(file());
  CHECK(code_of(run(none.keep_durably_as("/nowhere"))) == EBADF);
}
