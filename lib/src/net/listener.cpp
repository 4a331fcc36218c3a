// SPDX-License-Identifier: BSL-1.0
//
// From an address to a listening socket, with errors that say what to do; then the accept loop.

#include "net/listener.hpp"

#include <asio_httpd/socket_options.hpp>

#include <boost/asio/ip/address_v6.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace asio_httpd::net {
namespace {

namespace asio = boost::asio;

// Connections accepted before others get their turn.
constexpr int most_at_once = 64;

struct socket_address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  int family = AF_UNSPEC;
  sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
};

socket_address ipv4_address(const std::string& host, std::uint16_t port) {
  socket_address made;
  auto& in = reinterpret_cast<sockaddr_in&>(made.storage);
  in.sin_family = AF_INET;
  in.sin_port = htons(port);
  if (host != "*") ::inet_pton(AF_INET, host.c_str(), &in.sin_addr);
  made.size = sizeof in;
  made.family = AF_INET;
  return made;
}

socket_address ipv6_address(const std::string& host, std::uint16_t port) {
  socket_address made;
  auto& in = reinterpret_cast<sockaddr_in6&>(made.storage);
  in.sin6_family = AF_INET6;
  in.sin6_port = htons(port);
  if (host != "*") {
    // Knows "fe80::1%eth0", too.
    const auto address = asio::ip::make_address_v6(host);
    const auto bytes = address.to_bytes();
    std::memcpy(&in.sin6_addr, bytes.data(), bytes.size());
    in.sin6_scope_id = static_cast<std::uint32_t>(address.scope_id());
  }
  made.size = sizeof in;
  made.family = AF_INET6;
  return made;
}

// A name that begins with '@' is in the abstract name space, which has no file.
socket_address local_address(const std::string& path) {
  socket_address made;
  auto& un = reinterpret_cast<sockaddr_un&>(made.storage);
  un.sun_family = AF_UNIX;
  std::memcpy(un.sun_path, path.data(), path.size());
  made.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  if (path.front() == '@') {
    un.sun_path[0] = '\0';
  } else {
    ++made.size;
  }
  made.family = AF_UNIX;
  return made;
}

bool has_ipv6() {
  const int descriptor = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return false;
  ::close(descriptor);
  return true;
}

socket_address to_socket_address(const listen_address& a) {
  if (a.type == listen_address::kind::local) return local_address(a.host);
  const bool v6 = a.host == "*" ? has_ipv6() : a.host.find(':') != std::string::npos;
  return v6 ? ipv6_address(a.host, a.port) : ipv4_address(a.host, a.port);
}

std::string hint(const listen_address& a, int error) {
  switch (error) {
    case EADDRINUSE:
      return a.type == listen_address::kind::local
                 ? "; another program listens on that socket, or the file is something else"
                 : "; another program listens there (ss -ltnp 'sport = :" + std::to_string(a.port) +
                       "' shows which)";
    case EACCES:
    case EPERM:
      return a.type == listen_address::kind::local
                 ? "; the folder is not writable for this user"
                 : "; ports below 1024 need root or the capability CAP_NET_BIND_SERVICE";
    case EADDRNOTAVAIL:
      return "; this machine has no such address";
    case ENOENT:
      return "; the folder of the socket does not exist";
    default:
      return "";
  }
}

[[noreturn]] void fail(const listen_address& a, int error) {
  const std::string text =
      "cannot listen on " + a.text() + ": " + std::strerror(error) + hint(a, error);
  // system_error appends its own text of the code; a plain message reads better.
  struct listen_error : std::system_error {
    listen_error(int code, std::string what)
        : std::system_error(code, std::system_category()), what_(std::move(what)) {}
    const char* what() const noexcept override { return what_.c_str(); }
    std::string what_;
  };
  throw listen_error(error, text);
}

void set(int descriptor, int level, int name, int value) noexcept {
  ::setsockopt(descriptor, level, name, &value, sizeof value);
}

// Connections inherit these from the listening socket.
void set_options(int descriptor, const socket_address& to, const socket_options& options) {
  if (to.family == AF_UNIX) return;
  set(descriptor, SOL_SOCKET, SO_REUSEADDR, options.reuse_address);
  set(descriptor, SOL_SOCKET, SO_REUSEPORT, options.reuse_port);
  set(descriptor, SOL_SOCKET, SO_KEEPALIVE, options.keep_alive);
  set(descriptor, IPPROTO_TCP, TCP_NODELAY, options.no_delay);
  const auto seconds = static_cast<int>(options.defer_accept.count());
  if (seconds != 0) set(descriptor, IPPROTO_TCP, TCP_DEFER_ACCEPT, seconds);
  if (to.family == AF_INET6) set(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, options.v6_only);
}

// So that the socket can be waited for beside its owner.
int duplicate(const listening_socket& socket) {
  const int made = ::fcntl(socket.descriptor(), F_DUPFD_CLOEXEC, 0);
  if (made < 0) fail(socket.address(), errno);
  return made;
}

// A file that is left over from a server that is gone: a socket that refuses connections.
void remove_stale_file(const listen_address& a, socket_address& to) {
  struct stat info;
  if (::lstat(a.host.c_str(), &info) != 0 || !S_ISSOCK(info.st_mode)) return;
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) return;
  const bool refused = ::connect(probe, to.get(), to.size) != 0 && errno == ECONNREFUSED;
  ::close(probe);
  if (refused) ::unlink(a.host.c_str());
}

