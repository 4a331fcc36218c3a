// SPDX-License-Identifier: BSL-1.0
//
// OpenSSL between two buffers.

#include "testing/tls_client.hpp"

#include "testing/tls_identity.hpp"

#include <asio_httpd/testing/error.hpp>

#include <openssl/err.h>

#include <array>

namespace asio_httpd::testing {
namespace {

tls::ssl_ctx_ptr make_context() {
  tls::ssl_ctx_ptr made(tls::need(SSL_CTX_new(TLS_client_method())));
  SSL_CTX_set_verify(made.get(), SSL_VERIFY_PEER, nullptr);
  X509_STORE_add_cert(SSL_CTX_get_cert_store(made.get()), the_tls_identity().certificate.get());
  return made;
}

SSL_CTX* the_context() {
  static const tls::ssl_ctx_ptr made = make_context();
  return made.get();
}

int size_of(std::string_view text) noexcept {
  return static_cast<int>(text.size());
}

}  // namespace

tls_client::tls_client(std::string_view protocol)
    : protocol_(protocol), ssl_(tls::need(SSL_new(the_context()))) {
  SSL_set_bio(ssl_.get(), tls::need(BIO_new(BIO_s_mem())), tls::need(BIO_new(BIO_s_mem())));
  SSL_set_connect_state(ssl_.get());
  SSL_set_tlsext_host_name(ssl_.get(), "test");
  SSL_set1_host(ssl_.get(), "test");
  const std::string offered = static_cast<char>(protocol_.size()) + protocol_;
  SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(offered.data()),
                      static_cast<unsigned>(offered.size()));
  shake_hands();
}

// What OpenSSL says to a result that is no success.
void tls_client::check(int result) {
  const int what = SSL_get_error(ssl_.get(), result);
  const bool goes_on = what == SSL_ERROR_NONE || what == SSL_ERROR_WANT_READ ||
                       what == SSL_ERROR_WANT_WRITE || what == SSL_ERROR_ZERO_RETURN;
  if (!goes_on) throw error("TLS: the client cannot go on: " + tls::take_error());
}

void tls_client::shake_hands() {
  ERR_clear_error();
  check(SSL_do_handshake(ssl_.get()));
  if (!is_established() || agreed_) return;
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  agreed_ = protocol_ == std::string_view(reinterpret_cast<const char*>(name), size);
  if (!agreed_) throw error("TLS: the server does not agree on the protocol \"" + protocol_ + '"');
}

void tls_client::write(std::string_view plain) {
  ERR_clear_error();
  if (!plain.empty()) check(SSL_write(ssl_.get(), plain.data(), size_of(plain)));
}

void tls_client::end() {
  ERR_clear_error();
  if (is_established()) SSL_shutdown(ssl_.get());
}

std::string tls_client::send() {
  BIO* const records = SSL_get_wbio(ssl_.get());
  std::string taken(BIO_ctrl_pending(records), '\0');
  if (!taken.empty()) BIO_read(records, taken.data(), size_of(taken));
  return taken;
}

void tls_client::receive(std::string_view records) {
  if (!records.empty()) BIO_write(SSL_get_rbio(ssl_.get()), records.data(), size_of(records));
  if (!is_established()) shake_hands();
}

std::string tls_client::read() {
  std::string plain;
  if (!is_established()) return plain;
  std::array<char, 16 * 1024> room;
  ERR_clear_error();
  for (;;) {
    const int n = SSL_read(ssl_.get(), room.data(), static_cast<int>(room.size()));
    if (n <= 0) return check(n), plain;
    plain.append(room.data(), static_cast<std::size_t>(n));
  }
}

}  // namespace asio_httpd::testing
