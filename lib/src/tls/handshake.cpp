// SPDX-License-Identifier: BSL-1.0

#include "tls/handshake.hpp"

#include "tls/credentials.hpp"
#include "tls/failure.hpp"
#include "tls/openssl_records.hpp"
#include "tls/protected_records.hpp"
#include "tls/record_bio.hpp"

#include <openssl/err.h>

#include <utility>

namespace asio_httpd::tls {

handshake::handshake(std::shared_ptr<const credentials> c, record_stream& stream)
    : credentials_(std::move(c)), stream_(stream), ssl_(credentials_->new_connection()) {
  BIO* const bio = make_record_bio(stream).release();
  SSL_set_bio(ssl_.get(), bio, bio);
  secrets_.listen_to(ssl_.get());
}

handshake::state handshake::go_on() {
  ERR_clear_error();
  return state_ = look(SSL_do_handshake(ssl_.get()));
}

handshake::state handshake::look(int result) const noexcept {
  if (result == 1) return state::done;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return state::under_way;
    case SSL_ERROR_ZERO_RETURN:
      return state::closed;
    default:
      return state::failed;
  }
}

std::string handshake::failure() {
  std::string why = take_failure(ssl_.get());
  ERR_clear_error();
  return why;
}

std::unique_ptr<record_layer> handshake::take_records() {
  traffic_secrets::leave(ssl_.get());
  if (auto ours = protected_by_us()) return ours;
  return std::make_unique<openssl_records>(std::move(ssl_), credentials_);
}

// Null where there is more to it: TLS 1.2, or a cipher that OpenSSL has but for itself.
std::unique_ptr<record_layer> handshake::protected_by_us() const {
  const SSL* const ssl = ssl_.get();
  const bool is_plain_case = SSL_version(ssl) == TLS1_3_VERSION && SSL_has_pending(ssl) == 0;
  if (!is_plain_case || secrets_.of_client().empty() || secrets_.of_server().empty()) return {};
  protected_records::keys keys;
  keys.suite = cipher_suite{SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(ssl))};
  if (!traffic_key::is_available(keys.suite)) return {};
  keys.to_read = secrets_.of_client();
  keys.to_write = secrets_.of_server();
  keys.written = secrets_.records_sent();
  // RFC 6066 section 4: 1 to 4 stand for 512 to 4,096.
  if (const auto asked = SSL_SESSION_get_max_fragment_length(SSL_get0_session(ssl));
      asked >= 1 && asked <= 4) {
    keys.most_text = std::size_t{256} << asked;
  }
  return std::make_unique<protected_records>(keys, stream_);
}

}  // namespace asio_httpd::tls
