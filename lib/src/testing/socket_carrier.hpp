// SPDX-License-Identifier: BSL-1.0
//
// Connections of the test kit over real TCP sockets: the server's end is a transport as clients
// over the network have it, the client's end stays a pipe in memory, and what passes one comes to
// the other by way of the kernel. So the tests that are written for pipes try the sockets as well.
//
// Nothing moves but in `carry`, and nothing is left on its way when it returns false: how much is
// in the kernel is known from what both ends have read and written, and waited for.
//
// Not the same as in memory: how much the server can write before it has to wait (the kernel's
// buffers come on top of the pipe), and when exactly a connection breaks.

#pragma once

#include "net/poller.hpp"
#include "net/transport.hpp"

#include <asio_httpd/file.hpp>

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace asio_httpd::testing {

class socket_carrier {
 public:
  enum class waiting : std::uint8_t { by_asio, by_poller };
  // Of the servers that are made from now on; empty: pipes in memory and nothing else.
  static std::optional<waiting> of_new_servers;

  socket_carrier(boost::asio::io_context& context, waiting w);
  ~socket_carrier();
  socket_carrier(const socket_carrier&) = delete;
  socket_carrier& operator=(const socket_carrier&) = delete;

  // The transport for the server; `pipe` is the other end of the client's. Throws
  // std::system_error. `carry` throws `error` where something does not arrive.
  std::unique_ptr<net::transport> connect(std::unique_ptr<net::transport> pipe,
                                          const net::endpoint& remote);
  // Moves what can be moved; whether there was anything.
  bool carry();

 private:
  class bridge;
  std::unique_ptr<net::transport> make_transport(file& socket, const net::endpoint& remote);
  boost::asio::io_context& context_;
  std::shared_ptr<net::poller> poller_;  // null where Asio waits
  std::vector<std::unique_ptr<bridge>> bridges_;
};

}  // namespace asio_httpd::testing
