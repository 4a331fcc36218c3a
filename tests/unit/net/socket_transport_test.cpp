// SPDX-License-Identifier: BSL-1.0

#include "net/socket_transport.hpp"

#include "support/scratch_folder.hpp"

#include <asio_httpd/file.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

using namespace asio_httpd::net;

namespace {

// A pair of sockets: the transport's end, and the peer's as a descriptor.
template <class Executor>
struct socket_pair {
  boost::asio::io_context context;
  int peer = -1;
  std::unique_ptr<transport> end;

  socket_pair() {
    int both[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, both) == 0);
    peer = both[1];
    end = std::make_unique<socket_transport<Executor>>(context.get_executor(), both[0], endpoint());
  }
  ~socket_pair() { hang_up(); }
  void hang_up() {
    if (peer >= 0) ::close(std::exchange(peer, -1));
  }
};

using own = boost::asio::io_context::executor_type;
using users = boost::asio::any_io_executor;

}  // namespace

TEST_CASE_TEMPLATE("reading, writing and waiting", Executor, own, users) {
  socket_pair<Executor> p;
  char data[16];
  CHECK(p.end->read(data, sizeof data).error == boost::asio::error::would_block);
  int finished = 0;
  const auto count = [](void* n, std::shared_ptr<void>, error_code) { ++*static_cast<int*>(n); };
  p.end->async_wait(transport::wait::read, {nullptr, count, &finished});
  CHECK(p.context.poll() == 0);
  REQUIRE(::write(p.peer, "ab", 2) == 2);
  p.context.run_one();
  CHECK(finished == 1);
  CHECK(p.end->read(data, sizeof data).size == 2);

  CHECK(p.end->write("one", "two", false).size == 6);
  CHECK(p.end->write({}, "three", true).size == 5);
  CHECK(p.end->write("four", {}, false).size == 4);
  CHECK(::read(p.peer, data, sizeof data) == 15);
  CHECK(std::string_view(data, 15) == "onetwothreefour");

  p.end->async_wait(transport::wait::read, {nullptr, count, &finished});
  p.end->cancel();
  p.context.restart();
  p.context.poll();
  CHECK(finished == 2);
}

TEST_CASE_TEMPLATE("a full socket would block; nothing is lost", Executor, own, users) {
  socket_pair<Executor> p;
  const std::string block(100000, 'x');
  std::size_t written = 0;
  for (;;) {
    const auto result = p.end->write(block, block, false);
    if (result.error == boost::asio::error::would_block) break;
    REQUIRE_FALSE(result.error);
    written += result.size;
  }
  CHECK(p.end->unsent() >= written);
  std::size_t taken = 0;
  std::string in(100000, '\0');
  for (ssize_t n = 0; (n = ::read(p.peer, in.data(), in.size())) > 0;) {
    taken += static_cast<std::size_t>(n);
  }
  CHECK(taken == written);
  CHECK(p.end->unsent() == 0);
}

TEST_CASE_TEMPLATE("the end of the peer, and of a transport", Executor, own, users) {
  socket_pair<Executor> p;
  char data[4];
  p.end->shutdown_send();
  CHECK(::read(p.peer, data, sizeof data) == 0);
  p.hang_up();
  const auto end = p.end->read(data, sizeof data);
  CHECK((end.size == 0 && !end.error));
  p.end->close(true);
  p.end->close();  // nothing
  CHECK(p.end->unsent() == 0);
}

TEST_CASE_TEMPLATE("a descriptor that cannot be watched is a connection that fails", Executor, own,
                   users) {
  boost::asio::io_context context;
  socket_transport<Executor> t(context.get_executor(), -1, endpoint());
  char data[4];
  CHECK(t.read(data, sizeof data).error);
  CHECK(t.write("x", {}, false).error);
  error_code ended;
  t.async_wait(transport::wait::read, {nullptr,
                                       [](void* to, std::shared_ptr<void>, error_code ec) {
                                         *static_cast<error_code*>(to) = ec;
                                       },
                                       &ended});
  context.run();
  CHECK(ended);
  t.close(false);
}

TEST_CASE_TEMPLATE("a file is sent from where it is asked; its end is 0", Executor, own, users) {
  socket_pair<Executor> p;
  const test_support::scratch_folder folder;
  std::error_code error;
  const auto f = asio_httpd::file::open(folder.write("f", "0123456789"), error);
  CHECK(p.end->send_file(f.descriptor(), 3, 4).size == 4);
  const auto beyond = p.end->send_file(f.descriptor(), 10, 4);
  CHECK((beyond.size == 0 && !beyond.error));
  char data[8];
  CHECK(::read(p.peer, data, sizeof data) == 4);
  CHECK(std::string_view(data, 4) == "3456");
}

// sendfile(2) knows no MSG_NOSIGNAL, and the threads may be the user's, with SIGPIPE as it was.
TEST_CASE_TEMPLATE("sending to a peer that is gone is an error and no signal", Executor, own,
                   users) {
  const test_support::scratch_folder folder;
  const std::string path = folder.write("f", std::string(100000, 'x'));
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::signal(SIGPIPE, SIG_DFL);
    socket_pair<Executor> p;
    p.hang_up();
    std::error_code error;
    const auto f = asio_httpd::file::open(path, error);
    const bool failed = p.end->send_file(f.descriptor(), 0, 100000).error &&
                        p.end->write("x", "y", false).error && p.end->write("x", {}, false).error;
    sigset_t pending;
    ::sigpending(&pending);
    std::_Exit(failed && ::sigismember(&pending, SIGPIPE) == 0 ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK_FALSE(WIFSIGNALED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
