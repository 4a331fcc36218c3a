// SPDX-License-Identifier: BSL-1.0

// The two transports over a socket: one that waits by Asio, one that waits by a thread's poller.

#include "net/asio_transport.hpp"
#include "net/poll_transport.hpp"

#include "support/scratch_folder.hpp"

#include <asio_httpd/file.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

using namespace asio_httpd::net;

namespace {

// What each transport needs beside its socket.
struct by_asio {
  boost::asio::io_context context;
  std::unique_ptr<transport> make(int descriptor, const endpoint& remote = {}) {
    return std::make_unique<asio_transport>(context.get_executor(), descriptor, remote);
  }
};

struct by_poller {
  boost::asio::io_context context;
  std::shared_ptr<poller> events = std::make_shared<poller>(context);
  std::unique_ptr<transport> make(int descriptor, const endpoint& remote = {}) {
    return std::make_unique<poll_transport>(events, descriptor, remote);
  }
  ~by_poller() { events->shut_down(); }
};

// A pair of sockets: the transport's end, and the peer's as a descriptor.
template <class Kind>
struct socket_pair : Kind {
  int peer = -1;
  std::unique_ptr<transport> end;

  socket_pair() {
    int both[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, both) == 0);
    peer = both[1];
    end = this->make(both[0]);
  }
  ~socket_pair() { hang_up(); }
  void hang_up() {
    if (peer >= 0) ::close(std::exchange(peer, -1));
  }
  // Runs what can run now.
  void turn() {
    this->context.restart();
    while (this->context.poll() != 0) {
    }
  }
};

// Counts calls, and remembers with what.
struct called {
  int times = 0;
  error_code last;
  completion as_completion() { return {nullptr, &call, this}; }
  static void call(void* self, std::shared_ptr<void>, error_code ec) {
    auto& c = *static_cast<called*>(self);
    ++c.times;
    c.last = ec;
  }
};

}  // namespace

TEST_CASE_TEMPLATE("reading, writing and waiting", Kind, by_asio, by_poller) {
  socket_pair<Kind> p;
  char data[16];
  CHECK(p.end->read(data, sizeof data).error == boost::asio::error::would_block);
  called readable;
  p.end->async_wait(transport::wait::read, readable.as_completion());
  p.turn();
  CHECK(readable.times == 0);
  REQUIRE(::write(p.peer, "ab", 2) == 2);
  p.turn();
  CHECK(readable.times == 1);
  CHECK_FALSE(readable.last);
  CHECK(p.end->read(data, sizeof data).size == 2);

  CHECK(p.end->write("one", "two", false).size == 6);
  CHECK(p.end->write({}, "three", true).size == 5);
  CHECK(p.end->write("four", {}, false).size == 4);
  CHECK(::read(p.peer, data, sizeof data) == 15);
  CHECK(std::string_view(data, 15) == "onetwothreefour");

  CHECK(p.end->read(data, sizeof data).error == boost::asio::error::would_block);
  p.end->async_wait(transport::wait::read, readable.as_completion());
  p.end->cancel();
  CHECK(readable.times == 1);  // never from inside
  p.turn();
  CHECK(readable.times == 2);
  CHECK(readable.last == boost::asio::error::operation_aborted);
}

TEST_CASE_TEMPLATE("what is there already is told soon, not at once", Kind, by_asio, by_poller) {
  socket_pair<Kind> p;
  REQUIRE(::write(p.peer, "abc", 3) == 3);
  called readable, writable;
  for (int i = 1; i <= 3; ++i) {
    p.end->async_wait(transport::wait::read, readable.as_completion());
    p.end->async_wait(transport::wait::write, writable.as_completion());
    CHECK(readable.times == i - 1);
    CHECK(writable.times == i - 1);
    p.turn();
    CHECK(readable.times == i);
    CHECK(writable.times == i);
    char data;
    CHECK(p.end->read(&data, 1).size == 1);
  }
}

