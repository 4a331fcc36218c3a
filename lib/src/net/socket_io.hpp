// SPDX-License-Identifier: BSL-1.0
//
// The system calls on a connected, non-blocking stream socket, as transports need them: without
// signals, without blocking, with errors as values.

#pragma once

#include "net/transport.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace asio_httpd::net::socket_io {

io_result receive(int socket, char* data, std::size_t size) noexcept;
// As transport::write.
io_result send(int socket, std::string_view first, std::string_view second, bool more) noexcept;
peer_state look_at_peer(int socket) noexcept;
bool peer_has_ended(int socket) noexcept;
std::uint64_t unsent(int socket) noexcept;
// What was not sent yet is discarded when the socket is closed, and the peer is told by a reset.
void reset_on_close(int socket) noexcept;

// On a thread of the server's own, where SIGPIPE is blocked.
io_result send_file(int socket, int file, std::uint64_t offset, std::size_t size) noexcept;
// On any thread. Costs one or two system calls more.
io_result send_file_without_sigpipe(int socket, int file, std::uint64_t offset,
                                    std::size_t size) noexcept;

}  // namespace asio_httpd::net::socket_io
