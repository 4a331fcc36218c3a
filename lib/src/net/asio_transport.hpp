// SPDX-License-Identifier: BSL-1.0
//
// A transport over a connected stream socket, TCP or Unix, that waits by Asio on whatever executor
// the user gave. Connections on threads of the server's own wait by net/poll_transport.

#pragma once

#include "net/socket_io.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

namespace asio_httpd::net {

class asio_transport final : public transport {
 public:
  // Owns `descriptor`, a connected, non-blocking stream socket. Where it cannot be waited for, it
  // is closed, and every operation fails.
  asio_transport(const boost::asio::any_io_executor& executor, int descriptor,
                 const endpoint& remote);

  io_result read(char* data, std::size_t size) noexcept override {
    return socket_io::receive(handle(), data, size);
  }
  io_result write(std::string_view first, std::string_view second, bool more) noexcept override {
    return socket_io::send(handle(), first, second, more);
  }
  io_result send_file(int descriptor, std::uint64_t offset, std::size_t size) noexcept override {
    return socket_io::send_file_without_sigpipe(handle(), descriptor, offset, size);
  }
  peer_state look_at_peer() noexcept override { return socket_io::look_at_peer(handle()); }
  bool peer_has_ended() const noexcept override { return socket_io::peer_has_ended(handle()); }
  void async_wait(wait what, completion done) override;
  void cancel() noexcept override;
  void shutdown_send() noexcept override;
  void close(bool reset) noexcept override;
  std::uint64_t unsent() const noexcept override { return socket_io::unsent(handle()); }
  const endpoint& remote() const noexcept override { return remote_; }
  int native_handle() const noexcept override { return handle(); }
  boost::asio::any_io_executor executor() const override { return descriptor().get_executor(); }

 private:
  boost::asio::posix::stream_descriptor& descriptor() const noexcept {
    return const_cast<boost::asio::posix::stream_descriptor&>(descriptor_);
  }
  int handle() const noexcept { return descriptor().native_handle(); }

  boost::asio::posix::stream_descriptor descriptor_;
  endpoint remote_;
};

}  // namespace asio_httpd::net
