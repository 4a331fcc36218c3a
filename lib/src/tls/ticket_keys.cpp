// SPDX-License-Identifier: BSL-1.0

#include "tls/ticket_keys.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <new>
#include <stdexcept>
#include <utility>

namespace asio_httpd::tls {
namespace {

template <std::size_t Size>
void fill_by_chance(std::array<unsigned char, Size>& bytes) {
  if (RAND_bytes(bytes.data(), static_cast<int>(Size)) != 1) {
    throw std::runtime_error("TLS: there are no random numbers: " + take_error());
  }
}

}  // namespace

// The algorithm is fetched once: OpenSSL 3 looks it up by name otherwise, for each ticket.
ticket_keys::ticket_keys(std::shared_ptr<const clock> c)
    : clock_(std::move(c)), algorithm_(need(EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr))) {
  rotate(clock_->now());
}

ticket_keys::~ticket_keys() {
  OPENSSL_cleanse(keys_.data(), sizeof keys_);
  EVP_CIPHER_free(algorithm_);
}

void ticket_keys::rotate(clock::time_point now) {
  key fresh;
  fill_by_chance(fresh.name);
  fill_by_chance(fresh.cipher);
  fill_by_chance(fresh.mac);
  fresh.made = now;
  fresh.is_set = true;
  std::rotate(keys_.begin(), keys_.end() - 1, keys_.end());
  keys_.front() = fresh;
}

ticket_keys::key ticket_keys::current() {
  const auto now = clock_->now();
  {
    const std::shared_lock lock(mutex_);
    if (now < keys_.front().made + period) return keys_.front();
  }
  const std::unique_lock lock(mutex_);
  if (now >= keys_.front().made + period) rotate(now);
  return keys_.front();
}

std::optional<ticket_keys::chosen> ticket_keys::find(const unsigned char* name) const {
  const auto now = clock_->now();
  const std::shared_lock lock(mutex_);
  for (const key& k : keys_) {
    if (!k.is_set || std::memcmp(k.name.data(), name, k.name.size()) != 0) continue;
    if (now >= k.made + period + lifetime) return std::nullopt;
    return chosen{k, &k == keys_.data() && now < k.made + period};
  }
  return std::nullopt;
}

int ticket_keys::begin(unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                       EVP_MAC_CTX* mac, bool is_new) try {
  std::optional<chosen> k;
  if (is_new) {
    k = chosen{current(), true};
    std::copy(k->what.name.begin(), k->what.name.end(), name);
    if (RAND_bytes(iv, 16) != 1) return -1;
  } else {
    k = find(name);
    if (!k) return 0;
  }
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, k->what.mac.data(), k->what.mac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  const bool ok = EVP_CipherInit_ex2(cipher, algorithm_, k->what.cipher.data(), iv, is_new ? 1 : 0,
                                     nullptr) == 1 &&
                  EVP_MAC_CTX_set_params(mac, parameters) == 1;
  const int good = k->is_current ? 1 : 2;
  OPENSSL_cleanse(&k->what, sizeof k->what);
  return ok ? good : -1;
} catch (...) {
  return -1;
}

}  // namespace asio_httpd::tls
