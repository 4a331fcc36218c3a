// SPDX-License-Identifier: BSL-1.0

#include "net/socket_io.hpp"

#include <boost/asio/error.hpp>

#include <cerrno>

#include <linux/sockios.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace asio_httpd::net::socket_io {
namespace {

// Never EINTR: it would look as if nothing could be done, and nobody would be told when it can.
template <class Call>
io_result result_of(Call call) noexcept {
  ssize_t n = call();
  while (n < 0 && errno == EINTR) n = call();
  if (n >= 0) return {static_cast<std::size_t>(n), {}};
  if (errno == EAGAIN || errno == EWOULDBLOCK) return {0, boost::asio::error::would_block};
  return {0, error_code(errno, boost::system::system_category())};
}

// sendfile(2) has no MSG_NOSIGNAL, and a library neither ignores signals for the whole program nor
// lets a peer that has gone end it.
class without_sigpipe {
 public:
  without_sigpipe() noexcept {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  // The signal is this thread's own: take back what was raised here.
  ~without_sigpipe() {
    const int error = errno;
    if (sigismember(&before_, SIGPIPE) == 0) {
      const timespec at_once{};
      if (raised_) sigtimedwait(&pipe_, nullptr, &at_once);
      pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    errno = error;
  }
  without_sigpipe(const without_sigpipe&) = delete;
  without_sigpipe& operator=(const without_sigpipe&) = delete;
  void note(ssize_t n) noexcept { raised_ = n < 0 && errno == EPIPE; }

 private:
  sigset_t pipe_;
  sigset_t before_;
  bool raised_ = false;
};

// recv and send, but no cancellation points (pthreads(7)), which in a program with threads cost
// 2 % of a small request. Sanitizers want to see the functions.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ASIO_HTTPD_SEES_CALLS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define ASIO_HTTPD_SEES_CALLS 1
#endif
#endif

#if defined(ASIO_HTTPD_SEES_CALLS) || !defined(SYS_recvfrom) || !defined(SYS_sendto)
ssize_t plain_recv(int socket, char* data, std::size_t size) noexcept {
  return ::recv(socket, data, size, 0);
}
ssize_t plain_send(int socket, std::string_view data, int flags) noexcept {
  return ::send(socket, data.data(), data.size(), flags);
}
#else
ssize_t plain_recv(int socket, char* data, std::size_t size) noexcept {
  return ::syscall(SYS_recvfrom, socket, data, size, 0, nullptr, nullptr);
}
ssize_t plain_send(int socket, std::string_view data, int flags) noexcept {
  return ::syscall(SYS_sendto, socket, data.data(), data.size(), flags, nullptr, 0);
}
#endif

iovec piece(std::string_view text) noexcept {
  return {const_cast<char*>(text.data()), text.size()};
}

}  // namespace

io_result receive(int socket, char* data, std::size_t size) noexcept {
  return result_of([=] { return plain_recv(socket, data, size); });
}

io_result send(int socket, std::string_view first, std::string_view second, bool more) noexcept {
  const int flags = MSG_NOSIGNAL | (more ? MSG_MORE : 0);
  if (second.empty()) {
    return result_of([=] { return plain_send(socket, first, flags); });
  }
  iovec pieces[] = {piece(first), piece(second)};
  msghdr message{};
  message.msg_iov = first.empty() ? pieces + 1 : pieces;
  message.msg_iovlen = first.empty() ? 1 : 2;
  return result_of([&] { return ::sendmsg(socket, &message, flags); });
}

peer_state look_at_peer(int socket) noexcept {
  char unused;
  const io_result found =
      result_of([&] { return ::recv(socket, &unused, 1, MSG_PEEK | MSG_DONTWAIT); });
  if (found.error == boost::asio::error::would_block) return peer_state::silent;
  return found.error || found.size == 0 ? peer_state::gone : peer_state::has_sent;
}

bool peer_has_ended(int socket) noexcept {
  pollfd state{socket, POLLRDHUP, 0};
  return ::poll(&state, 1, 0) > 0 && (state.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

std::uint64_t unsent(int socket) noexcept {
  int waiting = 0;
  return ::ioctl(socket, SIOCOUTQ, &waiting) == 0 && waiting > 0
             ? static_cast<std::uint64_t>(waiting)
             : 0;
}

void reset_on_close(int socket) noexcept {
  const linger at_once{1, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

io_result send_file(int socket, int file, std::uint64_t offset, std::size_t size) noexcept {
  auto position = static_cast<off_t>(offset);
  return result_of([&] { return ::sendfile(socket, file, &position, size); });
}

io_result send_file_without_sigpipe(int socket, int file, std::uint64_t offset,
                                    std::size_t size) noexcept {
  without_sigpipe guard;
  auto position = static_cast<off_t>(offset);
  return result_of([&] {
    const ssize_t n = ::sendfile(socket, file, &position, size);
    guard.note(n);
    return n;
  });
}

}  // namespace asio_httpd::net::socket_io
