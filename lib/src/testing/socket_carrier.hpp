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
#include "testing/carrier.hpp"

#include <asio_httpd/file.hpp>

#include <boost/asio/io_context.hpp>

#include <memory>
#include <vector>

namespace asio_httpd::testing {

class socket_carrier final : public carrier {
 public:
  socket_carrier(boost::asio::io_context& context, socket_waiting w);
  ~socket_carrier() override;
  socket_carrier(const socket_carrier&) = delete;
  socket_carrier& operator=(const socket_carrier&) = delete;

  // Throws std::system_error.
  std::unique_ptr<net::transport> connect(std::unique_ptr<net::transport> pipe,
                                          const net::endpoint& remote) override;
  // Throws `error` where something does not arrive.
  bool carry() override;

 private:
  class bridge;
  std::unique_ptr<net::transport> make_transport(file& socket, const net::endpoint& remote);
  boost::asio::io_context& context_;
  std::shared_ptr<net::poller> poller_;  // null where Asio waits
  std::vector<std::unique_ptr<bridge>> bridges_;
};

}  // namespace asio_httpd::testing
