// SPDX-License-Identifier: BSL-1.0
//
// Certificates for tests, made in a moment and written into a scratch folder: an authority, and
// whoever it signs. All keys are ECDSA (P-256) but those that are wanted of RSA.

#pragma once

#include "support/scratch_folder.hpp"

#include <asio_httpd/tls.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace test_support {

class test_certificates {
 public:
  // Makes the authority "CN=Test CA,O=Example".
  test_certificates();
  ~test_certificates();

  enum class algorithm : std::uint8_t { ecdsa, rsa };
  struct wanted {
    std::vector<std::string> names = {};  // of DNS, or "IP:127.0.0.1"
    algorithm key = algorithm::ecdsa;
    std::string subject = "server";  // its CN; O is "Example"
    long days = 30;                  // from now on; -1: expired yesterday
    bool self_signed = false;        // and by nobody known
  };

  // Writes `<file>.pem`, with nothing but the certificate, and `<file>.key`.
  asio_httpd::tls_certificate make(const std::string& file, const wanted& w) const;
  // For 127.0.0.1, ::1 and localhost.
  asio_httpd::tls_certificate localhost() const;
  // The authority's own certificate.
  std::string authority() const { return folder_ / "ca.pem"; }
  // An OCSP response (DER) that is good from an hour ago for so many seconds from now on.
  std::string ocsp(const asio_httpd::tls_certificate& of, long seconds, bool revoked = false) const;

  const scratch_folder& folder() const noexcept { return folder_; }

 private:
  struct signer;
  scratch_folder folder_;
  std::unique_ptr<signer> authority_;
};

}  // namespace test_support
