// SPDX-License-Identifier: BSL-1.0

#include <asio_httpd/access_log.hpp>
#include <asio_httpd/request.hpp>
#include <asio_httpd/response.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <system_error>
#include <thread>
#include <vector>

#include "support/allocation_counter.hpp"
#include "support/scratch_folder.hpp"

using namespace asio_httpd;
using test_support::read_file;
using test_support::scratch_folder;

namespace {

// Writes `count` lines whose port tells who wrote them and whose size tells which one it is.
void write_lines(access_log& log, std::uint16_t port, std::size_t count) {
  const request r{method::get, "/a/target/of/some/length/so/that/buffers/fill/up"};
  const response answer;
  exchange e{&r, &answer, "192.0.2.1", port, 0, {}, 0, close_reason::none};
  for (std::size_t i = 0; i < count; ++i) {
    e.bytes_sent = i;
    log.write(e);
  }
}

std::vector<std::string> lines_of(const std::string& path) {
  std::istringstream in(read_file(path));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("lines come with flush") {
  const scratch_folder folder;
  access_log log(folder / "log", access_log_format::common);
  write_lines(log, 1, 2);
  CHECK(read_file(folder / "log").empty());
  log.flush();
  CHECK(lines_of(folder / "log").size() == 2);
  log.flush();
  CHECK(lines_of(folder / "log").size() == 2);
}

TEST_CASE("lines come with the end of the log") {
  const scratch_folder folder;
  {
    access_log log(folder / "log");
    write_lines(log, 1, 3);
  }
  CHECK(lines_of(folder / "log").size() == 3);
}

TEST_CASE("lines come by themselves when the buffer is full") {
  const scratch_folder folder;
  access_log log(folder / "log", access_log_format::common);
  write_lines(log, 1, 1000);
  const std::string so_far = read_file(folder / "log");
  CHECK(so_far.size() > 32 * 1024);
  CHECK(so_far.back() == '\n');
}

TEST_CASE("lines of many threads are whole, and none is lost") {
  constexpr std::size_t threads = 20, lines = 2000;
  const scratch_folder folder;
  {
    access_log log(folder / "log", access_log_format::json);
    std::vector<std::thread> writers;
    for (std::size_t t = 0; t < threads; ++t) {
      writers.emplace_back([&log, t] { write_lines(log, static_cast<std::uint16_t>(t), lines); });
    }
    for (int i = 0; i < 20; ++i) log.flush();
    for (std::thread& w : writers) w.join();
  }
  std::set<std::string> distinct;
  for (const std::string& line : lines_of(folder / "log")) {
    REQUIRE(
        line.starts_with("{\"time\":\"1970-01-01T00:00:00Z\",\"remote\":\"192.0.2.1\",\"port\":"));
    REQUIRE(line.ends_with("\"host\":null}"));
    distinct.insert(line);
  }
  CHECK(distinct.size() == threads * lines);
}

TEST_CASE("reopen: what was logged before goes into the old file") {
  const scratch_folder folder;
  access_log log(folder / "log", access_log_format::common);
  write_lines(log, 1, 1);
  std::filesystem::rename(folder / "log", folder / "log.1");
  CHECK(log.reopen());
  write_lines(log, 1, 2);
  log.flush();
  CHECK(lines_of(folder / "log.1").size() == 1);
  CHECK(lines_of(folder / "log").size() == 2);
}

TEST_CASE("reopening while threads write loses nothing") {
  constexpr std::size_t threads = 4, lines = 3000;
  const scratch_folder folder;
  std::size_t found = 0;
  {
    access_log log(folder / "log", access_log_format::common);
    std::vector<std::thread> writers;
    for (std::size_t t = 0; t < threads; ++t) {
      writers.emplace_back([&log] { write_lines(log, 1, lines); });
    }
    for (int i = 0; i < 10; ++i) {
      std::filesystem::rename(folder / "log", folder / ("log." + std::to_string(i)));
      CHECK(log.reopen());
    }
    for (std::thread& w : writers) w.join();
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    found += lines_of(entry.path().string()).size();
  }
  CHECK(found == threads * lines);
}

TEST_CASE("a full disk does no harm") {
  access_log log("/dev/full");
  write_lines(log, 1, 5000);
  log.flush();
}

TEST_CASE("a log that cannot be opened says so") {
  CHECK_THROWS_AS(access_log("/nowhere/at/all.log"), std::system_error);
}

TEST_CASE("writing allocates nothing once it is warm") {
  const scratch_folder folder;
  access_log log(folder / "log");
  write_lines(log, 1, 1000);
  const request r{method::get, "/"};
  const response answer;
  const exchange e{&r, &answer, "192.0.2.1", 1, 0, {}, 0, close_reason::none};
  const std::size_t before = test_support::allocations_of_this_thread();
  for (int i = 0; i < 1000; ++i) log.write(e);
  log.flush();
  CHECK(test_support::allocations_of_this_thread() == before);
}
