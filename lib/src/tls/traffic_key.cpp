// SPDX-License-Identifier: BSL-1.0

#include "tls/traffic_key.hpp"

#include "tls/openssl.hpp"
#include "tls/record_stream.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <algorithm>
#include <memory>
#include <new>

namespace asio_httpd::tls {
namespace {

using context_ptr = std::unique_ptr<EVP_CIPHER_CTX, freed_by<&EVP_CIPHER_CTX_free>>;
using kdf_context_ptr = std::unique_ptr<EVP_KDF_CTX, freed_by<&EVP_KDF_CTX_free>>;

// What fails here, fails for want of memory.
void must(int ok) {
  if (ok != 1) throw std::bad_alloc();
}

unsigned char* bytes(char* text) noexcept {
  return reinterpret_cast<unsigned char*>(text);
}

const unsigned char* bytes(const char* text) noexcept {
  return reinterpret_cast<const unsigned char*>(text);
}

// TLS 1.2 to who looks at it from outside (RFC 8446 section 5.2).
std::array<char, record_header_size> header_of(std::size_t size) noexcept {
  return {static_cast<char>(record_type::application_data), 3, 3, static_cast<char>(size >> 8),
          static_cast<char>(size & 0xff)};
}

// Null where OpenSSL has none, as it is set up here.
EVP_KDF* key_derivation() {
  static EVP_KDF* const found = EVP_KDF_fetch(nullptr, OSSL_KDF_NAME_TLS1_3_KDF, nullptr);
  return found;
}

OSSL_PARAM octets(const char* name, const void* at, std::size_t size) noexcept {
  return OSSL_PARAM_construct_octet_string(name, const_cast<void*>(at), size);
}

}  // namespace

struct traffic_key::algorithm {
  algorithm(const char* cipher_name, const char* digest_name, std::size_t key, std::size_t hash)
      : cipher(EVP_CIPHER_fetch(nullptr, cipher_name, nullptr)),
        digest(digest_name),
        key_size(key),
        hash_size(hash) {}

  const EVP_CIPHER* cipher;  // for good; null where there is none
  const char* digest;
  std::size_t key_size;
  std::size_t hash_size;
};

const traffic_key::algorithm& traffic_key::algorithm_of(cipher_suite suite) {
  switch (suite) {
    case cipher_suite::aes_128_gcm_sha256: {
      static const algorithm aes_128("AES-128-GCM", "SHA256", 16, 32);
      return aes_128;
    }
    case cipher_suite::aes_256_gcm_sha384: {
      static const algorithm aes_256("AES-256-GCM", "SHA384", 32, 48);
      return aes_256;
    }
    case cipher_suite::chacha20_poly1305_sha256: {
      static const algorithm chacha("ChaCha20-Poly1305", "SHA256", 32, 32);
      return chacha;
    }
  }
  static const algorithm unknown("", "", 0, 0);
  return unknown;
}

bool traffic_key::is_available(cipher_suite suite) {
  return algorithm_of(suite).cipher != nullptr && key_derivation() != nullptr;
}

// --- the cipher ----------------------------------------------------------------------------------

// A context of the thread, for one direction. A key costs 0.2 µs to set; a record's nonce does not.
// It keeps the last key until another one's turn.
class traffic_key::cipher {
 public:
  enum class direction : int { open = 0, seal = 1 };

  explicit cipher(direction d) : direction_(d), context_(need(EVP_CIPHER_CTX_new())) {}
  cipher(const cipher&) = delete;
  cipher& operator=(const cipher&) = delete;
  ~cipher() { OPENSSL_cleanse(key_.data(), key_.size()); }

  void begin(const traffic_key& k, const std::array<unsigned char, 12>& nonce, const char* header) {
    const bool is_same =
        algorithm_ == &k.algorithm_ && CRYPTO_memcmp(key_.data(), k.key_.data(), key_.size()) == 0;
    const EVP_CIPHER* const changed = algorithm_ == &k.algorithm_ ? nullptr : k.algorithm_.cipher;
    algorithm_ = nullptr;
    must(EVP_CipherInit_ex2(context_.get(), changed, is_same ? nullptr : k.key_.data(),
                            nonce.data(), static_cast<int>(direction_), nullptr));
    algorithm_ = &k.algorithm_;
    key_ = k.key_;
    int n = 0;
    must(EVP_CipherUpdate(context_.get(), nullptr, &n, bytes(header), record_header_size));
  }
  char* add(const char* from, std::size_t size, char* to) {
    int n = 0;
    if (size != 0) {
      must(EVP_CipherUpdate(context_.get(), bytes(to), &n, bytes(from), static_cast<int>(size)));
    }
    return to + n;
  }
  // Both give or take the tag at `tag`.
  void end_sealing(char* tag) {
    int n = 0;
    must(EVP_CipherFinal_ex(context_.get(), bytes(tag), &n));
    must(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, tag_size, tag));
  }
  bool end_opening(const char* tag, char* to) {
    must(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, tag_size,
                             const_cast<char*>(tag)));
    int n = 0;
    return EVP_CipherFinal_ex(context_.get(), bytes(to), &n) == 1;
  }

 private:
  const direction direction_;
  const context_ptr context_;
  const algorithm* algorithm_ = nullptr;
  std::array<unsigned char, 32> key_{};
};

