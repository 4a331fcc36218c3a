// SPDX-License-Identifier: BSL-1.0
//
// `run`, in a process of its own: signals end it, and what cannot start is a sentence and a 2.

#include <asio_httpd/asio_httpd.hpp>

#include "support/server_harness.hpp"
#include "support/socket_client.hpp"

#include <doctest/doctest.h>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

using namespace asio_httpd;
using test_support::get;
using test_support::socket_client;
using test_support::statuses_in;

namespace {

// A child that serves at an abstract Unix socket, and what it returned.
class child {
 public:
  explicit child(std::chrono::milliseconds drain = std::chrono::seconds(10)) {
    const char* build = std::getenv("ASIO_HTTPD_BUILD");
    const std::string program = std::string(build ? build : ".") + "/bin/tests/run_fixture";
    std::string milliseconds = std::to_string(drain.count());
    char* arguments[] = {const_cast<char*>(program.c_str()), name_.data(), milliseconds.data(),
                         nullptr};
    REQUIRE(::posix_spawn(&id_, program.c_str(), nullptr, nullptr, arguments, environ) == 0);
  }
  ~child() {
    if (id_ > 0) end(SIGKILL);
  }
  child(const child&) = delete;
  child& operator=(const child&) = delete;

  socket_client connect() {
    std::optional<socket_client> made;
    const bool there = test_support::eventually([&] {
      try {
        made.emplace(socket_client::to_path(name_));
        return true;
      } catch (const std::system_error&) {
        return false;
      }
    });
    REQUIRE(there);
    return std::move(*made);
  }
  void signal(int number) { ::kill(id_, number); }
  // Its exit code; -1 where a signal killed it.
  int wait() {
    int status = 0;
    ::waitpid(std::exchange(id_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  int end(int number) {
    signal(number);
    return wait();
  }

 private:
  std::string name_ = "@asio_httpd_run_test_" + std::to_string(::getpid());
  pid_t id_ = -1;
};

}  // namespace

TEST_CASE("SIGTERM and SIGINT end it, with 0") {
  for (const int number : {SIGTERM, SIGINT}) {
    child c;
    auto client = c.connect();
    client.send(get("/"));
    CHECK(statuses_in(client.receive_reply()) == "200");
    CHECK(c.end(number) == 0);
    CHECK(client.receive_all().empty());
  }
}

TEST_CASE("the first signal drains, the second ends at once") {
  child c(std::chrono::hours(1));
  auto busy = c.connect();
  busy.send("GET / HTTP/1.1\r\nHo");
  auto idle = c.connect();
  idle.send(get("/"));
  CHECK(statuses_in(idle.receive_reply()) == "200");
  c.signal(SIGTERM);
  CHECK(idle.receive_all().empty());  // drained
  c.signal(SIGTERM);
  CHECK(c.wait() == 0);
}

TEST_CASE("what cannot start is a sentence in the log and a 2") {
  std::string sentence;
  const int code = run(router(), {.listen = {"unix:/nonexistent/folder/socket"},
                                  .log = [&](log_level level, std::string_view text) {
                                    CHECK(level == log_level::error);
                                    sentence += text;
                                  }});
  CHECK(code == 2);
  CHECK(sentence ==
        "cannot listen on unix:/nonexistent/folder/socket: No such file or directory; the folder "
        "of the socket does not exist");
}
