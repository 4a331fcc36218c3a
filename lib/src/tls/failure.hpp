// SPDX-License-Identifier: BSL-1.0
//
// Why a handshake failed, in the words of a log line.

#pragma once

#include "tls/openssl.hpp"

#include <string>

namespace asio_httpd::tls {

// Takes the error from OpenSSL's queue: "no shared cipher", "the client said: unknown CA".
std::string take_failure(const SSL* connection);

}  // namespace asio_httpd::tls
