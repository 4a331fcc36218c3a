// SPDX-License-Identifier: BSL-1.0
//
// Options of listening sockets; connections inherit those that concern them.

#pragma once

#include <chrono>

namespace asio_httpd {

struct socket_options {
  // Connections that wait to be accepted; the kernel's net.core.somaxconn is the limit.
  int backlog = 4096;
  bool reuse_address = true;
  // A listening socket for each thread, among which the kernel spreads connections.
  bool reuse_port = false;
  bool keep_alive = false;
  bool no_delay = true;
  // TCP_DEFER_ACCEPT: the kernel keeps a connection back until its first bytes are there, for about
  // so long. Spares work where most connections carry one request, and hides those that send
  // nothing; not for protocols in which the server speaks first. 0: off.
  std::chrono::seconds defer_accept{0};
  // For [::]: IPv6 only, instead of IPv4 too.
  bool v6_only = false;
  // The permissions of a Unix socket's file.
  unsigned unix_mode = 0666;
};

}  // namespace asio_httpd