TEST_CASE_TEMPLATE("reading and writing are waited for side by side", Kind, by_asio, by_poller) {
  socket_pair<Kind> p;
  const std::string block(100000, 'x');
  while (!p.end->write(block, {}, false).error) {
  }
  char data[4];
  CHECK(p.end->read(data, sizeof data).error == boost::asio::error::would_block);
  called readable, writable;
  p.end->async_wait(transport::wait::read, readable.as_completion());
  p.end->async_wait(transport::wait::write, writable.as_completion());
  p.turn();
  CHECK(readable.times + writable.times == 0);
  std::string in(100000, '\0');
  while (::read(p.peer, in.data(), in.size()) > 0) {
  }
  p.turn();
  CHECK(writable.times == 1);
  CHECK(readable.times == 0);
  p.hang_up();
  p.turn();
  CHECK(readable.times == 1);
}

TEST_CASE_TEMPLATE("closing tells who waits, later", Kind, by_asio, by_poller) {
  socket_pair<Kind> p;
  char data[4];
  CHECK(p.end->read(data, sizeof data).error == boost::asio::error::would_block);
  called readable;
  p.end->async_wait(transport::wait::read, readable.as_completion());
  p.end->close();
  CHECK(readable.times == 0);
  p.turn();
  CHECK(readable.last == boost::asio::error::operation_aborted);
}

// A read that is shorter than it might have been has taken all there was, over TCP; the end that
// came with the bytes must be seen all the same.
TEST_CASE_TEMPLATE("an end behind the last bytes is not missed", Kind, by_asio, by_poller) {
  const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  REQUIRE(::bind(listening, raw, size) == 0);
  REQUIRE(::listen(listening, 1) == 0);
  REQUIRE(::getsockname(listening, raw, &size) == 0);
  const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(::connect(client, raw, size) == 0);
  const int accepted = ::accept4(listening, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  REQUIRE(accepted >= 0);

  Kind kind;
  const auto end = kind.make(accepted, endpoint::from(raw));
  char data[16];
  CHECK(end->read(data, sizeof data).error == boost::asio::error::would_block);
  REQUIRE(::send(client, "bye", 3, 0) == 3);
  ::shutdown(client, SHUT_WR);
  int rounds = 0;
  std::string got;
  for (bool over = false; !over && rounds < 10; ++rounds) {
    called readable;
    end->async_wait(transport::wait::read, readable.as_completion());
    kind.context.restart();
    while (readable.times == 0) kind.context.run_one();
    const auto result = end->read(data, sizeof data);
    over = !result.error && result.size == 0;
    got.append(data, result.size);
  }
  CHECK(got == "bye");
  CHECK(rounds < 10);
  end->close();
  ::close(client);
  ::close(listening);
}

TEST_CASE_TEMPLATE("a full socket would block; nothing is lost", Kind, by_asio, by_poller) {
  socket_pair<Kind> p;
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

TEST_CASE_TEMPLATE("the end of the peer, and of a transport", Kind, by_asio, by_poller) {
  socket_pair<Kind> p;
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

TEST_CASE_TEMPLATE("a descriptor that cannot be watched is a connection that fails", Kind, by_asio,
                   by_poller) {
  Kind kind;
  const auto t = kind.make(-1);
  char data[4];
  CHECK(t->read(data, sizeof data).error);
  CHECK(t->write("x", {}, false).error);
  called ended;
  t->async_wait(transport::wait::read, ended.as_completion());
  kind.context.run();
  CHECK(ended.last);
  t->close(false);
}

TEST_CASE_TEMPLATE("a file is sent from where it is asked; its end is 0", Kind, by_asio,
                   by_poller) {
  socket_pair<Kind> p;
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
TEST_CASE_TEMPLATE("sending to a peer that is gone is an error and no signal", Kind, by_asio,
                   by_poller) {
  const test_support::scratch_folder folder;
  const std::string path = folder.write("f", std::string(100000, 'x'));
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::signal(SIGPIPE, SIG_DFL);
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    // On the server's own threads it is blocked.
    constexpr bool own_thread = std::is_same_v<Kind, by_poller>;
    if (own_thread) pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    socket_pair<Kind> p;
    p.hang_up();
    std::error_code error;
    const auto f = asio_httpd::file::open(path, error);
    const bool failed = p.end->send_file(f.descriptor(), 0, 100000).error &&
                        p.end->write("x", "y", false).error && p.end->write("x", {}, false).error;
    sigset_t pending;
    ::sigpending(&pending);
    std::_Exit(failed && (own_thread || ::sigismember(&pending, SIGPIPE) == 0) ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK_FALSE(WIFSIGNALED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
