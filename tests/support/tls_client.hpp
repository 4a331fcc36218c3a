// SPDX-License-Identifier: BSL-1.0
//
// OpenSSL as a client, without a socket: bytes of records go in and out as strings.

#pragma once

#include "tls/openssl.hpp"

#include <openssl/ocsp.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace test_support {

struct tls_client_options {
  std::string server_name = {};
  std::string alpn = {};  // as it is sent: "\x02h2\x08http/1.1"
  int minimum = TLS1_2_VERSION;
  int maximum = TLS1_3_VERSION;
  std::string ciphers_1_2 = {};
  std::string ciphers_1_3 = {};
  std::string signature_algorithms = {};
  std::string certificate = {};  // PEM files; the first one with its chain
  std::string key = {};
  bool asks_for_ocsp = false;
  int max_fragment_length = 0;     // RFC 6066 section 4: 1 to 4
  SSL_SESSION* session = nullptr;  // to be resumed
};

class tls_client {
 public:
  explicit tls_client(const tls_client_options& o)
      : context_(asio_httpd::tls::need(SSL_CTX_new(TLS_client_method()))) {
    SSL_CTX* c = context_.get();
    SSL_CTX_set_security_level(c, 0);
    SSL_CTX_set_min_proto_version(c, o.minimum);
    SSL_CTX_set_max_proto_version(c, o.maximum);
    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_CLIENT);
    if (o.minimum < TLS1_2_VERSION) SSL_CTX_set_cipher_list(c, "ALL:@SECLEVEL=0");
    if (!o.ciphers_1_2.empty()) SSL_CTX_set_cipher_list(c, o.ciphers_1_2.c_str());
    if (!o.ciphers_1_3.empty()) SSL_CTX_set_ciphersuites(c, o.ciphers_1_3.c_str());
    if (!o.signature_algorithms.empty()) {
      SSL_CTX_set1_sigalgs_list(c, o.signature_algorithms.c_str());
    }
    if (!o.certificate.empty()) {
      SSL_CTX_use_certificate_chain_file(c, o.certificate.c_str());
      SSL_CTX_use_PrivateKey_file(c, o.key.c_str(), SSL_FILETYPE_PEM);
    }
    if (o.max_fragment_length != 0) {
      SSL_CTX_set_tlsext_max_fragment_length(c, static_cast<std::uint8_t>(o.max_fragment_length));
    }
    ssl_.reset(asio_httpd::tls::need(SSL_new(c)));
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(in_, -1);
    SSL_set_bio(ssl_.get(), in_, out_);
    SSL_set_connect_state(ssl_.get());
    if (!o.server_name.empty()) SSL_set_tlsext_host_name(ssl_.get(), o.server_name.c_str());
    if (!o.alpn.empty()) {
      SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(o.alpn.data()),
                          static_cast<unsigned>(o.alpn.size()));
    }
    if (o.asks_for_ocsp) SSL_set_tlsext_status_type(ssl_.get(), TLSEXT_STATUSTYPE_ocsp);
    if (o.session != nullptr) SSL_set_session(ssl_.get(), o.session);
  }

  // Goes on as far as it can. Text that the server sent is put behind `received`.
  void step() {
    char text[16 * 1024];
    for (;;) {
      clear_errors();
      const int n = SSL_read(ssl_.get(), text, sizeof text);
      if (n > 0) {
        received.append(text, static_cast<std::size_t>(n));
        continue;
      }
      const int why = SSL_get_error(ssl_.get(), n);
      if (why == SSL_ERROR_ZERO_RETURN) at_end = true;
      if (why == SSL_ERROR_SSL && error.empty()) error = asio_httpd::tls::take_error();
      return;
    }
  }
  void feed(std::string_view records) {
    BIO_write(in_, records.data(), static_cast<int>(records.size()));
  }
  std::string take_output() {
    char* data = nullptr;
    const long size = BIO_get_mem_data(out_, &data);
    std::string taken(data, static_cast<std::size_t>(size));
    (void)BIO_reset(out_);
    return taken;
  }
  // Encrypts; what comes of it is in `take_output`.
  bool write(std::string_view text) {
    return SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())) > 0;
  }
  void say_goodbye() { SSL_shutdown(ssl_.get()); }

  SSL* ssl() noexcept { return ssl_.get(); }
  bool is_established() { return SSL_is_init_finished(ssl_.get()) != 0; }
  // "server", of the certificate that was shown.
  std::string server_subject() {
    X509* shown = SSL_get0_peer_certificate(ssl_.get());
    if (shown == nullptr) return {};
    char name[200] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(shown), NID_commonName, name, sizeof name);
    return name;
  }
  std::string alpn() {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &name, &size);
    return {reinterpret_cast<const char*>(name), size};
  }
  std::string stapled() {
    const unsigned char* der = nullptr;
    const long size = SSL_get_tlsext_status_ocsp_resp(ssl_.get(), &der);
    return size > 0
               ? std::string(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size))
               : std::string();
  }
  // Of the last ticket; the caller owns it.
  SSL_SESSION* session() { return SSL_get1_session(ssl_.get()); }

  std::string received;
  std::string error;  // OpenSSL's words
  bool at_end = false;

 private:
  static void clear_errors() { asio_httpd::tls::take_error(); }

  asio_httpd::tls::ssl_ctx_ptr context_;
  asio_httpd::tls::ssl_ptr ssl_;
  BIO* in_ = nullptr;
  BIO* out_ = nullptr;
};

using session_ptr = std::unique_ptr<SSL_SESSION, asio_httpd::tls::freed_by<&SSL_SESSION_free>>;

}  // namespace test_support
