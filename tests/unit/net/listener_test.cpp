// SPDX-License-Identifier: BSL-1.0
//
// Listening sockets and the accept loop, with descriptors running out, too.

#include "net/listener.hpp"

#include "support/scratch_folder.hpp"
#include "support/socket_client.hpp"

#include <asio_httpd/socket_options.hpp>

#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

using namespace asio_httpd;
using namespace asio_httpd::net;
using namespace std::chrono_literals;
using test_support::socket_client;

namespace {

listening_socket open_at(std::string_view text, const socket_options& options = {}) {
  return {parse_listen_address(text).front(), options};
}

std::string refusal(std::string_view text) {
  try {
    open_at(text);
  } catch (const std::system_error& e) {
    return e.what();
  }
  return "";
}

int option(int descriptor, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  ::getsockopt(descriptor, level, name, &value, &size);
  return value;
}

// A listener, and what it accepted.
struct fixture {
  boost::asio::io_context context;
  std::vector<int> accepted;
  std::vector<endpoint> peers;
  int errors = 0;

  std::shared_ptr<listener> start(std::string_view address, const socket_options& options = {}) {
    auto made = std::make_shared<listener>(
        context.get_executor(), open_at(address, options),
        [this](int descriptor, const endpoint& remote) {
          accepted.push_back(descriptor);
          peers.push_back(remote);
        },
        [this](const std::error_code&) { ++errors; });
    made->start();
    return made;
  }
  void run_until(std::size_t n) {
    const auto end = std::chrono::steady_clock::now() + 30s;
    while (accepted.size() < n && std::chrono::steady_clock::now() < end) {
      context.restart();
      context.run_for(10ms);
    }
    CHECK(accepted.size() == n);
  }
  void close_accepted() {
    for (const int d : accepted) ::close(d);
    accepted.clear();
  }
  ~fixture() { close_accepted(); }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "connections are accepted, with their address and non-blocking") {
  auto l = start("127.0.0.1:0");
  auto a = socket_client::to_port(l->address().port);
  auto b = socket_client::to_port(l->address().port);
  run_until(2);
  CHECK(peers[0].address() == "127.0.0.1");
  CHECK(peers[0].port != 0);
  CHECK((::fcntl(accepted[0], F_GETFL) & O_NONBLOCK) != 0);
  CHECK((::fcntl(accepted[0], F_GETFD) & FD_CLOEXEC) != 0);
  CHECK(option(accepted[0], IPPROTO_TCP, TCP_NODELAY) == 1);
  CHECK(option(accepted[0], SOL_SOCKET, SO_KEEPALIVE) == 0);
  l->close();
}

TEST_CASE_FIXTURE(fixture, "options are inherited") {
  auto l = start("127.0.0.1:0", {.keep_alive = true, .no_delay = false});
  auto a = socket_client::to_port(l->address().port);
  run_until(1);
  CHECK(option(accepted[0], IPPROTO_TCP, TCP_NODELAY) == 0);
  CHECK(option(accepted[0], SOL_SOCKET, SO_KEEPALIVE) == 1);
  l->close();
}

TEST_CASE_FIXTURE(fixture, "both families on *, one on v6_only") {
  auto l = start("*:0");
  auto a = socket_client::to_port(l->address().port);
  auto b = socket_client::to_port_v6(l->address().port);
  run_until(2);
  CHECK(peers[0].kind == endpoint::family::ipv4);
  CHECK(peers[1].kind == endpoint::family::ipv6);
  l->close();
  auto six = start("[::]:0", {.v6_only = true});
  CHECK_THROWS_AS(socket_client::to_port(six->address().port), std::system_error);
  six->close();
}

TEST_CASE_FIXTURE(fixture, "a listener that is closed listens no more, and can be opened again") {
  auto l = start("127.0.0.1:0");
  const std::uint16_t port = l->address().port;
  auto a = socket_client::to_port(port);
  run_until(1);
  l->close();
  l->close();
  CHECK_THROWS_AS(socket_client::to_port(port), std::system_error);
  auto again = start("127.0.0.1:" + std::to_string(port));
  auto b = socket_client::to_port(port);
  run_until(2);
  again->close();
  context.restart();
  context.run();  // nothing is left
}

TEST_CASE_FIXTURE(fixture, "Unix sockets: the file, its mode, its end") {
  const test_support::scratch_folder folder;
  const std::string path = folder / "s";
  auto l = start("unix:" + path, {.unix_mode = 0600});
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  auto a = socket_client::to_path(path);
  run_until(1);
  CHECK(peers[0].kind == endpoint::family::local);
  CHECK(refusal("unix:" + path).find("another program listens on that socket") !=
        std::string::npos);
  l->close();
  CHECK(::stat(path.c_str(), &info) != 0);
}

TEST_CASE_FIXTURE(fixture, "abstract names have no file") {
  const std::string name = "@asio_httpd_listener_test_" + std::to_string(::getpid());
  auto l = start("unix:" + name);
  auto a = socket_client::to_path(name);
  run_until(1);
  CHECK(refusal("unix:" + name).find("in use") != std::string::npos);
  l->close();
}

TEST_CASE("a file that a dead server left is taken over; any other file is not") {
  const test_support::scratch_folder folder;
  const std::string path = folder / "s";
  {
    const listening_socket dead = open_at("unix:" + path);
    REQUIRE(::link(path.c_str(), (path + "2").c_str()) == 0);
  }
  const listening_socket alive = open_at("unix:" + path + "2");
  const std::string other = folder.write("f", "precious");
  CHECK(refusal("unix:" + other).find("the file is something else") != std::string::npos);
  CHECK(test_support::read_file(other) == "precious");
}

TEST_CASE("an address with an interface is that address, never all of them") {
  CHECK_FALSE(refusal("[fe80::1%nowhere]:0").empty());
  CHECK_FALSE(refusal("[fe80::1%]:0").empty());
  const auto l = open_at("[::1%lo]:0");
  sockaddr_in6 bound{};
  socklen_t size = sizeof bound;
  ::getsockname(l.descriptor(), reinterpret_cast<sockaddr*>(&bound), &size);
  CHECK(IN6_IS_ADDR_LOOPBACK(&bound.sin6_addr));
}

TEST_CASE("refusals are sentences") {
  CHECK(refusal("192.0.2.1:0") ==
        "cannot listen on 192.0.2.1:0: Cannot assign requested address; this machine has no such "
        "address");
  CHECK(refusal("unix:/nonexistent/s").ends_with("the folder of the socket does not exist"));
}

TEST_CASE("several sockets share a port with reuse_port, and not without") {
  const auto first = open_at("127.0.0.1:0", {.reuse_port = true});
  const std::string same = "127.0.0.1:" + std::to_string(first.address().port);
  const auto second = open_at(same, {.reuse_port = true});
  CHECK(second.descriptor() != first.descriptor());
  CHECK(refusal(same).find("another program listens there") != std::string::npos);
}

TEST_CASE_FIXTURE(fixture, "threat 12: descriptors run out: no spinning, and it accepts again") {
  auto l = start("127.0.0.1:0");
  std::vector<socket_client> clients;
  for (int i = 0; i < 8; ++i) clients.push_back(socket_client::to_port(l->address().port));
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const int highest = ::dup(0);
  ::close(highest);
  rlimit lower = before;
  lower.rlim_cur = static_cast<rlim_t>(highest) + 3;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &lower) == 0);
  const auto used_before = test_support::processor_time();
  const auto began = std::chrono::steady_clock::now();
  // The pauses are 100, 200, 400, 800 ms: the fourth error is 700 ms after the first.
  while (errors < 4) context.run_one();
  const auto took = std::chrono::steady_clock::now() - began;
  const auto used = test_support::processor_time() - used_before;
  ::setrlimit(RLIMIT_NOFILE, &before);
  CHECK(accepted.size() == 3);
  CHECK(took >= 690ms);
  CHECK(used * 10 < took);
  run_until(8);
  CHECK(errors == 4);
  l->close();
}

TEST_CASE_FIXTURE(fixture, "a peer that is gone before it is accepted is passed over") {
  auto l = start("127.0.0.1:0");
  for (int i = 0; i < 20; ++i) socket_client::to_port(l->address().port).reset();
  auto c = socket_client::to_port(l->address().port);
  c.send("x");
  const auto end = std::chrono::steady_clock::now() + 30s;
  while ((peers.empty() || accepted.size() < 1) && std::chrono::steady_clock::now() < end) {
    context.restart();
    context.run_for(10ms);
  }
  CHECK(errors == 0);
  CHECK_FALSE(accepted.empty());
  l->close();
}

TEST_CASE("a connection that is turned away gets the last word") {
  int both[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, both) == 0);
  turn_away(both[0], "no room");
  char data[16];
  CHECK(::read(both[1], data, sizeof data) == 7);
  CHECK(::read(both[1], data, sizeof data) == 0);
  ::close(both[1]);
}
