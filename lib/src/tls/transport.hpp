// SPDX-License-Identifier: BSL-1.0
//
// TLS over another transport, at the server's side.
//
// The handshake happens inside `read` (and `write`, for protocols in which the server speaks
// first). What one call receives and what it encrypts goes through buffers of the thread, so that a
// connection at rest holds none: one receive for what is there, one send for several records.
// Records that the inner transport did not take are kept here, and so are bytes behind what a
// caller had room for. What was encrypted counts as written only when it was taken.

#pragma once

#include "net/transport.hpp"

#include <memory>

namespace asio_httpd::tls {

class context;

// Throws nothing but for want of memory.
std::unique_ptr<net::transport> accept(std::shared_ptr<context> c,
                                       std::unique_ptr<net::transport> plain);

}  // namespace asio_httpd::tls