// What closes once the thread's own objects are gone, as a connection of a global object does, says
// nothing any more.
traffic_key::cipher& traffic_key::this_threads(bool seals) {
  constinit static thread_local bool is_over = false;
  struct pair {
    ~pair() { is_over = true; }
    cipher opens{cipher::direction::open};
    cipher seals{cipher::direction::seal};
  };
  if (is_over) throw std::bad_alloc();
  thread_local pair ciphers;
  return seals ? ciphers.seals : ciphers.opens;
}

// --- keys ----------------------------------------------------------------------------------------

traffic_key::traffic_key(cipher_suite suite, std::string_view secret, std::uint64_t next)
    : suite_(suite), algorithm_(algorithm_of(suite)), next_(next) {
  std::copy_n(secret.data(), std::min(secret.size(), algorithm_.hash_size), secret_.data());
  derive_keys();
}

traffic_key::~traffic_key() {
  OPENSSL_cleanse(secret_.data(), secret_.size());
  OPENSSL_cleanse(key_.data(), key_.size());
  OPENSSL_cleanse(iv_.data(), iv_.size());
}

void traffic_key::derive_keys() {
  derive("key", key_.data(), algorithm_.key_size);
  derive("iv", iv_.data(), iv_.size());
}

void traffic_key::renew() {
  std::array<unsigned char, 48> next{};
  derive("traffic upd", next.data(), algorithm_.hash_size);
  secret_ = next;
  OPENSSL_cleanse(next.data(), next.size());
  next_ = 0;
  derive_keys();
}

// HKDF-Expand-Label (RFC 8446 section 7.1), without a context.
void traffic_key::derive(std::string_view label, unsigned char* to, std::size_t size) const {
  int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, const_cast<char*>(algorithm_.digest),
                                       0),
      octets(OSSL_KDF_PARAM_KEY, secret_.data(), algorithm_.hash_size),
      octets(OSSL_KDF_PARAM_PREFIX, "tls13 ", 6),
      octets(OSSL_KDF_PARAM_LABEL, label.data(), label.size()),
      OSSL_PARAM_construct_end(),
  };
  const kdf_context_ptr context(need(EVP_KDF_CTX_new(key_derivation())));
  must(EVP_KDF_derive(context.get(), to, size, parameters));
}

// RFC 8446 section 5.3.
std::array<unsigned char, 12> traffic_key::next_nonce() noexcept {
  auto nonce = iv_;
  const std::uint64_t number = next_++;
  for (std::size_t i = 0; i < 8; ++i) {
    nonce[11 - i] ^= static_cast<unsigned char>(number >> (8 * i));
  }
  return nonce;
}

// --- records -------------------------------------------------------------------------------------

void traffic_key::seal(record_type type, std::string_view first, std::string_view second,
                       base::byte_buffer& to) {
  cipher& c = this_threads(true);
  const std::size_t size = first.size() + second.size() + overhead;
  const auto header = header_of(size);
  to.prepare(header.size() + size);
  char* at = std::copy(header.begin(), header.end(), to.write_position());
  c.begin(*this, next_nonce(), header.data());
  at = c.add(first.data(), first.size(), at);
  at = c.add(second.data(), second.size(), at);
  const char last = static_cast<char>(type);
  c.end_sealing(c.add(&last, 1, at));
  to.commit(header.size() + size);
}

std::optional<traffic_key::opened> traffic_key::open(std::string_view record, char* to) {
  cipher& c = this_threads(false);
  if (record.size() < record_header_size + overhead) return std::nullopt;
  const std::string_view sealed = record.substr(record_header_size);
  const std::size_t size = sealed.size() - tag_size;
  c.begin(*this, next_nonce(), record.data());
  char* const end = c.add(sealed.data(), size, to);
  if (!c.end_opening(sealed.data() + size, end)) return std::nullopt;
  std::size_t last = size;
  while (last != 0 && to[last - 1] == '\0') --last;
  if (last == 0) return opened{};
  return opened{last - 1, static_cast<record_type>(to[last - 1])};
}

}  // namespace asio_httpd::tls
