// SPDX-License-Identifier: BSL-1.0
//
// SHA-256 and SHA-512 (FIPS 180-4) of bytes that come in pieces. By OpenSSL's libcrypto, which
// nothing else here knows of. An object belongs to one thread at a time.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace asio_httpd::features {

enum class digest_algorithm : std::uint8_t { sha_256, sha_512 };

class message_digest {
 public:
  // Throws std::runtime_error where the library does not offer it.
  explicit message_digest(digest_algorithm which);

  void update(std::string_view bytes);
  // The digest, as bytes; once.
  std::string finish();

  // In bytes: 32 or 64.
  static std::size_t size_of(digest_algorithm which) noexcept;

 private:
  struct context;
  struct frees {
    void operator()(context* c) const noexcept;
  };
  std::unique_ptr<context, frees> context_;
};

}  // namespace asio_httpd::features
