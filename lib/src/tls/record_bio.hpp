// SPDX-License-Identifier: BSL-1.0
//
// What OpenSSL reads records from and writes them to: a BIO over functions of ours, which never
// block. Everything that is written is taken.
//
// Where the kernel encrypts what is sent, a BIO of OpenSSL's for the socket is below: it gives the
// kernel the keys, and sends what is no text of ours (tickets, alerts), as much as is taken.

#pragma once

#include "tls/openssl.hpp"

#include <cstddef>
#include <string_view>

namespace asio_httpd::tls {

class record_stream {
 public:
  enum class state { open, would_block, ended, failed };

  // Copies what is there, at most `size` bytes. Where it is 0, `after_read` says why.
  virtual std::size_t take_records(char* to, std::size_t size) noexcept = 0;
  virtual state after_read() const noexcept = 0;
  // False where there is no memory for it.
  virtual bool put_records(std::string_view bytes) noexcept = 0;
  // The socket, where the kernel may encrypt from now on what is sent: all of `put_records` has
  // been; -1 otherwise.
  virtual int socket_for_kernel() noexcept = 0;

 protected:
  ~record_stream() = default;
};

// Whether the kernel has TLS; asks it once.
bool kernel_has_tls() noexcept;

// For `stream`, which has to live as long.
bio_ptr make_record_bio(record_stream& stream);

}  // namespace asio_httpd::tls
