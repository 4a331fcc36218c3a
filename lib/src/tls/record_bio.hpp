// SPDX-License-Identifier: BSL-1.0
//
// What OpenSSL reads records from and writes them to: a BIO over a record_stream.

#pragma once

#include "tls/openssl.hpp"
#include "tls/record_stream.hpp"

namespace asio_httpd::tls {

// For `stream`, which has to live as long.
bio_ptr make_record_bio(record_stream& stream);

}  // namespace asio_httpd::tls
