// SPDX-License-Identifier: BSL-1.0
//
// Content as a session is given it to send: in memory, in up to two pieces one after the other, or
// behind a function that reads it, as from a file. Owns nothing of that.

#pragma once

#include "base/byte_buffer.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace asio_httpd::http2 {

// Where content comes from that is not in memory: puts `size` bytes at `to`; false where it cannot.
struct content_reader {
  bool (*read)(void* context, char* to, std::uint64_t offset, std::size_t size) = nullptr;
  void* context = nullptr;
};

struct content_source {
  std::string_view first;
  std::string_view second;
  const content_reader* reader = nullptr;  // null: it is in memory
  std::uint64_t offset = 0;                // where the reader begins
  std::uint64_t size = 0;                  // of all

  // Appends `n` bytes, from the byte `begin` on; they are within `size`, and `to` has room for
  // them. False, with nothing appended, where the reader cannot.
  bool copy(std::uint64_t begin, std::size_t n, base::byte_buffer& to) const;
};

}  // namespace asio_httpd::http2
