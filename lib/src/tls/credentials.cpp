// SPDX-License-Identifier: BSL-1.0
//
// What an SSL_CTX is told, in Mozilla's "intermediate" terms, and what it asks back.

#include "tls/credentials.hpp"

#include "tls/client_verification.hpp"
#include "tls/traffic_secrets.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <utility>

namespace asio_httpd::tls {
namespace {

// Ours first: AES-128 is the cheapest, and what a client without AES in hardware puts first
// (SSL_OP_PRIORITIZE_CHACHA) is taken instead. All of them fit HTTP/2 (RFC 9113 section 9.2.2).
constexpr const char* ciphers_1_2 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* ciphers_1_3 =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* groups = "X25519:P-256:P-384";

void must(long ok, const char* what) {
  if (ok != 1)
    throw std::runtime_error(std::string("TLS: cannot set ") + what + ": " + take_error());
}

// RFC 7301 section 3.2. Both lists are of names, each behind its length.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned int offered_size, void* with_http2) {
  static constexpr unsigned char ours[] = "\x02h2\x08http/1.1";
  const unsigned skipped = with_http2 != nullptr ? 0 : 3;
  unsigned char* found = nullptr;
  const int result = SSL_select_next_proto(&found, size, ours + skipped, sizeof ours - 1 - skipped,
                                           offered, offered_size);
  if (result != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

std::vector<certificate> load_all(const std::vector<tls_certificate>& files) {
  if (files.empty()) throw std::runtime_error("TLS: no certificate is given; name at least one");
  std::vector<certificate> all;
  for (const tls_certificate& f : files) all.push_back(certificate::load(f));
  return all;
}

// Which a client of TLS 1.3 shows once (RFC 8446 appendix C.4): without another one, its next
// handshake would be a full one.
int give_next_ticket(const SSL* to, int found) {
  return found == 1 && SSL_version(to) == TLS1_3_VERSION ? 2 : found;
}

void warn(const log_sink& log, const std::string& text) {
  if (log) log(log_level::warning, text);
}

}  // namespace

std::shared_ptr<credentials> credentials::load(const tls_options& options,
                                               std::shared_ptr<ticket_keys> keys,
                                               const log_sink& log) {
  ERR_clear_error();
  return std::shared_ptr<credentials>(new credentials(options, std::move(keys), log));
}

credentials::credentials(const tls_options& options, std::shared_ptr<ticket_keys> keys,
                         const log_sink& log)
    : keys_(std::move(keys)),
      certificates_(load_all(options.certificates)),
      choice_(certificates_) {
  const client_verification clients(options);
  session_context_ = clients.fingerprint();
  for (const auto& group : choice_.groups()) {
    contexts_.push_back(make(group, options));
    clients.apply(contexts_.back().get());
  }
  load_ocsp(options.certificates, log);
  for (std::size_t i = 0; i < certificates_.size(); ++i) {
    if (certificates_[i].seconds_left() >= 0) continue;
    warn(log, "TLS: the certificate \"" + options.certificates[i].certificate +
                  "\" has expired; clients will refuse it until it is renewed");
  }
}

ssl_ctx_ptr credentials::make(const certificate_choice::group& members,
                              const tls_options& options) {
  ssl_ctx_ptr made(need(SSL_CTX_new(TLS_server_method())));
  set_protocol(made.get(), options);
  set_tickets(made.get(), options.session_tickets);
  set_callbacks(made.get(), options);
  for (std::size_t i : members) {
    add_certificate(made.get(), certificates_[i], options.certificates[i].certificate);
  }
  SSL_CTX_set_app_data(made.get(), this);
  return made;
}

// Our chain is sent as it is; nothing is looked up to complete it.
void credentials::add_certificate(SSL_CTX* to, const certificate& c,
                                  const std::string& path) const {
  const auto refuse = [&path] {
    throw std::runtime_error("TLS: the certificate \"" + path +
                             "\" cannot be used: " + take_error() +
                             "; make one with an ECDSA key (P-256), or RSA of 2048 bits");
  };
  if (SSL_CTX_use_certificate(to, c.leaf.get()) != 1) refuse();
  if (SSL_CTX_use_PrivateKey(to, c.key.get()) != 1) refuse();
  for (const auto& signer : c.chain) {
    if (SSL_CTX_add1_chain_cert(to, signer.get()) != 1) refuse();
  }
}

void credentials::set_protocol(SSL_CTX* of, const tls_options& options) const {
  const bool only_1_3 = options.minimum == tls_version::tls_1_3;
  must(SSL_CTX_set_min_proto_version(of, only_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION), "a version");
  must(SSL_CTX_set_max_proto_version(of, TLS1_3_VERSION), "a version");
  must(SSL_CTX_set_cipher_list(of, ciphers_1_2), "the ciphers");
  must(SSL_CTX_set_ciphersuites(of, ciphers_1_3), "the ciphers");
  must(SSL_CTX_set1_groups_list(of, groups), "the groups");
  SSL_CTX_set_options(of, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                              SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
#ifdef SSL_OP_NO_RECORD_SIZE_LIMIT_EXT  // RFC 8449, of which a record layer of ours would not hear
  SSL_CTX_set_options(of, SSL_OP_NO_RECORD_SIZE_LIMIT_EXT);
#endif
  SSL_CTX_set_mode(of, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
}

// One ticket a handshake: a browser needs one connection for HTTP/2, and gets the next ticket on
// it; each costs a tenth of a handshake.
void credentials::set_tickets(SSL_CTX* of, bool on) const {
  const auto* id = reinterpret_cast<const unsigned char*>(session_context_.data());
  must(SSL_CTX_set_session_id_context(of, id, static_cast<unsigned>(session_context_.size())),
       "the session context");
  SSL_CTX_set_session_cache_mode(of, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_timeout(of, std::chrono::seconds(ticket_keys::lifetime).count());
  if (!on) SSL_CTX_set_options(of, SSL_OP_NO_TICKET);
  must(SSL_CTX_set_num_tickets(of, on ? 1 : 0), "the number of tickets");
  const auto callback = [](SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                           EVP_MAC_CTX* mac, int is_new) {
    const int found = credentials::of(ssl).keys_->begin(name, iv, cipher, mac, is_new != 0);
    return is_new != 0 ? found : give_next_ticket(ssl, found);
  };
  SSL_CTX_set_tlsext_ticket_key_evp_cb(of, +callback);
}

void credentials::set_callbacks(SSL_CTX* of, const tls_options& options) {
  static char yes;
  SSL_CTX_set_alpn_select_cb(of, choose_protocol, options.http2 ? &yes : nullptr);
  const auto named = [](SSL* ssl, int*, void*) {
    return credentials::of(ssl).choose_certificate(ssl);
  };
  SSL_CTX_set_tlsext_servername_callback(of, +named);
  const auto status = [](SSL* ssl, void*) { return credentials::of(ssl).staple(ssl); };
  SSL_CTX_set_tlsext_status_cb(of, +status);
  traffic_secrets::prepare(of);
}

const credentials& credentials::of(SSL* connection) noexcept {
  return *static_cast<const credentials*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(connection)));
}

ssl_ptr credentials::new_connection() const {
  ssl_ptr made(need(SSL_new(contexts_.front().get())));
  SSL_set_accept_state(made.get());
  return made;
}

// A name that is not ours is not acknowledged (RFC 6066 section 3), and served all the same.
int credentials::choose_certificate(SSL* of) const {
  const char* name = SSL_get_servername(of, TLSEXT_NAMETYPE_host_name);
  if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
  const auto found = choice_.find(name);
  if (found.group != 0) SSL_set_SSL_CTX(of, contexts_[found.group].get());
  return found.by_name ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

// --- OCSP ----------------------------------------------------------------------------------------

void credentials::load_ocsp(const std::vector<tls_certificate>& files, const log_sink& log) {
  for (std::size_t i = 0; i < files.size(); ++i) {
    ocsp_.emplace_back();
    if (files[i].ocsp.empty()) continue;
    ocsp_.back() = ocsp_response::load(files[i].ocsp, certificates_[i]);
    if (!ocsp_.back().problem.empty()) warn(log, ocsp_.back().problem);
  }
}

int credentials::staple(SSL* to) const {
  const X509* shown = SSL_get_certificate(to);
  for (std::size_t i = 0; i < certificates_.size(); ++i) {
    if (certificates_[i].leaf.get() != shown || !ocsp_[i].is_fresh(std::time(nullptr))) continue;
    const std::string& der = ocsp_[i].der;
    void* copy = OPENSSL_memdup(der.data(), der.size());
    if (copy == nullptr) return SSL_TLSEXT_ERR_NOACK;
    SSL_set_tlsext_status_ocsp_resp(to, copy, static_cast<long>(der.size()));
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_NOACK;
}

}  // namespace asio_httpd::tls
