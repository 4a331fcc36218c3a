// SPDX-License-Identifier: BSL-1.0
//
// The record layer of TLS 1.2: OpenSSL's, on an SSL whose handshake is done.

#pragma once

#include "tls/openssl.hpp"
#include "tls/record_layer.hpp"

#include <memory>

namespace asio_httpd::tls {

class credentials;

class openssl_records final : public record_layer {
 public:
  // What OpenSSL calls back for belongs to `c`.
  openssl_records(ssl_ptr connection, std::shared_ptr<const credentials> c) noexcept;

  std::size_t read(char* to, std::size_t size) override;
  bool has_text() const noexcept override;
  state peer() const noexcept override { return peer_; }
  std::size_t write(std::string_view first, std::string_view second) override;
  void close() override;

 private:
  void look();
  std::size_t write(std::string_view text);

  const std::shared_ptr<const credentials> credentials_;
  const ssl_ptr ssl_;
  state peer_ = state::open;
};

}  // namespace asio_httpd::tls
