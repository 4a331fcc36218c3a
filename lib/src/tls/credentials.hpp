// SPDX-License-Identifier: BSL-1.0
//
// All that a listener shows and asks for, as its files were at one moment: an SSL_CTX for each
// group of certificates. Immutable; connections keep it, for the sake of OpenSSL's call-backs.

#pragma once

#include "tls/certificate.hpp"
#include "tls/certificate_choice.hpp"
#include "tls/ocsp.hpp"
#include "tls/openssl.hpp"
#include "tls/ticket_keys.hpp"

#include <asio_httpd/log.hpp>
#include <asio_httpd/tls.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace asio_httpd::tls {

class credentials {
 public:
  // Reads the files. Throws std::runtime_error: one sentence that names the file and what to do.
  static std::shared_ptr<credentials> load(const tls_options& options,
                                           std::shared_ptr<ticket_keys> keys, const log_sink& log);

  // For a new connection, which keeps this as long as it has the SSL.
  ssl_ptr new_connection() const;

 private:
  credentials(const tls_options& options, std::shared_ptr<ticket_keys> keys, const log_sink& log);
  ssl_ctx_ptr make(const certificate_choice::group& members, const tls_options& options);
  void add_certificate(SSL_CTX* to, const certificate& c, const std::string& path) const;
  void set_protocol(SSL_CTX* of, const tls_options& options) const;
  void set_tickets(SSL_CTX* of, bool on) const;
  static void set_callbacks(SSL_CTX* of, const tls_options& options);
  void load_ocsp(const std::vector<tls_certificate>& files, const log_sink& log);

  int choose_certificate(SSL* of) const;
  int staple(SSL* to) const;
  static const credentials& of(SSL* connection) noexcept;

  std::shared_ptr<ticket_keys> keys_;
  std::vector<certificate> certificates_;
  std::vector<ocsp_response> ocsp_;  // as many
  certificate_choice choice_;
  std::string session_context_;
  std::vector<ssl_ctx_ptr> contexts_;  // as many as groups
};

}  // namespace asio_httpd::tls
