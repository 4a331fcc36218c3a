// SPDX-License-Identifier: BSL-1.0
//
// System calls on the socket; Asio only waits.

#include "net/socket_transport.hpp"

#include <boost/asio/error.hpp>

#include <cerrno>

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace asio_httpd::net {
namespace {

io_result result_of(ssize_t n) noexcept {
  if (n >= 0) return {static_cast<std::size_t>(n), {}};
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) {
    return {0, boost::asio::error::would_block};
  }
  return {0, error_code(errno, boost::system::system_category())};
}

iovec piece(std::string_view text) noexcept {
  return {const_cast<char*>(text.data()), text.size()};
}

}  // namespace

template <class Executor>
socket_transport<Executor>::socket_transport(const Executor& executor, int descriptor,
                                             const endpoint& remote)
    : descriptor_(executor, descriptor), remote_(remote) {}

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
  auto position = static_cast<off_t>(offset);
  return result_of(::sendfile(handle(), descriptor, &position, size));
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
