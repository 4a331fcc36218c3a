// SPDX-License-Identifier: BSL-1.0
//
// Whether a server could start with certificates, without starting one: for programs that look
// their configuration over.

#pragma once

#include <asio_httpd/tls.hpp>

namespace asio_httpd {

// Reads the files as a server does when it starts. Throws std::runtime_error with a sentence that
// names the file and what to do, the one that the server would throw.
void check_tls(const tls_options& options);

}  // namespace asio_httpd
