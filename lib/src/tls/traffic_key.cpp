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

namespace asio_httpd::tls {
namespace {

using kdf_context_ptr = std::unique_ptr<EVP_KDF_CTX, freed_by<&EVP_KDF_CTX_free>>;

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

// Of the suite's hash and cipher (RFC 8446 section B.4).
struct sizes {
  const char* digest;
  std::size_t hash;
  std::size_t key;
};

sizes sizes_of(cipher_suite suite) noexcept {
  if (suite == cipher_suite::aes_256_gcm_sha384) return {"SHA384", 48, 32};
  const bool is_aes_128 = suite == cipher_suite::aes_128_gcm_sha256;
  return {"SHA256", 32, is_aes_128 ? std::size_t{16} : std::size_t{32}};
}

}  // namespace

bool traffic_key::is_available(cipher_suite suite) {
  return record_cipher::is_available(suite) && key_derivation() != nullptr;
}

// --- keys ----------------------------------------------------------------------------------------

traffic_key::traffic_key(cipher_suite suite, std::string_view secret, std::uint64_t next)
    : suite_(suite), next_(next) {
  std::copy_n(secret.data(), std::min(secret.size(), sizes_of(suite).hash), secret_.data());
  derive_keys();
}

traffic_key::~traffic_key() {
  OPENSSL_cleanse(secret_.data(), secret_.size());
  OPENSSL_cleanse(key_.data(), key_.size());
  OPENSSL_cleanse(iv_.data(), iv_.size());
}

void traffic_key::derive_keys() {
  derive("key", key_.data(), sizes_of(suite_).key);
  derive("iv", iv_.data(), iv_.size());
}

void traffic_key::renew() {
  std::array<unsigned char, 48> next{};
  derive("traffic upd", next.data(), sizes_of(suite_).hash);
  secret_ = next;
  OPENSSL_cleanse(next.data(), next.size());
  next_ = 0;
  derive_keys();
}

// HKDF-Expand-Label (RFC 8446 section 7.1), without a context.
void traffic_key::derive(std::string_view label, unsigned char* to, std::size_t size) const {
  const sizes suite = sizes_of(suite_);
  int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, const_cast<char*>(suite.digest), 0),
      octets(OSSL_KDF_PARAM_KEY, secret_.data(), suite.hash),
      octets(OSSL_KDF_PARAM_PREFIX, "tls13 ", 6),
      octets(OSSL_KDF_PARAM_LABEL, label.data(), label.size()),
      OSSL_PARAM_construct_end(),
  };
  const kdf_context_ptr context(need(EVP_KDF_CTX_new(key_derivation())));
  need(EVP_KDF_derive(context.get(), to, size, parameters));
}

// RFC 8446 section 5.3.
record_cipher::nonce traffic_key::next_nonce() noexcept {
  auto nonce = iv_;
  const std::uint64_t number = next_++;
  for (std::size_t i = 0; i < 8; ++i) {
    nonce[11 - i] ^= static_cast<unsigned char>(number >> (8 * i));
  }
  return nonce;
}

// --- records -------------------------------------------------------------------------------------

record_cipher& traffic_key::begin(record_cipher::direction d, const char* header) {
  record_cipher& cipher = record_cipher::this_threads(suite_, d);
  cipher.begin(suite_, key_, next_nonce(), header);
  return cipher;
}

void traffic_key::seal(record_type type, std::string_view first, std::string_view second,
                       base::byte_buffer& to) {
  const std::size_t size = first.size() + second.size() + overhead;
  const auto header = header_of(size);
  to.prepare(header.size() + size);
  char* at = std::copy(header.begin(), header.end(), to.write_position());
  record_cipher& cipher = begin(record_cipher::direction::seal, header.data());
  at = cipher.add(first.data(), first.size(), at);
  at = cipher.add(second.data(), second.size(), at);
  const char last = static_cast<char>(type);
  cipher.end_sealing(cipher.add(&last, 1, at));
  to.commit(header.size() + size);
}

std::optional<traffic_key::opened> traffic_key::open(std::string_view record, char* to) {
  if (record.size() < record_header_size + overhead) return std::nullopt;
  const std::string_view sealed = record.substr(record_header_size);
  const std::size_t size = sealed.size() - tag_size;
  record_cipher& cipher = begin(record_cipher::direction::open, record.data());
  cipher.add(sealed.data(), size, to);
  if (!cipher.end_opening(sealed.data() + size)) return std::nullopt;
  std::size_t last = size;
  while (last != 0 && to[last - 1] == '\0') --last;
  if (last == 0) return opened{};
  return opened{last - 1, static_cast<record_type>(to[last - 1])};
}

}  // namespace asio_httpd::tls
