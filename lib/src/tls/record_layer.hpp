// SPDX-License-Identifier: BSL-1.0
//
// What turns text into records and back once the handshake is done (RFC 8446 section 5): ours for
// TLS 1.3 (protected_records.hpp), OpenSSL's for TLS 1.2 (openssl_records.hpp).

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace asio_httpd::tls {

class record_layer {
 public:
  enum class state : std::uint8_t {
    open,
    closed,  // the peer has said goodbye: its text is whole
    failed,  // what it sent is no TLS; it was told so
  };

  virtual ~record_layer() = default;

  // The text of records that have come, at most `size` bytes; of 0, looks at them all the same.
  // What they ask for is answered.
  virtual std::size_t read(char* to, std::size_t size) = 0;
  // Text that was taken out of its record, but not read.
  virtual bool has_text() const noexcept = 0;
  virtual state peer() const noexcept = 0;
  // How much of it was written: all, unless this has failed.
  virtual std::size_t write(std::string_view first, std::string_view second) = 0;
  // Says goodbye.
  virtual void close() = 0;
  // Has the kernel make the records that are sent from now on, where it and this can; all of those
  // before have been sent.
  virtual void move_to_kernel(int) {}
  // It does: text goes to the socket as it is, not to `write`.
  virtual bool is_in_kernel() const noexcept { return false; }
};

}  // namespace asio_httpd::tls
