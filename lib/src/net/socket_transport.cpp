// SPDX-License-Identifier: BSL-1.0
//
// System calls on the socket; Asio only waits.

#include "net/socket_transport.hpp"

#include <boost/asio/error.hpp>

#include <cerrno>

#include <linux/sockios.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace asio_httpd::net {
namespace {

io_result result_of(ssize_t n) noexcept {
  if (n >= 0) return {static_cast<std::size_t>(n), {}};
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) {
    return {0, boost::asio::error::would_block};
  }
  return {0, error_code(errno, boost::system::system_category())};
}

// sendfile(2) has no MSG_NOSIGNAL, and a library neither ignores signals for the whole program nor
// lets a peer that has gone end it. On threads of our own SIGPIPE is blocked already.
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

ssize_t send_from(int file, int socket, off_t position, std::size_t size) noexcept {
  without_sigpipe guard;
  const ssize_t n = ::sendfile(socket, file, &position, size);
  guard.note(n);
  return n;
}

iovec piece(std::string_view text) noexcept {
  return {const_cast<char*>(text.data()), text.size()};
}

}  // namespace

template <class Executor>
socket_transport<Executor>::socket_transport(const Executor& executor, int descriptor,
                                             const endpoint& remote)
    : descriptor_(executor), remote_(remote) {
  error_code error;
  descriptor_.assign(descriptor, error);
  if (error) ::close(descriptor);  // the kernel's limit of watched descriptors
}

template <class Executor>
io_result socket_transport<Executor>::read(char* data, std::size_t size) noexcept {
  return result_of(::recv(handle(), data, size, 0));
}

template <class Executor>
io_result socket_transport<Executor>::write(std::string_view first, std::string_view second,
                                            bool more) noexcept {
  const int flags = MSG_NOSIGNAL | (more ? MSG_MORE : 0);
  if (second.empty()) return result_of(::send(handle(), first.data(), first.size(), flags));
  iovec pieces[] = {piece(first), piece(second)};
  msghdr message{};
  message.msg_iov = first.empty() ? pieces + 1 : pieces;
  message.msg_iovlen = first.empty() ? 1 : 2;
  return result_of(::sendmsg(handle(), &message, flags));
}

template <class Executor>
io_result socket_transport<Executor>::send_file(int descriptor, std::uint64_t offset,
                                                std::size_t size) noexcept {
  return result_of(send_from(descriptor, handle(), static_cast<off_t>(offset), size));
}

template <class Executor>
bool socket_transport<Executor>::peer_is_gone() const noexcept {
  char unused;
  const ssize_t n = ::recv(handle(), &unused, 1, MSG_PEEK | MSG_DONTWAIT);
  return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

template <class Executor>
void socket_transport<Executor>::async_wait(wait what, completion done) {
  const auto type = what == wait::read ? descriptor_type::wait_read : descriptor_type::wait_write;
  descriptor_.async_wait(type, [done = std::move(done)](error_code ec) mutable { done(ec); });
}

template <class Executor>
void socket_transport<Executor>::cancel() noexcept {
  error_code ignored;
  descriptor_.cancel(ignored);
}

template <class Executor>
void socket_transport<Executor>::shutdown_send() noexcept {
  ::shutdown(handle(), SHUT_WR);
}

template <class Executor>
void socket_transport<Executor>::close(bool reset) noexcept {
  if (!descriptor_.is_open()) return;
  if (reset) {
    const linger at_once{1, 0};
    ::setsockopt(handle(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  error_code ignored;
  descriptor_.close(ignored);
}

template <class Executor>
std::uint64_t socket_transport<Executor>::unsent() const noexcept {
  int waiting = 0;
  return ::ioctl(handle(), SIOCOUTQ, &waiting) == 0 && waiting > 0
             ? static_cast<std::uint64_t>(waiting)
             : 0;
}

template class socket_transport<boost::asio::io_context::executor_type>;
template class socket_transport<boost::asio::any_io_executor>;

}  // namespace asio_httpd::net
