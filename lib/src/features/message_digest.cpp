// SPDX-License-Identifier: BSL-1.0
//
// The EVP interface, which chooses the instructions of this processor.

#include "features/message_digest.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace asio_httpd::features {
namespace {

EVP_MD_CTX* evp(void* context) noexcept {
  return static_cast<EVP_MD_CTX*>(context);
}

void check(int result) {
  if (result != 1) throw std::runtime_error("asio_httpd: libcrypto computes no digest");
}

}  // namespace

void message_digest::frees::operator()(context* c) const noexcept {
  EVP_MD_CTX_free(evp(c));
}

message_digest::message_digest(digest_algorithm which)
    : context_(static_cast<context*>(static_cast<void*>(EVP_MD_CTX_new()))) {
  const EVP_MD* type = which == digest_algorithm::sha_256 ? EVP_sha256() : EVP_sha512();
  check(context_ ? EVP_DigestInit_ex(evp(context_.get()), type, nullptr) : 0);
}

void message_digest::update(std::string_view bytes) {
  check(EVP_DigestUpdate(evp(context_.get()), bytes.data(), bytes.size()));
}

std::string message_digest::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
  unsigned size = 0;
  check(EVP_DigestFinal_ex(evp(context_.get()), bytes.data(), &size));
  return std::string(bytes.begin(), bytes.begin() + size);
}

std::size_t message_digest::size_of(digest_algorithm which) noexcept {
  return which == digest_algorithm::sha_256 ? 32 : 64;
}

}  // namespace asio_httpd::features
