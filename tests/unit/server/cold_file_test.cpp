// SPDX-License-Identifier: BSL-1.0
//
// Files that are not in memory: nobody but who asked for them waits for the disk. The disk is a
// gate here, so that nothing depends on time or on the file system.

#include "net/file_reader.hpp"
#include "server/file_sending.hpp"
#include "server/server_access.hpp"

#include "support/hello_routes.hpp"
#include "support/scratch_folder.hpp"
#include "support/server_harness.hpp"
#include "support/told_page_cache.hpp"

#include <asio_httpd/asio_httpd.hpp>

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

using namespace asio_httpd;
using namespace std::chrono_literals;
using test_support::get;
using test_support::hello;
using test_support::scratch_folder;
using test_support::server_harness;
using test_support::told_page_cache;

namespace {

constexpr std::size_t window = serving::file_sending::window;
constexpr std::size_t large_size = 4 * window + 12345;

std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>('a' + (i / 7 + i) % 26);
  return bytes;
}

struct cold_files {
  cold_files() { server_access::use(h->subject(), pages); }
  ~cold_files() {
    pages.open_gate();  // whoever reads must not keep the context
    h.reset();
  }
  cold_files(const cold_files&) = delete;
  cold_files& operator=(const cold_files&) = delete;

  router routes() {
    router made = hello();
    made.file("/large", folder / "large");
    // Not by a route to a file, which may have it in memory.
    made.get("/small", [path = folder / "small", this] {
      std::error_code error;
      response r;
      r.body(file::open(path, error), 0, small_size);
      return r;
    });
    return made;
  }
  void large_is_cold() { pages.make_cold(0, large_size); }

  scratch_folder folder;
  const std::string large = pattern(large_size);
  const std::string large_path = folder.write("large", large);
  const std::string small_path = folder.write("small", "a few bytes");
  std::size_t small_size = 11;
  told_page_cache pages;
  std::optional<server_harness> h{std::in_place, routes()};
};

}  // namespace

TEST_CASE_FIXTURE(cold_files, "others are answered while a file is read from the disk") {
  large_is_cold();
  pages.close_gate();
  auto download = h->connect();
  download.send({method::get, "/large", {}, {}});
  REQUIRE(pages.wait_for_fills(1));
  auto other = h->connect();
  CHECK(test_support::statuses_in(h->ask(other, get("/") + get("/"))) == "200 200");
  CHECK_FALSE(download.has_answer());
  pages.open_gate();
  CHECK(download.receive_answer().text() == large);
  CHECK(download.request({method::get, "/", {}, {}}).text() == "hello");
}

TEST_CASE_FIXTURE(cold_files, "each window is read while the one before it is sent") {
  large_is_cold();
  auto c = h->connect();
  CHECK(c.request({method::get, "/large", {}, {}}).text() == large);
  const auto read = pages.filled();
  REQUIRE(read.size() == 5);
  for (std::size_t i = 0; i < 4; ++i) CHECK(read[i] == told_page_cache::part{i * window, window});
  CHECK(read[4] == told_page_cache::part{4 * window, 12345});
}

TEST_CASE_FIXTURE(cold_files, "what is in memory is asked of nobody") {
  auto c = h->connect();
  CHECK(c.request({method::get, "/large", {}, {}}).text() == large);
  CHECK(c.request({method::get, "/small", {}, {}}).text() == "a few bytes");
  CHECK(pages.filled().empty());
}

TEST_CASE_FIXTURE(cold_files, "cold and warm parts of a file come in order and whole") {
  auto c = h->connect();
  for (const std::size_t at : {0 * window, 1 * window, 2 * window + 4096, 4 * window}) {
    pages.make_cold(at, window);
    CHECK(c.request({method::get, "/large", {}, {}}).text() == large);
  }
  pages.make_cold(window, 1);
  const auto answers = h->ask(c, get("/small") + get("/"));
  CHECK(test_support::statuses_in(answers) == "200 200");
}

TEST_CASE_FIXTURE(cold_files, "ranges of a cold file, and no more of it than that") {
  large_is_cold();
  auto c = h->connect();
  const std::size_t first = window - 10;
  const std::size_t last = 2 * window + 9;
  const std::string range = "bytes=" + std::to_string(first) + "-" + std::to_string(last);
  const auto a = c.request({method::get, "/large", {{"Range", range}}, {}});
  CHECK(a.status() == status::partial_content);
  CHECK(a.text() == large.substr(first, last - first + 1));
  const auto read = pages.filled();
  REQUIRE(read.size() == 2);
  CHECK(read[0] == told_page_cache::part{first, window});
  CHECK(read[1] == told_page_cache::part{first + window, 20});
}

TEST_CASE_FIXTURE(cold_files, "a small file waits for the disk as a large one does") {
  pages.make_cold(0, 1);
  pages.close_gate();
  auto c = h->connect();
  c.send(get("/") + get("/small") + get("/"));
  CHECK(test_support::statuses_in(c.receive()).starts_with("200"));
  REQUIRE(pages.wait_for_fills(1));
  auto other = h->connect();
  CHECK(test_support::statuses_in(h->ask(other, get("/"))) == "200");
  pages.open_gate();
  std::string rest;
  h->run_until([&] { return (rest += c.receive()).ends_with("hello"); });
  CHECK(rest.find("a few bytes") != std::string::npos);
  CHECK(rest.find("a few bytes") < rest.find("hello"));
}

