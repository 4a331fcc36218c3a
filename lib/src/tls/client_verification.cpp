// SPDX-License-Identifier: BSL-1.0

#include "tls/client_verification.hpp"

#include "tls/certificate.hpp"
#include "tls/watched_file.hpp"

#include <openssl/err.h>

#include <stdexcept>

namespace asio_httpd::tls {
namespace {

constexpr int deepest_chain = 8;

std::string digest_of(const std::string& text) {
  unsigned char sum[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), sum, &size, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("TLS: cannot make a digest: " + take_error());
  }
  return {reinterpret_cast<const char*>(sum), size};
}

int mode_of(client_certificates asked) {
  if (asked == client_certificates::off) return SSL_VERIFY_NONE;
  const int required = asked == client_certificates::required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
  return SSL_VERIFY_PEER | required;
}

}  // namespace

client_verification::client_verification(const tls_options& options)
    : mode_(mode_of(options.clients)) {
  std::string pem;
  if (mode_ != SSL_VERIFY_NONE) {
    if (options.client_ca.empty()) {
      throw std::runtime_error(
          "TLS: clients are asked for certificates, but client_ca names no file of who signs them");
    }
    pem = read_whole_file(options.client_ca, "clients' authorities");
    authorities_ = parse_certificates(pem, "clients' authorities", options.client_ca);
  }
  fingerprint_ = digest_of(std::to_string(mode_) + ' ' + pem);
}

// The names go to the client, which chooses a certificate by them.
void client_verification::apply(SSL_CTX* to) const {
  SSL_CTX_set_verify(to, mode_, nullptr);
  if (mode_ == SSL_VERIFY_NONE) return;
  SSL_CTX_set_verify_depth(to, deepest_chain);
  X509_STORE* store = need(X509_STORE_new());
  SSL_CTX_set_cert_store(to, store);
  for (const auto& authority : authorities_) {
    if (X509_STORE_add_cert(store, authority.get()) != 1) throw std::bad_alloc();
    if (SSL_CTX_add_client_CA(to, authority.get()) != 1) throw std::bad_alloc();
  }
}

std::string client_subject(const SSL* connection) {
  const X509* shown = SSL_get0_peer_certificate(connection);
  if (shown == nullptr) return {};
  const bio_ptr text(need(BIO_new(BIO_s_mem())));
  X509_NAME_print_ex(text.get(), X509_get_subject_name(shown), 0, XN_FLAG_RFC2253);
  char* data = nullptr;
  const long size = BIO_get_mem_data(text.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace asio_httpd::tls
