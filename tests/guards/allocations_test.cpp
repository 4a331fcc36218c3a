// SPDX-License-Identifier: BSL-1.0
//
// A request on a connection that stays allocates nothing: a server with a thread of its own answers
// on a real socket, and the allocations of the whole process are counted from the 100th request to
// the 1,100th. The client uses memory that is there already.
//
// The server's clock goes on whenever somebody looks at it, so that Date changes on the way, and
// nothing depends on how long the test takes: there are no ticks. So does the clock by which files
// are remembered, where a test says so.

#include "guards/coarse_time.hpp"
#include "guards/process_allocations.hpp"
#include "support/scratch_folder.hpp"
#include "support/server_harness.hpp"
#include "support/socket_client.hpp"
#include "support/source_tree.hpp"

#include <asio_httpd/asio_httpd.hpp>
#include <asio_httpd/rate_limit.hpp>
#include <asio_httpd/request_id.hpp>
#include <asio_httpd/security_headers.hpp>

#include <doctest/doctest.h>

#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

using namespace asio_httpd;
using namespace std::chrono_literals;
using guards::allocations_of_this_process;
using test_support::get;
using test_support::read_file;
using test_support::socket_client;

namespace {

constexpr int warm_up = 100;
constexpr int counted = 1000;

class passing_clock final : public asio_httpd::clock {
 public:
  time_point now() const noexcept override { return time_point(1h) + look(); }
  std::int64_t unix_time() const noexcept override {
    return 784111777 + std::chrono::duration_cast<std::chrono::seconds>(look()).count();
  }
  bool is_manual() const noexcept override { return true; }

 private:
  duration look() const noexcept { return 10ms * looks_.fetch_add(1); }
  mutable std::atomic<std::int64_t> looks_{0};
};

// Sends the same requests again and again, in one piece, and compares the answers with the first,
// all but the time and ids. Allocates only in its constructor.
class repeating_client {
 public:
  repeating_client(std::uint16_t port, std::string_view request, int at_once)
      : client_(socket_client::to_port(port)) {
    client_.send(request);
    std::string answer = client_.receive_reply();
    for (const auto name : {"Date", "X-Request-ID", "traceresponse"}) blank(answer, name);
    for (int i = 0; i < at_once; ++i) requests_.append(request);
    for (int i = 0; i < at_once; ++i) expected_.append(answer);
    received_.resize(expected_.size());
  }

  std::string_view answers() const noexcept { return expected_; }

  // Whether the answers came, and were right.
  bool ask() noexcept { return client_.send(requests_) && receive() && is_expected(); }

 private:
  static void blank(std::string& answer, const std::string& name) {
    const std::size_t at = answer.find("\r\n" + name + ": ");
    if (at == std::string::npos) return;
    const std::size_t value = at + name.size() + 4;
    const std::size_t size = answer.find("\r\n", value) - value;
    answer.replace(value, size, size, any);
  }
  bool receive() noexcept {
    for (std::size_t have = 0; have < received_.size();) {
      const auto n = ::recv(client_.descriptor(), &received_[have], received_.size() - have, 0);
      if (n <= 0) return false;
      have += static_cast<std::size_t>(n);
    }
    return true;
  }
  bool is_expected() const noexcept {
    return std::equal(expected_.begin(), expected_.end(), received_.begin(),
                      [](char wanted, char got) { return wanted == any || wanted == got; });
  }

