// SPDX-License-Identifier: BSL-1.0
//
// The keys of session tickets (RFC 8446 section 4.6.1, RFC 5077 section 4): made anew every hour,
// in memory only, shared by all listeners of a server. Older ones still open tickets as long as
// these live, so that nobody who has one keeps the key of a recorded session for longer.
// Thread-safe.

#pragma once

#include "tls/openssl.hpp"

#include <asio_httpd/clock.hpp>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <shared_mutex>

namespace asio_httpd::tls {

class ticket_keys {
 public:
  static constexpr std::chrono::hours period{1};
  static constexpr std::size_t kept = 5;
  // How long a ticket lives: the last key's last ticket, too.
  static constexpr std::chrono::hours lifetime = period * static_cast<int>(kept - 1);

  explicit ticket_keys(std::shared_ptr<const clock> c);
  ~ticket_keys();
  ticket_keys(const ticket_keys&) = delete;
  ticket_keys& operator=(const ticket_keys&) = delete;

  // What OpenSSL asks by SSL_CTX_set_tlsext_ticket_key_evp_cb: 1, go on; 2, and give a new ticket;
  // 0, not ours; -1, an error.
  int begin(unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
            bool is_new);

 private:
  struct key {
    std::array<unsigned char, 16> name{};
    std::array<unsigned char, 32> cipher{};
    std::array<unsigned char, 32> mac{};
    clock::time_point made{};
    bool is_set = false;
  };
  struct chosen {
    key what;
    bool is_current = false;
  };
  key current();
  std::optional<chosen> find(const unsigned char* name) const;
  void rotate(clock::time_point now);

  const std::shared_ptr<const clock> clock_;
  EVP_CIPHER* const algorithm_;
  mutable std::shared_mutex mutex_;
  std::array<key, kept> keys_;  // the newest first
};

}  // namespace asio_httpd::tls
