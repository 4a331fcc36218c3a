// SPDX-License-Identifier: BSL-1.0
//
// What OpenSSL reads records from and writes them to: a BIO over a record_stream.
//
// Where the kernel encrypts what is sent, a BIO of OpenSSL's for the socket is below: it gives the
// kernel the keys, and sends what is no text of ours (tickets, alerts), as much as is taken.

#pragma once

#include "tls/openssl.hpp"
#include "tls/record_stream.hpp"

namespace asio_httpd::tls {

// Whether the kernel has TLS; asks it once.
bool kernel_has_tls() noexcept;

// For `stream`, which has to live as long.
bio_ptr make_record_bio(record_stream& stream);

}  // namespace asio_httpd::tls