  static constexpr char any = '\0';
  socket_client client_;
  std::string requests_;
  std::string expected_;
  std::string received_;
};

// From request 100 to request 1,100 for that path; `at_once` of them are pipelined.
std::size_t allocations(const router& routes, std::string_view path, std::string_view body,
                        int at_once = 1) {
  server serving(
      routes,
      {.listen = {"127.0.0.1:0"}, .threads = 1, .clock = std::make_shared<passing_clock>()});
  serving.start();
  repeating_client client(serving.port(), get(path), at_once);
  CHECK(client.answers().starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(client.answers().ends_with(std::string("\r\n\r\n").append(body)));
  bool right = true;
  for (int i = 0; i < warm_up; ++i) right = client.ask() && right;
  const std::size_t before = allocations_of_this_process();
  for (int i = 0; i < counted; i += at_once) right = client.ask() && right;
  const std::size_t after = allocations_of_this_process();
  CHECK(right);
  return after - before;
}

}  // namespace

// --- the count -----------------------------------------------------------------------------------

TEST_CASE("what the server's thread takes by operator new is counted") {
  router routes;
  routes.get("/", [] { return std::string(100, 'x'); });
  CHECK(allocations(routes, "/", std::string(100, 'x')) >= counted);
}

TEST_CASE("what the server's thread takes by malloc is counted") {
  router routes;
  routes.get("/", [] {
    // volatile: otherwise the compiler sees that it is for nothing.
    char* volatile taken = ::strdup("text");
    std::free(taken);
    return "hello";
  });
  CHECK(allocations(routes, "/", "hello") == counted);
}

// --- handlers ------------------------------------------------------------------------------------

TEST_CASE("text") {
  router routes;
  routes.get("/", [] { return "hello"; });
  CHECK(allocations(routes, "/", "hello") == 0);
}

TEST_CASE("a view of a text that is larger than any small string") {
  const std::string text(1024, 'v');
  router routes;
  routes.get("/", [&text] { return std::string_view(text); });
  CHECK(allocations(routes, "/", text) == 0);
}

TEST_CASE("a path parameter as a number") {
  router routes;
  routes.get("/users/{id}", [](int id) { return std::to_string(id); });
  CHECK(allocations(routes, "/users/1234567", "1234567") == 0);
}

TEST_CASE("a path parameter as a view") {
  router routes;
  routes.get("/users/{name}/files/{rest...}",
             [](std::string_view, std::string_view rest) { return rest; });
  CHECK(allocations(routes, "/users/somebody/files/2024/portrait.png", "2024/portrait.png") == 0);
}

TEST_CASE("a field of the request") {
  router routes;
  routes.get("/", [](const request& r) { return r.get(field::host); });
  CHECK(allocations(routes, "/", "test") == 0);
}

TEST_CASE("hooks before and after a handler") {
  struct visit {
    std::string_view path;
  };
  router routes;
  routes.use(request_id());
  routes.use(security_headers());
  routes.get("/users/{name}", [](std::string_view name) { return name; })
      .use(before([](const request& r) { r.attributes().set(visit{r.path()}); }))
      .use(after([](const request& r, response& to) {
        to.set("X-Visited", r.attributes().get<visit>()->path);
      }))
      .use(rate_limit({.requests = 1'000'000}));
  CHECK(allocations(routes, "/users/somebody", "somebody") == 0);
}

TEST_CASE("pipelined requests") {
  router routes;
  routes.get("/users/{name}", [](std::string_view name) { return name; });
  CHECK(allocations(routes, "/users/somebody", "somebody", 20) == 0);
}

// --- files ---------------------------------------------------------------------------------------

// A file of about 1 KiB that nobody has changed for a while: what was changed just now is not kept.
const std::filesystem::path known_file = test_support::source_tree() / "LICENSE";

TEST_CASE("one file at one path") {
  router routes;
  routes.file("/flag", known_file.string());
  CHECK(allocations(routes, "/flag", read_file(known_file)) == 0);
}

TEST_CASE("a file of a folder") {
  router routes;
  routes.files("/", known_file.parent_path().string());
  CHECK(allocations(routes, "/LICENSE", read_file(known_file)) == 0);
}

TEST_CASE("pipelined requests for a file") {
  router routes;
  routes.file("/flag", known_file.string());
  CHECK(allocations(routes, "/flag", read_file(known_file), 10) == 0);
}

TEST_CASE("a file that is looked at anew every half second, and is the same") {
  const std::uint64_t before = guards::coarse_looks();
  guards::set_coarse_step(10ms);
  router routes;
  routes.file("/flag", known_file.string());
  CHECK(allocations(routes, "/flag", read_file(known_file)) == 0);
  guards::set_coarse_step(0ms);
  CHECK(guards::coarse_looks() - before >= counted);  // it is this clock that is looked at
}
