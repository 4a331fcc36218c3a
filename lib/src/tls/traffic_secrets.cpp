// SPDX-License-Identifier: BSL-1.0

#include "tls/traffic_secrets.hpp"

#include <openssl/crypto.h>

#include <charconv>

namespace asio_httpd::tls {
namespace {

traffic_secrets* listener_of(const SSL* connection) noexcept {
  return static_cast<traffic_secrets*>(SSL_get_app_data(connection));
}

}  // namespace

traffic_secrets::~traffic_secrets() {
  for (secret* s : {&client_, &server_}) OPENSSL_cleanse(s->bytes.data(), s->bytes.size());
}

void traffic_secrets::prepare(SSL_CTX* of) {
  SSL_CTX_set_keylog_callback(of, [](const SSL* connection, const char* line) {
    if (auto* const listener = listener_of(connection)) listener->hear_line(line);
  });
}

// Headers of records are told in the order in which they are made, and so are the secrets.
void traffic_secrets::listen_to(SSL* connection) noexcept {
  SSL_set_app_data(connection, this);
  SSL_set_msg_callback(
      connection, [](int is_written, int, int type, const void*, std::size_t, SSL*, void* self) {
        if (is_written != 0 && type == SSL3_RT_HEADER) {
          ++static_cast<traffic_secrets*>(self)->records_sent_;
        }
      });
  SSL_set_msg_callback_arg(connection, this);
}

void traffic_secrets::leave(SSL* connection) noexcept {
  SSL_set_app_data(connection, nullptr);
  SSL_set_msg_callback(connection, nullptr);
}

// "LABEL client_random secret", as in the files that SSLKEYLOGFILE names.
void traffic_secrets::hear_line(std::string_view line) noexcept {
  const std::string_view label = line.substr(0, line.find(' '));
  const std::string_view value = line.substr(line.rfind(' ') + 1);
  if (label == "CLIENT_TRAFFIC_SECRET_0") {
    client_.read(value);
  } else if (label == "SERVER_TRAFFIC_SECRET_0") {
    server_.read(value);
    records_sent_ = 0;
  }
}

void traffic_secrets::secret::read(std::string_view hexadecimal) noexcept {
  size = 0;
  if (hexadecimal.size() > 2 * bytes.size()) return;
  for (; hexadecimal.size() >= 2; hexadecimal.remove_prefix(2)) {
    unsigned char byte = 0;
    std::from_chars(hexadecimal.data(), hexadecimal.data() + 2, byte, 16);
    bytes[size++] = static_cast<char>(byte);
  }
}

}  // namespace asio_httpd::tls
