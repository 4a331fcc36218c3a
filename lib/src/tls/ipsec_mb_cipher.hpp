// SPDX-License-Identifier: BSL-1.0
//
// AES-GCM of Intel's library for IPsec, where it was there when this was built: with the vector
// instructions for AES of today's processors (VAES), which OpenSSL has from 3.1 on, and without the
// quarter of a µs that each record costs in OpenSSL before its first byte. 16 KiB take 1.1 µs
// instead of 3.2.

#pragma once

#include "tls/record_cipher.hpp"

namespace asio_httpd::tls {

// Not on a processor without instructions for AES, and not where OpenSSL has its ciphers from
// another provider than its own default, as where it is held to FIPS 140.
bool has_ipsec_mb_cipher(cipher_suite suite);
// Where there is one for some suite.
std::unique_ptr<record_cipher> make_ipsec_mb_cipher(record_cipher::direction d);

}  // namespace asio_httpd::tls
