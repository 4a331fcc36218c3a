// SPDX-License-Identifier: BSL-1.0
//
// System calls on the socket; Asio only waits.

#include "net/asio_transport.hpp"

#include <sys/socket.h>
#include <unistd.h>

namespace asio_httpd::net {

asio_transport::asio_transport(const boost::asio::any_io_executor& executor, int descriptor,
                               const endpoint& remote)
    : descriptor_(executor), remote_(remote) {
  error_code error;
  descriptor_.assign(descriptor, error);
  if (error) ::close(descriptor);  // the kernel's limit of watched descriptors
}

void asio_transport::async_wait(wait what, completion done) {
  using descriptor = boost::asio::posix::stream_descriptor;
  const auto type = what == wait::read ? descriptor::wait_read : descriptor::wait_write;
  descriptor_.async_wait(type, [done = std::move(done)](error_code ec) mutable { done(ec); });
}

void asio_transport::cancel() noexcept {
  error_code ignored;
  descriptor_.cancel(ignored);
}

void asio_transport::shutdown_send() noexcept {
  ::shutdown(handle(), SHUT_WR);
}

void asio_transport::close(bool reset) noexcept {
  if (!descriptor_.is_open()) return;
  if (reset) socket_io::reset_on_close(handle());
  error_code ignored;
  descriptor_.close(ignored);
}

}  // namespace asio_httpd::net
