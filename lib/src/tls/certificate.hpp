// SPDX-License-Identifier: BSL-1.0
//
// A certificate with its chain and its key, as read from PEM files, and the names that it is for.

#pragma once

#include "tls/openssl.hpp"

#include <asio_httpd/tls.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace asio_httpd::tls {

struct certificate {
  x509_ptr leaf;
  std::vector<x509_ptr> chain;  // behind the leaf, as the file has them
  key_ptr key;
  std::vector<std::string> names;  // of subjectAltName, in lower case: "a.test", "*.a.test"
  int algorithm = 0;               // of the key: EVP_PKEY_EC, EVP_PKEY_RSA, ...

  // Throws std::runtime_error: one sentence that names the file and what to do.
  static certificate load(const tls_certificate& files);
  // The certificate that signed the leaf, where the chain has it (or the leaf has signed itself).
  X509* issuer() const noexcept;
  // Seconds from now on; negative where it has expired.
  std::int64_t seconds_left() const noexcept;
};

// Every certificate of a PEM text. Throws as above; `what` and `path` say what it is.
std::vector<x509_ptr> parse_certificates(const std::string& pem, const std::string& what,
                                         const std::string& path);

}  // namespace asio_httpd::tls
