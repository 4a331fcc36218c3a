// SPDX-License-Identifier: BSL-1.0
//
// What a handshake has led to, as far as anybody asks for it later.

#pragma once

#include "tls/openssl.hpp"

#include <asio_httpd/tls.hpp>

#include <string>
#include <string_view>

namespace asio_httpd::tls {

struct negotiated {
  tls_version version = tls_version::tls_1_3;
  bool is_resumed = false;
  std::string_view cipher;    // static storage
  std::string_view protocol;  // likewise
  std::string server_name;
  std::string client_subject;

  tls_info info() const;
};

// Of a connection whose handshake is done.
negotiated look_at(const SSL* connection);

}  // namespace asio_httpd::tls
