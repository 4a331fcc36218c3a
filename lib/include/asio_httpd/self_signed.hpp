// SPDX-License-Identifier: BSL-1.0
//
// A certificate for development, which the server has signed itself: for localhost, 127.0.0.1, ::1
// and the name of this machine. Browsers ask before they take it, curl wants it by --cacert.
//
//   return run(routes, {.listen = {{"8443", tls_options{{self_signed_certificate("tls")}}}}});

#pragma once

#include <asio_httpd/tls.hpp>

#include <string>

namespace asio_httpd {

// The files `certificate.pem` and `key.pem` in `folder`, which is made where there is none. What is
// there is kept while it is valid for 7 more days; else a new pair (ECDSA, P-256) is made for a
// year. Several programs may do so at once. Throws std::runtime_error with a sentence.
tls_certificate self_signed_certificate(const std::string& folder);

}  // namespace asio_httpd
