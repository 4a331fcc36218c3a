// SPDX-License-Identifier: BSL-1.0
//
// What a handshake of TLS 1.3 has agreed on, heard from OpenSSL while it shakes hands: the traffic
// secrets, which it tells whoever asks for a key log, and how many records it has sent under ours.

#pragma once

#include "tls/openssl.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace asio_httpd::tls {

class traffic_secrets {
 public:
  traffic_secrets() = default;
  traffic_secrets(const traffic_secrets&) = delete;
  traffic_secrets& operator=(const traffic_secrets&) = delete;
  ~traffic_secrets();

  // Once for a context, of whose connections some are listened to.
  static void prepare(SSL_CTX* of);
  // As long as this and the connection live, or up to `leave`.
  void listen_to(SSL* connection) noexcept;
  static void leave(SSL* connection) noexcept;

  // Empty before they are known, and in TLS 1.2.
  std::string_view of_client() const noexcept { return client_.view(); }
  std::string_view of_server() const noexcept { return server_.view(); }
  // Records that the server has sent under its own.
  std::uint64_t records_sent() const noexcept { return records_sent_; }

 private:
  struct secret {
    std::array<char, 48> bytes{};
    std::size_t size = 0;
    std::string_view view() const noexcept { return {bytes.data(), size}; }
    void read(std::string_view hexadecimal) noexcept;
  };

  void hear_line(std::string_view line) noexcept;

  secret client_;
  secret server_;
  std::uint64_t records_sent_ = 0;
};

}  // namespace asio_httpd::tls
