// SPDX-License-Identifier: BSL-1.0
//
// The door for in-process clients: a server that listens nowhere and is given its connections.
// And for tests: one that is told which files are in the kernel's memory.

#pragma once

#include "net/page_cache.hpp"
#include "net/transport.hpp"

#include <asio_httpd/server.hpp>

#include <memory>

namespace asio_httpd {

struct server_access {
  // As `start`, without a listener. For a server on the user's executor.
  static void start_without_listeners(server& s);
  // Serves this connection. On the transport's executor.
  static void adopt(server& s, std::unique_ptr<net::transport> t);
  // Before the first connection. `pages` must outlive the server and its executor's context.
  static void use(server& s, net::page_cache& pages);
};

}  // namespace asio_httpd
