// SPDX-License-Identifier: BSL-1.0
//
// The AEAD that seals or opens a record (RFC 8446 section 5.2): a context that belongs to a thread,
// for one direction, and gets a connection's key when it is that one's turn. There are OpenSSL's
// ciphers, and for AES-GCM Intel's as well, which take a third of the time.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace asio_httpd::tls {

// RFC 8446 section B.4; those that we offer.
enum class cipher_suite : std::uint16_t {
  aes_128_gcm_sha256 = 0x1301,
  aes_256_gcm_sha384 = 0x1302,
  chacha20_poly1305_sha256 = 0x1303,
};

class record_cipher {
 public:
  enum class direction : int { open = 0, seal = 1 };
  using key = std::array<unsigned char, 32>;  // as much of it as the suite takes
  using nonce = std::array<unsigned char, 12>;
  static constexpr std::size_t tag_size = 16;

  // Finds and tests what all threads share, for which the first record would wait otherwise.
  static void prepare();
  // Whether there is one for the suite, as OpenSSL is set up here.
  static bool is_available(cipher_suite suite);
  // The calling thread's. Throws std::bad_alloc, also where the thread has ended its own objects.
  static record_cipher& this_threads(cipher_suite suite, direction d);

  record_cipher() = default;
  record_cipher(const record_cipher&) = delete;
  record_cipher& operator=(const record_cipher&) = delete;
  virtual ~record_cipher();

  // In this order, for each record: begin, add for each piece of it, and one of the two ends.
  // `header` is the record's. All throw std::bad_alloc.
  void begin(cipher_suite suite, const key& k, const nonce& n, const char* header);
  // Where it has written to, which is as much as was given. `to` may be `from`.
  virtual char* add(const char* from, std::size_t size, char* to) = 0;
  virtual void end_sealing(char* tag) = 0;
  // Whether the tag is right, and so what was opened.
  virtual bool end_opening(const char* tag) = 0;

 protected:
  virtual void set_key(cipher_suite suite, const key& k) = 0;
  virtual void start(const nonce& n, const char* header) = 0;

  // As libraries want them.
  static unsigned char* bytes(char* text) noexcept {
    return reinterpret_cast<unsigned char*>(text);
  }
  static const unsigned char* bytes(const char* text) noexcept {
    return reinterpret_cast<const unsigned char*>(text);
  }

 private:
  // The last key, until another one's turn: setting one takes longer than sealing 100 bytes.
  bool has_key_ = false;
  cipher_suite suite_{};
  key key_{};
};

}  // namespace asio_httpd::tls
