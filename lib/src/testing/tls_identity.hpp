// SPDX-License-Identifier: BSL-1.0
//
// The certificate and key of the servers of the test kit, for the name "test": made once in a
// process, signed by itself, and known to the kit's clients only.

#pragma once

#include "tls/context.hpp"
#include "tls/openssl.hpp"

#include <memory>
#include <string>

namespace asio_httpd::testing {

struct tls_identity {
  tls::x509_ptr certificate;
  tls::key_ptr key;
  // What the servers show.
  std::shared_ptr<tls::context> context;
};

// Throws std::runtime_error.
const tls_identity& the_tls_identity();

}  // namespace asio_httpd::testing
