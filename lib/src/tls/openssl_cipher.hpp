// SPDX-License-Identifier: BSL-1.0
//
// The ciphers of records as OpenSSL has them: all suites, on every machine.

#pragma once

#include "tls/record_cipher.hpp"

namespace asio_httpd::tls {

// As its configuration has it: a provider may lack one.
bool has_openssl_cipher(cipher_suite suite);
std::unique_ptr<record_cipher> make_openssl_cipher(record_cipher::direction d);

}  // namespace asio_httpd::tls
