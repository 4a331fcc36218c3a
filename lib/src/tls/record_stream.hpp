// SPDX-License-Identifier: BSL-1.0
//
// Where records of TLS come from and where they go, as the layers that read and write them see it:
// functions that never block. Everything that is written is taken.

#pragma once

#include "base/byte_buffer.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace asio_httpd::tls {

// RFC 8446 section 5.1.
inline constexpr std::size_t record_header_size = 5;
inline constexpr std::size_t most_plain_text = 16 * 1024;
// RFC 8446 section 5.2.
inline constexpr std::size_t most_in_record = most_plain_text + 256;

// What follows the header of the record that begins here. At least `record_header_size` bytes.
constexpr std::size_t size_in_header(std::string_view record) noexcept {
  const auto byte = [record](std::size_t i) { return static_cast<unsigned char>(record[i]); };
  return std::size_t{byte(3)} * 256 + byte(4);
}

constexpr bool has_whole_record(std::string_view bytes) noexcept {
  return bytes.size() >= record_header_size &&
         bytes.size() - record_header_size >= size_in_header(bytes);
}

// Nothing has to be waited for: it is whole, or will never be read.
constexpr bool is_whole_or_too_long(std::string_view bytes) noexcept {
  return bytes.size() >= record_header_size &&
         (has_whole_record(bytes) || size_in_header(bytes) > most_in_record);
}

class record_stream {
 public:
  enum class state : std::uint8_t { open, would_block, ended, failed };

  // Copies what is there, at most `size` bytes. Where it is 0, `after_read` says why.
  virtual std::size_t take_records(char* to, std::size_t size) noexcept = 0;
  virtual state after_read() const noexcept = 0;
  // What is there, from the beginning of a record on, with a whole one if that has come; up to the
  // next call. A header that announces more than `most_in_record` is not waited for.
  virtual std::string_view next_record() = 0;
  // The first `n` bytes of that are used up.
  virtual void drop(std::size_t n) noexcept = 0;
  // Records are appended to it.
  virtual base::byte_buffer& output() noexcept = 0;

 protected:
  ~record_stream() = default;
};

}  // namespace asio_httpd::tls
