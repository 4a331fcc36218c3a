// SPDX-License-Identifier: BSL-1.0
//
// Masking (RFC 6455 section 5.3): each byte is combined with one of the key's four, in turn. Doing
// it twice undoes it. In place, eight bytes at a time.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace asio_httpd::ws {

using mask_key = std::array<std::uint8_t, 4>;

namespace mask_detail {

constexpr std::size_t step = 8;

inline void combine(char* at, std::uint64_t pattern) noexcept {
  std::uint64_t word;
  std::memcpy(&word, at, step);
  word ^= pattern;
  std::memcpy(at, &word, step);
}

}  // namespace mask_detail

// Masks `size` bytes, the first of which is the payload's byte `offset`.
inline void mask(char* data, std::size_t size, const mask_key& key, std::uint64_t offset = 0) {
  using namespace mask_detail;
  std::array<std::uint8_t, step> turned{};
  for (std::size_t i = 0; i < step; ++i) turned[i] = key[(offset + i) % key.size()];
  std::uint64_t pattern;
  std::memcpy(&pattern, turned.data(), step);
  std::size_t i = 0;
  for (; size - i >= 4 * step; i += 4 * step) {
    combine(data + i, pattern);
    combine(data + i + step, pattern);
    combine(data + i + 2 * step, pattern);
    combine(data + i + 3 * step, pattern);
  }
  for (; size - i >= step; i += step) combine(data + i, pattern);
  for (; i < size; ++i) data[i] = static_cast<char>(data[i] ^ turned[i % step]);
}

}  // namespace asio_httpd::ws
