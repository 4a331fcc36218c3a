// SPDX-License-Identifier: BSL-1.0
//
// Clients' certificates: which are asked for, and as whom they make their owner known.

#pragma once

#include "tls/openssl.hpp"

#include <asio_httpd/tls.hpp>

#include <string>
#include <vector>

namespace asio_httpd::tls {

class client_verification {
 public:
  // Reads the file of the authorities, where clients are asked. Throws std::runtime_error.
  explicit client_verification(const tls_options& options);

  void apply(SSL_CTX* to) const;
  // Sessions that began under other rules are not resumed: differs where the rules differ.
  const std::string& fingerprint() const noexcept { return fingerprint_; }

 private:
  int mode_ = SSL_VERIFY_NONE;
  std::vector<x509_ptr> authorities_;
  std::string fingerprint_;
};

// "CN=alice,O=Example" (RFC 4514); "" where the client has shown none.
std::string client_subject(const SSL* connection);

}  // namespace asio_httpd::tls
