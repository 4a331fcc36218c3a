// SPDX-License-Identifier: BSL-1.0
//
// A transport over a connected stream socket, TCP or Unix, on a thread of the server's own, which
// waits by the thread's poller.
//
// It remembers what the kernel said of the socket: readable until a read found less than it asked
// for, writable until a write would have blocked (epoll(7), "edge-triggered"). Waiting for what is
// known to be possible costs nothing; a socket is registered when it first has to wait, and never
// where the first request is there at once and the connection ends with it.

#pragma once

#include "net/poller.hpp"
#include "net/socket_io.hpp"

namespace asio_httpd::net {

class poll_transport final : public transport, private poller::client {
 public:
  // Owns `descriptor`, a connected, non-blocking stream socket.
  poll_transport(std::shared_ptr<poller> p, int descriptor, const endpoint& remote) noexcept
      : poller_(std::move(p)), descriptor_(descriptor), remote_(remote) {}
  ~poll_transport() override { close(false); }

  io_result read(char* data, std::size_t size) noexcept override;
  io_result write(std::string_view first, std::string_view second, bool more) noexcept override;
  io_result send_file(int descriptor, std::uint64_t offset, std::size_t size) noexcept override;
  peer_state look_at_peer() noexcept override;
  bool peer_has_ended() const noexcept override { return socket_io::peer_has_ended(descriptor_); }
  void async_wait(wait what, completion done) override;
  void cancel() noexcept override;
  void shutdown_send() noexcept override;
  void close(bool reset) noexcept override;
  std::uint64_t unsent() const noexcept override { return socket_io::unsent(descriptor_); }
  const endpoint& remote() const noexcept override { return remote_; }
  int native_handle() const noexcept override { return descriptor_; }
  boost::asio::any_io_executor executor() const override { return poller_->executor(); }

 private:
  void on_events(std::uint32_t events) override;
  void on_shut_down() noexcept override;
  error_code watch(wait what);

  std::shared_ptr<poller> poller_;
  completion reader_;  // what waits; `call` is null where nothing does
  completion writer_;
  int descriptor_;
  endpoint remote_;
  bool readable_ = true;
  bool writable_ = true;
  bool ended_ = false;  // the peer sends no more, or worse: every read says something
  bool registered_ = false;
  bool watches_writing_ = false;
};

}  // namespace asio_httpd::net
