// SPDX-License-Identifier: BSL-1.0
//
// A transport whose other end is in the same process: a pair of byte queues. Tests and in-process
// clients drive the real connection loop over it, without a port and without waiting.
//
// The pipe is bounded like a socket: a writer whose reader does not read is told would_block.
// Both ends are used from one thread, the one that runs the executor.

#pragma once

#include "net/transport.hpp"

#include <memory>
#include <string>

namespace asio_httpd::net {

// What both ends share.
struct memory_pipe;

// The peer's end.
class memory_peer {
 public:
  memory_peer() = default;
  explicit memory_peer(std::shared_ptr<memory_pipe> pipe) : pipe_(std::move(pipe)) {}

  // Always takes everything.
  void send(std::string_view bytes);
  // The end of what is sent; reading goes on.
  void shutdown_send();
  // Resets the connection: what is under way is lost.
  void reset();
  // Resets it when the server's end has read and written that many more bytes, both together.
  void reset_after(std::size_t bytes);
  // Takes what has come in; at most `most` bytes.
  std::string receive(std::size_t most = std::string::npos);
  // Nothing is taken from now on up to `receive`: how many bytes fit into the pipe before its
  // writer has to wait.
  void set_capacity(std::size_t bytes);
  // How many bytes the pipe takes from now on, however many are taken out of it; npos: no limit.
  void set_window(std::size_t bytes);
  // The other side said that it will send no more.
  bool at_end() const noexcept;
  // The other side closed.
  bool is_closed() const noexcept;

 private:
  std::shared_ptr<memory_pipe> pipe_;
};

struct memory_connection {
  std::unique_ptr<transport> server_end;
  memory_peer peer;
};

// `remote` is the address that the server's end shows.
memory_connection make_memory_connection(boost::asio::any_io_executor executor,
                                         const endpoint& remote = {});

}  // namespace asio_httpd::net