std::uint16_t bound_port(int descriptor) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  ::getsockname(descriptor, address, &size);
  return endpoint::from(address).port;
}

}  // namespace

listening_socket::listening_socket(const listen_address& address, const socket_options& options)
    : address_(address) {
  socket_address to = to_socket_address(address);
  descriptor_ = ::socket(to.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor_ < 0) fail(address, errno);
  set_options(descriptor_, to, options);
  const bool has_file = to.family == AF_UNIX && address.host.front() != '@';
  if (has_file) remove_stale_file(address, to);
  if (::bind(descriptor_, to.get(), to.size) != 0 || ::listen(descriptor_, options.backlog) != 0) {
    const int error = errno;
    ::close(std::exchange(descriptor_, -1));
    fail(address, error);
  }
  owns_path_ = has_file;
  if (has_file) ::chmod(address.host.c_str(), options.unix_mode);
  if (to.family != AF_UNIX) address_.port = bound_port(descriptor_);
}

listening_socket::listening_socket(listening_socket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      address_(std::move(other.address_)),
      owns_path_(std::exchange(other.owns_path_, false)) {}

listening_socket::~listening_socket() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (owns_path_) ::unlink(address_.host.c_str());
}

void turn_away(int descriptor, std::string_view last_word) noexcept {
  ::send(descriptor, last_word.data(), last_word.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  ::shutdown(descriptor, SHUT_WR);
  ::close(descriptor);
}

listener::listener(asio::any_io_executor executor, listening_socket socket,
                   accept_function on_accept, error_function on_error)
    : socket_(std::move(socket)),
      descriptor_(std::in_place, executor, duplicate(socket_)),
      timer_(executor),
      on_accept_(std::move(on_accept)),
      on_error_(std::move(on_error)) {}

listener::listener(std::shared_ptr<poller> p, listening_socket socket, accept_function on_accept,
                   error_function on_error)
    : socket_(std::move(socket)),
      poller_(std::move(p)),
      timer_(poller_->executor()),
      on_accept_(std::move(on_accept)),
      on_error_(std::move(on_error)) {}

void listener::start() {
  wait();
}

void listener::close() {
  timer_.cancel();
  wait_no_more();
  // Where there is a duplicate, both descriptors are one socket; only when both are closed does the
  // kernel stop listening.
  listening_socket(std::move(socket_));
}

// The poller tells as long as connections wait: a batch need not take all of them.
void listener::wait() {
  if (descriptor_) {
    descriptor_->async_wait(asio::posix::stream_descriptor::wait_read,
                            [self = shared_from_this()](const boost::system::error_code& ec) {
                              if (!ec) self->accept_and_wait();
                            });
    return;
  }
  const int descriptor = socket_.descriptor();
  const auto ec =
      registered_ ? poller_->modify(descriptor, EPOLLIN) : poller_->add(descriptor, EPOLLIN, *this);
  if (ec) throw boost::system::system_error(ec);
  registered_ = true;
}

void listener::wait_no_more() {
  if (descriptor_) descriptor_.reset();
  if (!std::exchange(registered_, false)) return;
  // A child process may hold the socket; its connections are none of ours any more.
  poller_->modify(socket_.descriptor(), 0);
  poller_->remove(socket_.descriptor());
}

void listener::on_events(std::uint32_t) {
  const auto self = shared_from_this();
  accept_batch();
}

void listener::accept_and_wait() {
  if (accept_batch() && is_open()) wait();
}

// Looking for one more than there are costs as much as a small part of serving one; so only as many
// are taken as there were before, twice that if there were that many. False after a pause began.
bool listener::accept_batch() {
  for (int i = 0; i < expected_ && is_open(); ++i) {
    sockaddr_storage storage;
    socklen_t size = sizeof storage;
    auto* address = reinterpret_cast<sockaddr*>(&storage);
    storage.ss_family = AF_UNIX;
    const int accepted =
        ::accept4(socket_.descriptor(), address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted >= 0) {
      if (!hand_out(accepted, endpoint::from(address))) return false;
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      expected_ = std::max(i, 1);
      return true;
    }
    const bool out_of_resources =
        errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    if (out_of_resources) {
      pause(std::error_code(errno, std::system_category()));
      return false;
    }
    // Anything else is about the one connection (accept(2), "Error handling").
  }
  expected_ = std::min(2 * expected_, most_at_once);
  return true;
}

// Memory, or room in the kernel's tables, may be short for this one too. False after a pause.
bool listener::hand_out(int descriptor, const endpoint& remote) {
  try {
    on_accept_(descriptor, remote);
    pause_ = {};
    return true;
  } catch (...) {
    pause(std::make_error_code(std::errc::not_enough_memory));
    return false;
  }
}

void listener::pause(const std::error_code& why) {
  on_error_(why);
  pause_ = std::clamp(pause_ * 2, std::chrono::milliseconds(100), std::chrono::milliseconds(1000));
  if (registered_) poller_->modify(socket_.descriptor(), 0);
  timer_.expires_after(pause_);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& ec) {
    if (!ec && self->is_open()) self->wait();
  });
}

}  // namespace asio_httpd::net
