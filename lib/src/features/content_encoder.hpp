// SPDX-License-Identifier: BSL-1.0
//
// Content in a coding, while it is read: gzip (zlib), br (Brotli) and zstd (Zstandard), each at the
// level at which it costs a few nanoseconds a byte and still makes text three to four times
// smaller.
//
// An encoder holds up to 3 MiB, whatever the size of the content; windows are at most 256 KiB, far
// below what clients must be able to hold (8 MiB for zstd, RFC 9659; 16 MiB for br).
// Movable. Throws std::bad_alloc.

#pragma once

#include <asio_httpd/content_coding.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace asio_httpd::features {

class content_encoder {
 public:
  // `coding` is not identity. `size` is that of the content, which saves memory where it is small.
  content_encoder(content_coding coding, std::uint64_t size);
  ~content_encoder();
  content_encoder(content_encoder&&) noexcept;
  content_encoder& operator=(content_encoder&&) noexcept;

  // Appends what has come about so far, which may be nothing yet.
  void encode(std::string_view piece, std::string& to);
  // The end. Nothing may follow.
  void finish(std::string& to);

  class implementation;

 private:
  std::unique_ptr<implementation> implementation_;
};

// All at once.
std::string encoded(content_coding coding, std::string_view content);

}  // namespace asio_httpd::features
