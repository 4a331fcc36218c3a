// SPDX-License-Identifier: BSL-1.0
//
// Headers of tar archives, read by those who read such archives: GNU tar and Python's tarfile.

#include "features/tar_header.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "support/scratch_folder.hpp"
#include "support/shell.hpp"

using namespace asio_httpd::features;
using test_support::scratch_folder;
using test_support::shell;

namespace {

constexpr std::uint64_t gib = 1U << 30U;

// What Python reads, one line for each member. `content` stands for that many bytes behind the
// headers, which are nowhere on the disk.
std::string listed_archive(const std::string& headers, std::uint64_t content = 0) {
  const scratch_folder scratch;
  const std::string path = scratch.write("x.tar", headers);
  std::filesystem::resize_file(path, headers.size() + (content + 511) / 512 * 512 + 1024);
  const auto by_tar = shell("tar -tf " + path);
  INFO(by_tar.output);
  CHECK(by_tar.status == 0);
  scratch.write("list.py",
                "import sys, tarfile\n"
                "for m in tarfile.open(sys.argv[1], 'r:'):\n"
                "    print(m.type.decode(), oct(m.mode), m.uid, m.gid, repr(m.uname), m.size,\n"
                "          int(m.mtime), ascii(m.name))\n");
  const auto by_python = shell("python3 " + scratch / "list.py" + " " + path);
  CHECK(by_python.status == 0);
  return by_python.output;
}

std::string listed(const tar_member& m) {
  std::string headers;
  append_tar_header(headers, m);
  return listed_archive(headers, m.size);
}

// Whether these paths are read as they are, all from one archive.
void check_paths(const std::vector<std::string>& paths) {
  std::string headers;
  std::string wanted;
  for (const std::string& path : paths) {
    append_tar_header(headers, {.path = path});
    wanted += "0 0o644 0 0 '' 0 0 '" + path + "'\n";
  }
  CHECK(listed_archive(headers) == wanted);
}

std::string path_of(const std::string& path) {
  const std::string line = listed({.path = path});
  return line.substr(line.rfind(" 0 0 '") + 6);
}

}  // namespace

TEST_CASE("files and folders") {
  CHECK(listed({.path = "a/b.txt", .size = 3, .modified = 784'111'777}) ==
        "0 0o644 0 0 '' 3 784111777 'a/b.txt'\n");
  CHECK(listed({.path = "run.sh", .executable = true}) == "0 0o755 0 0 '' 0 0 'run.sh'\n");
  CHECK(listed({.path = "a/", .is = tar_member::kind::folder, .modified = 1}) ==
        "5 0o755 0 0 '' 0 1 'a'\n");
}

TEST_CASE("a header without an extended one is one block, in the format ustar") {
  std::string made;
  append_tar_header(made, {.path = "a", .size = 8 * gib - 1});
  CHECK(made.size() == 512);
  CHECK(made.substr(257, 8) == std::string("ustar\00000", 8));
  CHECK(made.substr(124, 12) == std::string("77777777777\0", 12));
}

TEST_CASE("paths of every length") {
  std::vector<std::string> paths;
  for (const std::size_t length : {99U, 100U, 101U, 155U, 156U, 255U, 256U, 257U, 1000U, 4000U}) {
    paths.emplace_back(length, 'x');
  }
  for (const std::size_t first : {1U, 54U, 100U, 154U, 155U, 156U}) {
    for (const std::size_t last : {1U, 99U, 100U, 101U}) {
      paths.push_back(std::string(first, 'x') + '/' + std::string(last, 'y'));
    }
  }
  check_paths(paths);
}

TEST_CASE("a long path is cut at a slash where that is enough") {
  const auto size_of_header = [](const std::string& path) {
    std::string made;
    append_tar_header(made, {.path = path});
    return made.size();
  };
  CHECK(size_of_header(std::string(155, 'x') + '/' + std::string(100, 'y')) == 512);
  CHECK(size_of_header(std::string(155, 'x') + '/' + std::string(99, 'y') + '/') == 512);
  CHECK(size_of_header(std::string(156, 'x') + '/' + std::string(100, 'y')) > 512);
  CHECK(size_of_header(std::string(155, 'x') + '/' + std::string(101, 'y')) > 512);
  CHECK(size_of_header(std::string(100, 'x') + '/') > 512);
  CHECK(size_of_header('/' + std::string(100, 'x')) > 512);
}

TEST_CASE("records of every length say their own length") {
  std::string headers;
  std::string wanted;
  for (std::size_t length = 80; length < 110; ++length) {  // where it gets a third digit
    const std::string ascii(length, 'x');
    const std::string name = ascii + "\xc3\xa9";
    append_tar_header(headers, {.path = name});
    wanted.append("0 0o644 0 0 '' 0 0 '").append(ascii).append("\\xe9'\n");
  }
  CHECK(listed_archive(headers) == wanted);
}

TEST_CASE("names that are not ASCII, and bytes that are nothing") {
  CHECK(path_of("na\xc3\xafve/\xe2\x82\xac.txt") == "na\\xefve/\\u20ac.txt'\n");
  CHECK(path_of("caf\xe9") == "caf\\udce9'\n");  // as Python has bytes that are not UTF-8
  CHECK(path_of(std::string(300, 'x') + "\xe9") == std::string(300, 'x') + "\\udce9'\n");
  CHECK(path_of("two\nlines") == "two\\nlines'\n");
  CHECK(path_of("\xc3\xa9\n9 path=x\n") == "\\xe9\\n9 path=x\\n'\n");
}

TEST_CASE("files of 8 GiB and more") {
  CHECK(listed({.path = "a", .size = 8 * gib - 1}) == "0 0o644 0 0 '' 8589934591 0 'a'\n");
  CHECK(listed({.path = "a", .size = 8 * gib}) == "0 0o644 0 0 '' 8589934592 0 'a'\n");
  CHECK(listed({.path = "\xc3\xa9", .size = 100 * gib}) ==
        "0 0o644 0 0 '' 107374182400 0 '\\xe9'\n");
}

TEST_CASE("times before 1970 and after 2242") {
  CHECK(listed({.path = "a", .modified = -86'400}) == "0 0o644 0 0 '' 0 -86400 'a'\n");
  CHECK(listed({.path = "a", .modified = 8'589'934'592}) == "0 0o644 0 0 '' 0 8589934592 'a'\n");
}

TEST_CASE("padding") {
  for (const std::uint64_t size : {0U, 1U, 511U, 512U, 513U, 1024U}) {
    std::string made(static_cast<std::size_t>(size), 'x');
    append_tar_padding(made, size);
    CHECK(made.size() % 512 == 0);
    CHECK(made.size() - size < 512);
  }
}
