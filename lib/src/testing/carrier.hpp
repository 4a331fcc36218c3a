// SPDX-License-Identifier: BSL-1.0
//
// What can be put between a client's pipe and a server: real sockets (socket_carrier), TLS
// (tls_carrier), HTTP/2 (http2_carrier). Several in a row are a way: the one that translates the
// client's text comes first, the one that is nearest to the server last.
//
// Nothing moves but in `carry`, on the thread of the test.

#pragma once

#include "net/transport.hpp"

#include <asio_httpd/testing/protocol.hpp>

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace asio_httpd::testing {

// Of pipes between a carrier and the server, in bytes: little, so that a client that does not read
// is noticed soon.
inline constexpr std::size_t pipe_capacity = 32 * 1024;

class carrier {
 public:
  virtual ~carrier() = default;
  // The transport that the server's side gets; `pipe` is the other end of the client's.
  virtual std::unique_ptr<net::transport> connect(std::unique_ptr<net::transport> pipe,
                                                  const net::endpoint& remote) = 0;
  // Moves what can be moved; whether there was anything. Throws `error` where the server sends what
  // its protocol forbids, and where the client's text cannot be sent in it.
  virtual bool carry() = 0;
};

enum class socket_waiting : std::uint8_t { by_asio, by_poller };

// How connections are carried.
struct carriage {
  protocol speaks = protocol::http1;
  std::optional<socket_waiting> sockets = {};  // none: pipes in memory and nothing else

  // Of the servers that are made from now on.
  static carriage of_new_servers;
};

std::vector<std::unique_ptr<carrier>> make_carriers(boost::asio::io_context& context,
                                                    const carriage& how);

}  // namespace asio_httpd::testing
