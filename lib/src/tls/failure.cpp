// SPDX-License-Identifier: BSL-1.0

#include "tls/failure.hpp"

#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>

namespace asio_httpd::tls {
namespace {

// Our words for what OpenSSL has none, or odd ones; "" for the rest.
std::string in_our_words(int reason, const SSL* connection) {
  switch (reason) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_UNKNOWN_PROTOCOL:
      return "no shared TLS version";
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return "client certificate required";
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
      return std::string("the client's certificate is refused: ") +
             X509_verify_cert_error_string(SSL_get_verify_result(connection));
    case SSL_R_NO_APPLICATION_PROTOCOL:
      return "no shared application protocol";
    case SSL_R_NO_SUITABLE_KEY_SHARE:
    case SSL_R_NO_SHARED_GROUPS:
      return "no shared group";
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
    case SSL_R_BAD_RECORD_TYPE:
      return "not TLS";
    default:
      return {};
  }
}

}  // namespace

std::string take_failure(const SSL* connection) {
  const unsigned long code = ERR_peek_error();
  if (ERR_GET_LIB(code) != ERR_LIB_SSL) return take_error();
  const int reason = ERR_GET_REASON(code);
  std::string text;
  if (reason >= SSL_AD_REASON_OFFSET) {
    text = std::string("the client said: ") +
           SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET);
  } else {
    text = in_our_words(reason, connection);
  }
  if (text.empty()) return take_error();
  ERR_clear_error();
  return text;
}

}  // namespace asio_httpd::tls
