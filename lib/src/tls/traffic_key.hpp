// SPDX-License-Identifier: BSL-1.0
//
// The protection of records in one direction (RFC 8446 sections 5.2, 5.3 and 7.3): the keys that a
// traffic secret stands for, and the number of the next record. Some hundred bytes: OpenSSL's
// context for the cipher, twenty times that, belongs to the thread and gets the key when it is
// another one's turn.

#pragma once

#include "base/byte_buffer.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace asio_httpd::tls {

// RFC 8446 section 5.1.
enum class record_type : std::uint8_t {
  invalid = 0,
  change_cipher_spec = 20,
  alert = 21,
  handshake = 22,
  application_data = 23,
};

// RFC 8446 section B.4; those that we offer.
enum class cipher_suite : std::uint16_t {
  aes_128_gcm_sha256 = 0x1301,
  aes_256_gcm_sha384 = 0x1302,
  chacha20_poly1305_sha256 = 0x1303,
};

class traffic_key {
 public:
  // What a record has beside its text, but for the header: its type, and the tag.
  static constexpr std::size_t tag_size = 16;
  static constexpr std::size_t overhead = 1 + tag_size;

  // For who seals in our place, and no longer than it takes to tell.
  struct material {
    cipher_suite suite;
    const unsigned char* key;  // of the suite's size
    const std::array<unsigned char, 12>& iv;
    std::uint64_t next;
  };
  struct opened {
    std::size_t size = 0;  // without padding
    record_type type = record_type::invalid;
  };

  // Whether OpenSSL has what it takes, as it is set up here.
  static bool is_available(cipher_suite suite);

  // For a suite that is available. `secret` is of the size of the suite's hash. `next` is the
  // number of the first record. Throws std::bad_alloc.
  traffic_key(cipher_suite suite, std::string_view secret, std::uint64_t next);
  traffic_key(const traffic_key&) = delete;
  traffic_key& operator=(const traffic_key&) = delete;
  ~traffic_key();

  // Appends a record with these two pieces, at most `most_plain_text` bytes.
  void seal(record_type type, std::string_view first, std::string_view second,
            base::byte_buffer& to);
  // Of a whole record with its header. `to` has room for its size less that of header and tag, and
  // holds nothing of use where the record is not genuine, which is nullopt.
  std::optional<opened> open(std::string_view record, char* to);
  // RFC 8446 section 7.2.
  void renew();
  material what_it_is() const noexcept { return {suite_, key_.data(), iv_, next_}; }
  // The number of the next record.
  std::uint64_t next() const noexcept { return next_; }

 private:
  struct algorithm;
  class cipher;

  static const algorithm& algorithm_of(cipher_suite suite);
  static cipher& this_threads(bool seals);
  void derive_keys();
  void derive(std::string_view label, unsigned char* to, std::size_t size) const;
  std::array<unsigned char, 12> next_nonce() noexcept;

  const cipher_suite suite_;
  const algorithm& algorithm_;
  std::array<unsigned char, 48> secret_{};
  std::array<unsigned char, 32> key_{};
  std::array<unsigned char, 12> iv_{};
  std::uint64_t next_;
};

}  // namespace asio_httpd::tls
