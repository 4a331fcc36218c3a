// SPDX-License-Identifier: BSL-1.0
//
// TLS (RFC 8446, RFC 5246) for a listener: which certificates it shows, and what it asks of
// clients.
//
//   return run(routes, {.listen = {{"*:443", tls_options{{{"chain.pem", "key.pem"}}}}, "*:80"}});
//
// What is not said here is as Mozilla's "intermediate" configuration has it: TLS 1.2 and 1.3,
// forward secrecy and AEAD ciphers only, no compression, no renegotiation. Files are read when the
// server starts, and again within a second after they have changed; open connections do not notice.
// What cannot be used then is told in the log, and what was used before goes on.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace asio_httpd {

// The files of a certificate and its private key, in PEM.
struct tls_certificate {
  // The chain: the server's own certificate first, then those that signed it, without the root.
  std::string certificate;
  std::string key;
  // An OCSP response (RFC 6960, DER) to be stapled, which another program keeps fresh; "" for none.
  std::string ocsp = {};

  friend bool operator==(const tls_certificate&, const tls_certificate&) = default;
};

enum class tls_version : std::uint8_t { tls_1_2, tls_1_3 };

// "TLSv1.2" or "TLSv1.3". Static storage.
constexpr std::string_view to_string(tls_version v) noexcept {
  return v == tls_version::tls_1_2 ? "TLSv1.2" : "TLSv1.3";
}

// Whether clients are asked for a certificate, which `tls_options::client_ca` has to have signed.
enum class client_certificates : std::uint8_t {
  off,
  optional,  // a client without one is served; one with a bad one is not
  required,
};

struct tls_options {
  // At least one. Of several, the client gets the one for the name that it asks for (SNI, RFC 6066
  // section 3; wildcards as in RFC 6125), and the first where none is for that name. Several for
  // the same name are to differ in their algorithm, as ECDSA beside RSA.
  std::vector<tls_certificate> certificates;
  tls_version minimum = tls_version::tls_1_2;
  // Offered by ALPN (RFC 7301), beside HTTP/1.1.
  bool http2 = true;
  client_certificates clients = client_certificates::off;
  // A PEM file of those who sign the clients' certificates.
  std::string client_ca = {};
  // Clients may resume sessions for some hours by tickets (RFC 8446 section 4.6.1), whose keys are
  // made anew every hour, in memory only.
  bool session_tickets = true;
  // From the first large file of a connection on, what is sent is encrypted in the kernel, where it
  // can (TLS 1.3), so that files go to the socket by sendfile(2).
  bool kernel_tls = true;

  friend bool operator==(const tls_options&, const tls_options&) = default;
};

// What is known of the TLS connection that a request came on.
struct tls_info {
  tls_version version = tls_version::tls_1_3;
  std::string cipher;          // "TLS_AES_128_GCM_SHA256"
  std::string server_name;     // as the client asked for it (SNI); "" where it did not
  std::string protocol;        // by ALPN: "h2", "http/1.1"; "" where the client offered none
  bool resumed = false;        // by a ticket
  std::string client_subject;  // of the client's certificate, which was verified, as RFC 4514 has
                               // it: "CN=alice,O=Example"; "" where it has none
};

}  // namespace asio_httpd
