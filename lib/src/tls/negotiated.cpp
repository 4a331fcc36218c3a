// SPDX-License-Identifier: BSL-1.0

#include "tls/negotiated.hpp"

#include "tls/client_verification.hpp"

namespace asio_httpd::tls {
namespace {

// One of those that we offer.
std::string_view protocol_of(const SSL* connection) noexcept {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(connection, &name, &size);
  const std::string_view chosen(reinterpret_cast<const char*>(name), size);
  for (std::string_view known : {std::string_view("h2"), std::string_view("http/1.1")}) {
    if (chosen == known) return known;
  }
  return {};
}

}  // namespace

tls_info negotiated::info() const {
  tls_info made;
  made.version = version;
  made.cipher = cipher;
  made.server_name = server_name;
  made.protocol = protocol;
  made.resumed = is_resumed;
  made.client_subject = client_subject;
  return made;
}

negotiated look_at(const SSL* connection) {
  negotiated made;
  made.version =
      SSL_version(connection) == TLS1_2_VERSION ? tls_version::tls_1_2 : tls_version::tls_1_3;
  made.is_resumed = SSL_session_reused(connection) != 0;
  made.cipher = SSL_CIPHER_standard_name(SSL_get_current_cipher(connection));
  made.protocol = protocol_of(connection);
  const char* const name = SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name);
  if (name != nullptr) made.server_name = name;
  made.client_subject = client_subject(connection);
  return made;
}

}  // namespace asio_httpd::tls
