// SPDX-License-Identifier: BSL-1.0

#include "tls/record_cipher.hpp"

#include "tls/ipsec_mb_cipher.hpp"
#include "tls/openssl_cipher.hpp"

#include <openssl/crypto.h>

#include <new>

namespace asio_httpd::tls {
namespace {

// Made when there is something to do.
struct ciphers_of_one_direction {
  explicit ciphers_of_one_direction(record_cipher::direction d) : direction(d) {}

  record_cipher& of(cipher_suite suite) {
    if (has_ipsec_mb_cipher(suite)) return made(ipsec_mb, make_ipsec_mb_cipher);
    return made(openssl, make_openssl_cipher);
  }
  template <class Make>
  record_cipher& made(std::unique_ptr<record_cipher>& kept, Make make) {
    if (kept == nullptr) kept = make(direction);
    return *kept;
  }

  const record_cipher::direction direction;
  std::unique_ptr<record_cipher> ipsec_mb;
  std::unique_ptr<record_cipher> openssl;
};

}  // namespace

void record_cipher::prepare() {
  has_ipsec_mb_cipher(cipher_suite::aes_128_gcm_sha256);
}

bool record_cipher::is_available(cipher_suite suite) {
  return has_openssl_cipher(suite);
}

// What closes once the thread's own objects are gone, as a connection of a global object does, says
// nothing any more.
record_cipher& record_cipher::this_threads(cipher_suite suite, direction d) {
  constinit static thread_local bool is_over = false;
  struct all {
    ~all() { is_over = true; }
    ciphers_of_one_direction opens{direction::open};
    ciphers_of_one_direction seals{direction::seal};
  };
  if (is_over) throw std::bad_alloc();
  thread_local all ciphers;
  return (d == direction::seal ? ciphers.seals : ciphers.opens).of(suite);
}

record_cipher::~record_cipher() {
  OPENSSL_cleanse(key_.data(), key_.size());
}

void record_cipher::begin(cipher_suite suite, const key& k, const nonce& n, const char* header) {
  const bool is_same =
      has_key_ && suite == suite_ && CRYPTO_memcmp(key_.data(), k.data(), k.size()) == 0;
  if (!is_same) {
    has_key_ = false;
    set_key(suite, k);
    suite_ = suite;
    key_ = k;
    has_key_ = true;
  }
  start(n, header);
}

}  // namespace asio_httpd::tls
