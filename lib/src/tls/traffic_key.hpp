// SPDX-License-Identifier: BSL-1.0
//
// The protection of records in one direction (RFC 8446 sections 5.2, 5.3 and 7.3): the keys that a
// traffic secret stands for, and the number of the next record. Some hundred bytes: the context of
// a cipher, up to twenty times that, belongs to the thread.

#pragma once

#include "base/byte_buffer.hpp"
#include "tls/record_cipher.hpp"

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

class traffic_key {
 public:
  // What a record has beside its text, but for the header: its type, and the tag.
  static constexpr std::size_t tag_size = record_cipher::tag_size;
  static constexpr std::size_t overhead = 1 + tag_size;

  // For who seals in our place, and no longer than it takes to tell.
  struct material {
    cipher_suite suite;
    const unsigned char* key;  // of the suite's size
    const record_cipher::nonce& iv;
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
  void derive_keys();
  void derive(std::string_view label, unsigned char* to, std::size_t size) const;
  record_cipher& begin(record_cipher::direction d, const char* header);
  record_cipher::nonce next_nonce() noexcept;

  const cipher_suite suite_;
  std::array<unsigned char, 48> secret_{};
  record_cipher::key key_{};
  record_cipher::nonce iv_{};
  std::uint64_t next_;
};

}  // namespace asio_httpd::tls
