// SPDX-License-Identifier: BSL-1.0
//
// A client's side of a TLS connection as a value: plain text and records go in and out. It knows no
// certificate but that of the test kit's servers, and asks for the name "test".
//
// A handshake that fails throws `error`, and so do records that are none.

#pragma once

#include "tls/openssl.hpp"

#include <string>
#include <string_view>

namespace asio_httpd::testing {

class tls_client {
 public:
  // `protocol` is what is offered by ALPN, and has to be agreed on: "h2" or "http/1.1".
  explicit tls_client(std::string_view protocol);

  // Whether the handshake is done; `write` is for then.
  bool is_established() const noexcept { return SSL_is_init_finished(ssl_.get()) == 1; }
  void write(std::string_view plain);
  // Nothing more is written.
  void end();
  // The records that have to be sent.
  std::string send();
  void receive(std::string_view records);
  // The plain text of what was received.
  std::string read();

 private:
  void shake_hands();
  void check(int result);

  std::string protocol_;
  tls::ssl_ptr ssl_;
  bool agreed_ = false;
};

}  // namespace asio_httpd::testing
