// SPDX-License-Identifier: BSL-1.0
//
// The kernel's TLS (its Documentation/networking/tls.rst): with our key, it encrypts what is
// written to a socket, so that files go there by sendfile(2). For sending only: reading would take
// a system call for each record, where we take all that is there.

#pragma once

#include "tls/traffic_key.hpp"

#include <string_view>

namespace asio_httpd::tls {

// Whether it has that; asks it once.
bool kernel_has_tls() noexcept;

// From now on, text that is written to `socket` becomes records under `key`, of which the next one
// has its number. All records before have been sent. False where the kernel cannot; then nothing
// has changed.
bool give_key_to_kernel(int socket, const traffic_key& key) noexcept;

// A record that is no text, behind that; it is missed where the socket does not take it at once.
void send_by_kernel(int socket, record_type type, std::string_view content) noexcept;

}  // namespace asio_httpd::tls
