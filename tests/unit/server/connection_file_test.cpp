// SPDX-License-Identifier: BSL-1.0
//
// Files as answers: small and large, and changed while they are sent.

#include "support/hello_routes.hpp"
#include "support/scratch_folder.hpp"
#include "support/server_harness.hpp"

#include <asio_httpd/asio_httpd.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <string>

using namespace asio_httpd;
using test_support::get;
using test_support::hello;
using test_support::replies_in;
using test_support::request_text;
using test_support::scratch_folder;
using test_support::server_harness;

namespace {

constexpr std::size_t megabyte = 1024 * 1024;

std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>('a' + i % 23);
  return bytes;
}

}  // namespace

TEST_CASE("files, small and large, with what is pipelined behind them") {
  scratch_folder folder;
  const std::string large = pattern(5 * megabyte + 17);
  router routes = hello();
  routes.file("/large", folder.write("large", large));
  routes.file("/small", folder.write("small", "few bytes"));
  server_harness h(routes);
  auto c = h.connect();
  const auto answers =
      replies_in(h.ask(c, get("/small") + get("/large") + get("/") + get("/large")));
  REQUIRE(answers.size() == 4);
  CHECK(answers[0].body == "few bytes");
  CHECK(answers[1].body == large);
  CHECK(answers[2].body == "hello");
  CHECK(answers[3].body == large);
  const auto heads = replies_in(
      h.ask(c, request_text("HEAD /large HTTP/1.1") + request_text("HEAD /small HTTP/1.1")), true);
  REQUIRE(heads.size() == 2);
  CHECK(heads[0].field("Content-Length") == std::to_string(large.size()));
  CHECK(heads[1].field("Content-Length") == "9");
}

TEST_CASE("threat 14: a file that is cut while it is sent ends short") {
  scratch_folder folder;
  const std::string content = pattern(4 * megabyte);
  const std::string path = folder.write("f", content);
  router routes;
  routes.file("/f", path);
  server_harness h(routes);
  auto c = h.connect();
  c.send(get("/f") + get("/f"));
  std::string got = c.receive(megabyte);
  REQUIRE(::truncate(path.c_str(), 2 * megabyte) == 0);
  got += h.receive(c);
  CHECK(c.is_closed());
  // The second request has a stream of its own, which the gateway of HTTP/2 gives up.
  CHECK(test_support::end_of(h) == (test_support::over_http2()
                                        ? "INTERNAL_ERROR, reset by the client, client_done"
                                        : "content_changed"));
  const auto answers = replies_in(got);
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].status == 0);  // short
  CHECK(answers[0].field("Content-Length") == std::to_string(content.size()));
  CHECK(answers[0].body == content.substr(0, answers[0].body.size()));
}

TEST_CASE("threat 14: a file that changes while it is sent ends short") {
  scratch_folder folder;
  const std::string content = pattern(4 * megabyte);
  const std::string path = folder.write("f", content);
  router routes;
  routes.file("/f", path);
  server_harness h(routes);
  auto c = h.connect();
  c.send(get("/f"));
  std::string got = c.receive(megabyte);
  const int descriptor = ::open(path.c_str(), O_WRONLY);
  REQUIRE(::pwrite(descriptor, "NEW", 3, 4 * megabyte - 3) == 3);
  const timespec later[2] = {{1, 0}, {1, 0}};
  REQUIRE(::futimens(descriptor, later) == 0);
  ::close(descriptor);
  got += h.receive(c);
  CHECK(c.is_closed());
  CHECK(test_support::end_of(h) == test_support::cut_as("content_changed"));
  CHECK(replies_in(got).at(0).status == 0);
  CHECK(got.find("NEW") == std::string::npos);
}

TEST_CASE("threat 14: a file that grows while it is sent ends short or as it was") {
  scratch_folder folder;
  const std::string content = pattern(4 * megabyte);
  const std::string path = folder.write("f", content);
  router routes;
  routes.file("/f", path);
  server_harness h(routes);
  auto c = h.connect();
  c.send(get("/f"));
  std::string got = c.receive(megabyte);
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_APPEND);
  REQUIRE(::write(descriptor, "NEW", 3) == 3);
  ::close(descriptor);
  got += h.receive(c);
  CHECK(got.find("NEW") == std::string::npos);
  CHECK(replies_in(got).size() == 1);
}

TEST_CASE(
    "threat 14: a small file that is shorter than announced closes, and sends nothing of it") {
  scratch_folder folder;
  const std::string path = folder.write("f", "12345");
  router routes = hello();
  routes.get("/f", [&] {
    std::error_code error;
    response r;
    r.body(file::open(path, error), 0, 1000);
    return r;
  });
  server_harness h(routes);
  auto c = h.connect();
  CHECK(h.ask(c, get("/f")).find("12345") == std::string::npos);
  CHECK(c.is_closed());
  CHECK(test_support::end_of(h) == test_support::cut_as("content_changed"));
}

TEST_CASE("a peer that resets while a file is sent") {
  scratch_folder folder;
  router routes;
  routes.file("/f", folder.write("f", pattern(4 * megabyte)));
  server_harness h(routes);
  auto c = h.connect();
  c.send(get("/f"));
  c.receive(megabyte);
  c.reset();
  h.poll();
  CHECK(c.is_closed());
  CHECK(h.ends() == "client_aborted");
}
