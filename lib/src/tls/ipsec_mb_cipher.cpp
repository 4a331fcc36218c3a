// SPDX-License-Identifier: BSL-1.0

#include "tls/ipsec_mb_cipher.hpp"

#ifdef ASIO_HTTPD_HAS_IPSEC_MB

#include "tls/openssl.hpp"
#include "tls/record_stream.hpp"

#include <intel-ipsec-mb.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/provider.h>

#include <optional>
#include <string_view>

namespace asio_httpd::tls {
namespace {

struct functions {
  aes_gcm_pre_t expand;
  aes_gcm_init_t init;
  aes_gcm_enc_dec_update_t encrypt;
  aes_gcm_enc_dec_finalize_t end_encrypting;
  aes_gcm_enc_dec_update_t decrypt;
  aes_gcm_enc_dec_finalize_t end_decrypting;
};

struct both_sizes {
  functions aes_128;
  functions aes_256;
};

both_sizes functions_of(const IMB_MGR& m) noexcept {
  return {{m.gcm128_pre, m.gcm128_init, m.gcm128_enc_update, m.gcm128_enc_finalize,
           m.gcm128_dec_update, m.gcm128_dec_finalize},
          {m.gcm256_pre, m.gcm256_init, m.gcm256_enc_update, m.gcm256_enc_finalize,
           m.gcm256_dec_update, m.gcm256_dec_finalize}};
}

// The library takes the processor's word for wide registers. An operating system that does not save
// them forbids their use as well, which is an illegal instruction; the compiler's runtime asks
// both.
bool may_use_registers(std::uint64_t features) noexcept {
  if ((features & IMB_FEATURE_AVX) != 0 && !__builtin_cpu_supports("avx")) return false;
  return (features & IMB_FEATURE_AVX512F) == 0 || __builtin_cpu_supports("avx512f");
}

// Sets it up, and lets it test itself.
bool is_usable(IMB_MGR& made) {
  if (!may_use_registers(made.features)) return false;
  init_mb_mgr_auto(&made, nullptr);
  constexpr auto needed = IMB_FEATURE_AESNI | IMB_FEATURE_PCLMULQDQ | IMB_FEATURE_SELF_TEST_PASS;
  return imb_get_errno(&made) == 0 && (made.features & needed) == needed;
}

// Who has set OpenSSL up to use another provider, as one of FIPS 140 is, wants that one.
bool has_openssl_default_provider() {
  const std::unique_ptr<EVP_CIPHER, freed_by<&EVP_CIPHER_free>> cipher(
      EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr));
  if (cipher == nullptr) return false;
  const OSSL_PROVIDER* const from = EVP_CIPHER_get0_provider(cipher.get());
  return from != nullptr && std::string_view(OSSL_PROVIDER_get0_name(from)) == "default";
}

// Nothing where it has none that are made for this processor, or they fail its own test. The
// manager, 200 KB, is for work in the background, and not needed by them.
std::optional<both_sizes> find_functions() {
  if (!has_openssl_default_provider()) return std::nullopt;
  const std::unique_ptr<IMB_MGR, freed_by<&free_mb_mgr>> made(alloc_mb_mgr(0));
  if (made == nullptr || !is_usable(*made)) return std::nullopt;
  return functions_of(*made);
}

const std::optional<both_sizes>& found() {
  static const std::optional<both_sizes> functions = find_functions();
  return functions;
}

class ipsec_mb_cipher final : public record_cipher {
 public:
  explicit ipsec_mb_cipher(direction d) : direction_(d) {}
  ~ipsec_mb_cipher() override {
    OPENSSL_cleanse(&key_, sizeof key_);
    OPENSSL_cleanse(&record_, sizeof record_);
  }

  char* add(const char* from, std::size_t size, char* to) override {
    const auto update = direction_ == direction::seal ? call_.encrypt : call_.decrypt;
    if (size != 0) update(&key_, &record_, bytes(to), bytes(from), size);
    return to + size;
  }

  void end_sealing(char* tag) override {
    call_.end_encrypting(&key_, &record_, bytes(tag), tag_size);
  }

  bool end_opening(const char* tag) override {
    unsigned char made[tag_size];
    call_.end_decrypting(&key_, &record_, made, tag_size);
    return CRYPTO_memcmp(made, tag, tag_size) == 0;
  }

 private:
  void set_key(cipher_suite suite, const key& k) override {
    call_ = suite == cipher_suite::aes_128_gcm_sha256 ? found()->aes_128 : found()->aes_256;
    call_.expand(k.data(), &key_);
  }

  void start(const nonce& n, const char* header) override {
    call_.init(&key_, &record_, n.data(), bytes(header), record_header_size);
  }

  const direction direction_;
  functions call_{};
  // Its code needs 16 and would like 64, which its header says to those alone who define LINUX.
  alignas(64) gcm_key_data key_{};
  gcm_context_data record_{};
};

}  // namespace

bool has_ipsec_mb_cipher(cipher_suite suite) {
  return suite != cipher_suite::chacha20_poly1305_sha256 && found().has_value();
}

std::unique_ptr<record_cipher> make_ipsec_mb_cipher(record_cipher::direction d) {
  return std::make_unique<ipsec_mb_cipher>(d);
}

}  // namespace asio_httpd::tls

#else

namespace asio_httpd::tls {

bool has_ipsec_mb_cipher(cipher_suite) {
  return false;
}

std::unique_ptr<record_cipher> make_ipsec_mb_cipher(record_cipher::direction) {
  return nullptr;
}

}  // namespace asio_httpd::tls

#endif
