// SPDX-License-Identifier: BSL-1.0

#include "tls/openssl_cipher.hpp"

#include "tls/openssl.hpp"
#include "tls/record_stream.hpp"

namespace asio_httpd::tls {
namespace {

using context_ptr = std::unique_ptr<EVP_CIPHER_CTX, freed_by<&EVP_CIPHER_CTX_free>>;

// For good; null where OpenSSL has none.
const EVP_CIPHER* fetch(const char* name) {
  return EVP_CIPHER_fetch(nullptr, name, nullptr);
}

const EVP_CIPHER* cipher_of(cipher_suite suite) {
  static const EVP_CIPHER* const aes_128 = fetch("AES-128-GCM");
  static const EVP_CIPHER* const aes_256 = fetch("AES-256-GCM");
  static const EVP_CIPHER* const chacha = fetch("ChaCha20-Poly1305");
  switch (suite) {
    case cipher_suite::aes_128_gcm_sha256:
      return aes_128;
    case cipher_suite::aes_256_gcm_sha384:
      return aes_256;
    case cipher_suite::chacha20_poly1305_sha256:
      return chacha;
  }
  return nullptr;
}

class openssl_cipher final : public record_cipher {
 public:
  explicit openssl_cipher(direction d) : direction_(d), context_(need(EVP_CIPHER_CTX_new())) {}

  char* add(const char* from, std::size_t size, char* to) override {
    int n = 0;
    if (size != 0) {
      need(EVP_CipherUpdate(context_.get(), bytes(to), &n, bytes(from), static_cast<int>(size)));
    }
    return to + n;
  }

  void end_sealing(char* tag) override {
    int n = 0;
    need(EVP_CipherFinal_ex(context_.get(), bytes(tag), &n));
    need(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, tag_size, tag));
  }

  bool end_opening(const char* tag) override {
    need(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, tag_size,
                             const_cast<char*>(tag)));
    int n = 0;
    unsigned char nothing_more[tag_size];
    return EVP_CipherFinal_ex(context_.get(), nothing_more, &n) == 1;
  }

 private:
  void set_key(cipher_suite suite, const key& k) override {
    init(cipher_of(suite), k.data(), nullptr);
  }

  void start(const nonce& n, const char* header) override {
    init(nullptr, nullptr, n.data());
    int size = 0;
    need(EVP_CipherUpdate(context_.get(), nullptr, &size, bytes(header), record_header_size));
  }

  void init(const EVP_CIPHER* cipher, const unsigned char* key_bytes, const unsigned char* iv) {
    need(EVP_CipherInit_ex2(context_.get(), cipher, key_bytes, iv, static_cast<int>(direction_),
                            nullptr));
  }

  const direction direction_;
  const context_ptr context_;
};

}  // namespace

bool has_openssl_cipher(cipher_suite suite) {
  return cipher_of(suite) != nullptr;
}

std::unique_ptr<record_cipher> make_openssl_cipher(record_cipher::direction d) {
  return std::make_unique<openssl_cipher>(d);
}

}  // namespace asio_httpd::tls
