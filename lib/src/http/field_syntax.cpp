// SPDX-License-Identifier: BSL-1.0
//
// Sixteen bytes at a time where there are so many, by vectors as GCC and clang have them for every
// processor; field values are the most of what comes in.

#include "http/field_syntax.hpp"

#include "base/ascii.hpp"
#include "base/word.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace asio_httpd::http {
namespace {

constexpr std::size_t vector_size = 16;
using bytes = std::uint8_t __attribute__((vector_size(vector_size)));
using words = std::uint64_t __attribute__((vector_size(vector_size)));

// All bits of a byte that no value may have.
words odd_bytes(const char* from) noexcept {
  bytes b;
  std::memcpy(&b, from, sizeof b);
  constexpr bytes none{};
  return words((b < none + std::uint8_t{0x20}) & (b != none + std::uint8_t{'\t'})) |
         words(b == none + std::uint8_t{0x7f});
}

// The last sixteen overlap those before them.
bool is_valid_long(std::string_view value) noexcept {
  const char* const last = value.data() + value.size() - vector_size;
  words odd = odd_bytes(last);
  for (const char* at = value.data(); at < last; at += vector_size) odd |= odd_bytes(at);
  return (odd[0] | odd[1]) == 0;
}

}  // namespace

bool valid_field_value(std::string_view value) noexcept {
  if (value.size() >= vector_size) return is_valid_long(value);
  return !base::any_word(value, base::has_control_byte) ||
         std::all_of(value.begin(), value.end(), base::is_field_content);
}

}  // namespace asio_httpd::http
