// SPDX-License-Identifier: BSL-1.0
//
// A bridge for each connection, between a pipe and a socket.

#include "testing/socket_carrier.hpp"

#include "net/asio_transport.hpp"
#include "net/poll_transport.hpp"

#include <asio_httpd/file.hpp>
#include <asio_httpd/testing/error.hpp>

#include <boost/asio/error.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace asio_httpd::testing {
namespace {

// Small, so that a client which does not read is noticed soon.
constexpr int kernel_buffer = 32 * 1024;

// Seconds, at least.
constexpr int most_turns = 10'000'000;

int check(int result) {
  if (result < 0) throw std::system_error(errno, std::system_category(), "a pair of sockets");
  return result;
}

file make_socket() {
  return file(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP)));
}

struct socket_pair {
  file server;
  file client;
};

socket_pair make_pair() {
  const file listening = make_socket();
  ::setsockopt(listening.descriptor(), SOL_SOCKET, SO_SNDBUF, &kernel_buffer, sizeof kernel_buffer);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  check(::bind(listening.descriptor(), any, size));
  check(::listen(listening.descriptor(), 1));
  check(::getsockname(listening.descriptor(), any, &size));
  socket_pair made{file(), make_socket()};
  ::setsockopt(made.client.descriptor(), SOL_SOCKET, SO_RCVBUF, &kernel_buffer,
               sizeof kernel_buffer);
  check(::connect(made.client.descriptor(), any, size));
  made.server = file(check(::accept4(listening.descriptor(), nullptr, nullptr, SOCK_NONBLOCK)));
  const int on = 1;
  check(::setsockopt(made.server.descriptor(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
  check(::ioctl(made.client.descriptor(), FIONBIO, &on));
  return made;
}

std::uint64_t readable(int descriptor) {
  int size = 0;
  ::ioctl(descriptor, FIONREAD, &size);
  return static_cast<std::uint64_t>(size);
}

bool is_settled(int descriptor) {
  return readable(descriptor) != 0 || net::socket_io::peer_has_ended(descriptor);
}

// What the server does to its end of a connection.
struct server_side {
  int descriptor;
  std::uint64_t read = 0;
  std::uint64_t written = 0;
  bool sends = true;
  bool is_open = true;
};

class noting_transport final : public net::transport {
 public:
  noting_transport(std::unique_ptr<net::transport> t, std::shared_ptr<server_side> side)
      : transport_(std::move(t)), side_(std::move(side)) {}
  ~noting_transport() override { note_close(); }

  net::io_result read(char* data, std::size_t size) noexcept override {
    return noted(transport_->read(data, size), side_->read);
  }
  net::io_result write(std::string_view first, std::string_view second,
                       bool more) noexcept override {
    return noted(transport_->write(first, second, more), side_->written);
  }
  net::io_result send_file(int file, std::uint64_t offset, std::size_t size) noexcept override {
    return noted(transport_->send_file(file, offset, size), side_->written);
  }
  net::peer_state look_at_peer() noexcept override { return transport_->look_at_peer(); }
  bool peer_has_ended() const noexcept override { return transport_->peer_has_ended(); }
  void async_wait(wait what, net::completion done) override {
    transport_->async_wait(what, std::move(done));
  }
  void cancel() noexcept override { transport_->cancel(); }
  void shutdown_send() noexcept override {
    side_->sends = false;
    transport_->shutdown_send();
  }
  void close(bool reset) noexcept override {
    note_close();
    transport_->close(reset);
  }
  std::uint64_t unsent() const noexcept override { return transport_->unsent(); }
  const net::endpoint& remote() const noexcept override { return transport_->remote(); }
  boost::asio::any_io_executor executor() const override { return transport_->executor(); }

 private:
  static net::io_result noted(net::io_result r, std::uint64_t& total) noexcept {
    total += r.size;
    return r;
  }
  void note_close() noexcept { side_->sends = side_->is_open = false; }

  std::unique_ptr<net::transport> transport_;
  std::shared_ptr<server_side> side_;
};

}  // namespace

class socket_carrier::bridge {
 public:
  bridge(std::unique_ptr<net::transport> pipe, file socket, std::shared_ptr<server_side> server)
      : pipe_(std::move(pipe)), socket_(std::move(socket)), server_(std::move(server)) {}

  bool carry() {
    if (is_over()) return false;
    wait_for_what_is_under_way();
    const bool up = carry_up();
    const bool down = !is_over() && carry_down();
    if (!is_over()) wait_for_what_is_under_way();
    return up || down;
  }
  bool is_over() const noexcept { return !socket_.is_open(); }

 private:
  int client() const noexcept { return socket_.descriptor(); }

  // On the loopback it is there at once, but for a kernel that is very busy.
  void wait_for_what_is_under_way() const {
    for (int turns = 0; is_under_way_up() || is_under_way_down(); ++turns) {
      if (turns == most_turns) throw error("what was sent on the loopback does not arrive");
      ::sched_yield();
    }
  }
  // Behind bytes that nobody has read yet more may wait in the sender's kernel, for room.
  bool is_under_way_up() const {
    if (!server_->is_open || is_settled(server_->descriptor)) return false;
    return has_shut_ || up_ > server_->read;
  }
  bool is_under_way_down() const {
    return !is_settled(client()) && (server_->written > down_ || !server_->sends);
  }

  bool carry_up() {
    if (!sends_up_ || (pending_.empty() && !take_from_pipe())) return false;
    const ssize_t n = ::send(client(), pending_.data(), pending_.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EAGAIN) return false;
    // The server does not read any more: then it is lost, as in any network.
    if (n < 0) return sends_up_ = false, true;
    pending_.erase(0, static_cast<std::size_t>(n));
    up_ += static_cast<std::uint64_t>(n);
    return true;
  }
  bool take_from_pipe() {
    std::array<char, 32 * 1024> room;
    const auto [size, error] = pipe_->read(room.data(), room.size());
    if (error && error != boost::asio::error::would_block) break_off();
    if (error) return false;
    pending_.assign(room.data(), size);
    if (size == 0) shut();
    return size != 0;
  }
  void shut() {
    sends_up_ = false;
    has_shut_ = true;
    ::shutdown(client(), SHUT_WR);
  }
  void break_off() {
    const linger at_once{1, 0};
    ::setsockopt(client(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    socket_.reset();
  }

  bool carry_down() {
    std::array<char, 32 * 1024> room;
    const ssize_t n = ::recv(client(), room.data(), room.size(), MSG_PEEK);
    if (n < 0 && errno == EAGAIN) return false;
    if (n <= 0) return end_down();
    const auto given = pipe_->write({room.data(), static_cast<std::size_t>(n)}, {}, false);
    if (given.error == boost::asio::error::would_block) return false;
    if (given.error) return break_off(), true;
    ::recv(client(), room.data(), given.size, 0);
    down_ += given.size;
    return true;
  }
  bool end_down() {
    const bool first = std::exchange(sends_down_, false);
    pipe_->shutdown_send();
    if (server_->is_open) return first;
    pipe_->close(false);
    break_off();  // all has come; so the kernel keeps nothing of it
    return true;
  }

  std::unique_ptr<net::transport> pipe_;
  file socket_;  // none once it is over
  std::shared_ptr<server_side> server_;
  std::string pending_;  // from the client, and not taken by the kernel yet
  std::uint64_t up_ = 0;
  std::uint64_t down_ = 0;
  bool sends_up_ = true;
  bool has_shut_ = false;
  bool sends_down_ = true;
};

socket_carrier::socket_carrier(boost::asio::io_context& context, socket_waiting w)
    : context_(context) {
  if (w == socket_waiting::by_poller) poller_ = std::make_shared<net::poller>(context);
}

socket_carrier::~socket_carrier() {
  if (poller_) poller_->shut_down();
}

std::unique_ptr<net::transport> socket_carrier::connect(std::unique_ptr<net::transport> pipe,
                                                        const net::endpoint& remote) {
  auto [server, client] = make_pair();
  auto side = std::make_shared<server_side>(server_side{server.descriptor()});
  auto made = make_transport(server, remote);
  bridges_.push_back(std::make_unique<bridge>(std::move(pipe), std::move(client), side));
  return std::make_unique<noting_transport>(std::move(made), std::move(side));
}

std::unique_ptr<net::transport> socket_carrier::make_transport(file& socket,
                                                               const net::endpoint& remote) {
  std::unique_ptr<net::transport> made;
  if (poller_) {
    made = std::make_unique<net::poll_transport>(poller_, socket.descriptor(), remote);
  } else {
    made =
        std::make_unique<net::asio_transport>(context_.get_executor(), socket.descriptor(), remote);
  }
  socket.release();  // it has an owner now
  return made;
}

bool socket_carrier::carry() {
  bool any = false;
  for (auto& b : bridges_) any = b->carry() || any;
  std::erase_if(bridges_, [](const auto& b) { return b->is_over(); });
  return any;
}

}  // namespace asio_httpd::testing