TEST_CASE_FIXTURE(cold_files, "a small file of which a part is cold, and one that is shorter") {
  const std::string content = pattern(10'000);
  folder.write("small", content);
  small_size = content.size();
  pages.make_cold(8192, 1);
  auto c = h->connect();
  CHECK(c.request({method::get, "/small", {}, {}}).text() == content);
  CHECK(pages.filled().size() == 1);
  small_size = content.size() + 1;
  CHECK(h->ask(c, get("/small")).empty());
  CHECK(c.is_closed());
  CHECK(test_support::end_of(*h) == test_support::cut_as("content_changed"));
}

TEST_CASE_FIXTURE(cold_files, "threat 14: a file that changes while it is read from the disk") {
  pages.make_cold(0, 1);
  pages.close_gate();
  auto c = h->connect();
  c.send(get("/small"));
  REQUIRE(pages.wait_for_fills(1));
  REQUIRE(::truncate(small_path.c_str(), 4) == 0);
  pages.open_gate();
  CHECK(c.wait_until([&] { return c.is_closed(); }));
  CHECK(c.receive().find("a few") == std::string::npos);
  CHECK(test_support::end_of(*h) == test_support::cut_as("content_changed"));
}

TEST_CASE_FIXTURE(cold_files, "a client that leaves while its file is read") {
  large_is_cold();
  pages.close_gate();
  auto c = h->connect();
  c.send(get("/large"));
  REQUIRE(pages.wait_for_fills(1));
  c.reset();
  h->poll();
  pages.open_gate();
  CHECK(h->run_until([&] { return h->ends() == "client_aborted"; }));
}

TEST_CASE_FIXTURE(cold_files, "a stop does not wait for the disk, and says who did") {
  large_is_cold();
  pages.close_gate();
  auto c = h->connect();
  c.send(get("/large"));
  REQUIRE(pages.wait_for_fills(1));
  h->stop(0ms);
  REQUIRE(h->run_until([&] { return h->stopped().has_value(); }));
  CHECK(c.is_closed());
  REQUIRE(h->stopped()->cut_connections.size() == 1);
  CHECK(h->stopped()->cut_connections[0].route == "/large");
  CHECK(h->stopped()->cut_connections[0].waits == "for a file to be read from the disk");
}

TEST_CASE_FIXTURE(cold_files, "a server that ends while a file is read drops who waits for it") {
  large_is_cold();
  pages.close_gate();
  auto c = h->connect();
  c.send(get("/large"));
  REQUIRE(pages.wait_for_fills(1));
}

TEST_CASE_FIXTURE(cold_files, "the disk's time is not the client's") {
  large_is_cold();
  pages.close_gate();
  auto c = h->connect();
  c.send({method::get, "/large", {}, {}});
  REQUIRE(pages.wait_for_fills(1));
  h->advance(40s);  // the client's deadline is 15 s
  CHECK_FALSE(c.is_closed());
  pages.open_gate();
  CHECK(c.receive_answer().text() == large);
}

TEST_CASE_FIXTURE(cold_files, "the client's deadline goes on when the disk has delivered" *
                                  test_support::in_memory_only) {
  large_is_cold();
  pages.close_gate();
  auto c = h->connect();
  c.stall();
  c.accept(1000);  // the head
  c.send(get("/large"));
  REQUIRE(pages.wait_for_fills(1));
  h->advance(40s);
  pages.open_gate();
  h->run_until([&] { return pages.filled().size() == 2; });
  h->poll();
  h->advance(14s);
  CHECK_FALSE(c.is_closed());
  h->advance(20s);
  CHECK(c.is_closed());
  CHECK(h->ends() == "write_timeout");
}

TEST_CASE_FIXTURE(cold_files, "a disk that does not answer ends the connection, and is told of") {
  large_is_cold();
  pages.close_gate();
  auto c = h->connect();
  c.send(get("/large"));
  REQUIRE(pages.wait_for_fills(1));
  h->advance(61s);
  CHECK(c.is_closed());
  CHECK(test_support::end_of(*h) == test_support::cut_as("internal_error"));
  REQUIRE(h->log().size() == 1);
  CHECK(h->log()[0].ends_with("reading the file takes too long"));
}

TEST_CASE_FIXTURE(cold_files,
                  "where too much is being read already, the file is sent all the same") {
  large_is_cold();
  pages.close_gate();
  std::error_code error;
  const auto source = std::make_shared<const file>(file::open(large_path, error));
  const auto begin = [&] {
    return net::file_read::begin(h->context().get_executor(), pages, {source, 0, 1}) != nullptr;
  };
  for (std::size_t i = 0; i < net::file_reader::threads; ++i) begin();
  REQUIRE(pages.wait_for_fills(
      net::file_reader::threads));  // so that nobody takes from the queue any more
  std::size_t queued = 0;
  while (begin()) ++queued;
  CHECK(queued == net::file_reader::queue_limit);
  auto c = h->connect();
  CHECK(c.request({method::get, "/large", {}, {}}).text() == large);
}
