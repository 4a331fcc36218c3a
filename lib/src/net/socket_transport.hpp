// SPDX-License-Identifier: BSL-1.0
//
// A transport over a connected stream socket, TCP or Unix.
//
// The class is a template on the executor only to spare connections on threads of our own the
// type-erased executor; two instances exist, both in the .cpp.

#pragma once

#include "net/transport.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <memory>

namespace asio_httpd::net {

template <class Executor>
class socket_transport final : public transport {
 public:
  // Owns `descriptor`, a connected, non-blocking stream socket. Where it cannot be waited for, it
  // is closed, and every operation fails.
  socket_transport(const Executor& executor, int descriptor, const endpoint& remote);

  io_result read(char* data, std::size_t size) noexcept override;
  io_result write(std::string_view first, std::string_view second, bool more) noexcept override;
  io_result send_file(int descriptor, std::uint64_t offset, std::size_t size) noexcept override;
  bool peer_is_gone() const noexcept override;
  void async_wait(wait what, completion done) override;
  void cancel() noexcept override;
  void shutdown_send() noexcept override;
  void close(bool reset) noexcept override;
  std::uint64_t unsent() const noexcept override;
  const endpoint& remote() const noexcept override { return remote_; }
  boost::asio::any_io_executor executor() const override {
    return const_cast<descriptor_type&>(descriptor_).get_executor();
  }

 private:
  using descriptor_type = boost::asio::posix::basic_stream_descriptor<Executor>;
  int handle() const noexcept { return const_cast<descriptor_type&>(descriptor_).native_handle(); }

  descriptor_type descriptor_;
  endpoint remote_;
};

extern template class socket_transport<boost::asio::io_context::executor_type>;
extern template class socket_transport<boost::asio::any_io_executor>;

}  // namespace asio_httpd::net
