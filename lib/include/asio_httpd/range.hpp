// SPDX-License-Identifier: BSL-1.0
//
// The Range field (RFC 9110 section 14): which bytes of a representation of known size are asked
// for. Work and memory are bounded: one pass over the value, at most max_byte_ranges ranges, no
// allocation. Numbers beyond 64 bits count as the largest there is; nothing wraps. A Range is
// honoured for GET only and after If-Range; the caller has asked conditional.hpp about both.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace asio_httpd {

// Both ends belong to it: {0, 0} is the first byte.
struct byte_range {
  std::uint64_t first = 0;
  std::uint64_t last = 0;

  constexpr std::uint64_t length() const noexcept { return last - first + 1; }
  friend constexpr bool operator==(const byte_range&, const byte_range&) noexcept = default;
};

// A request for more ranges than this is answered with the whole representation.
inline constexpr std::size_t max_byte_ranges = 16;

// What a part of a multipart/byteranges answer costs beside its bytes, about: ranges separated by
// less are cheaper sent as one (RFC 9110 section 15.3.7.2).
inline constexpr std::uint64_t multipart_overhead = 80;

// Up to max_byte_ranges ranges, in place.
class byte_range_set {
 public:
  constexpr std::size_t size() const noexcept { return count_; }
  constexpr bool empty() const noexcept { return count_ == 0; }
  constexpr void clear() noexcept { count_ = 0; }
  constexpr const byte_range& operator[](std::size_t i) const noexcept { return items_[i]; }
  constexpr byte_range* begin() noexcept { return items_.data(); }
  constexpr byte_range* end() noexcept { return items_.data() + count_; }
  constexpr const byte_range* begin() const noexcept { return items_.data(); }
  constexpr const byte_range* end() const noexcept { return items_.data() + count_; }

  // False when it is full.
  constexpr bool push_back(byte_range range) noexcept {
    if (count_ == max_byte_ranges) return false;
    items_[count_++] = range;
    return true;
  }

  // Keeps the first `count`; there must be as many.
  constexpr void truncate(std::size_t count) noexcept { count_ = count; }

 private:
  std::array<byte_range, max_byte_ranges> items_{};
  std::size_t count_ = 0;
};

enum class byte_range_result : std::uint8_t {
  ignored,        // another unit, malformed, or too many: 200 with everything
  unsatisfiable,  // well-formed, and none of it exists: 416 with "Content-Range: bytes */size"
  satisfiable,    // `out` holds at least one range: 206
};

// Reads the value of one Range field for a representation of `size` bytes. `out` gets the
// satisfiable ranges, cut to the representation, in the order of the request; it is empty unless
// the result is satisfiable. A suffix of an empty representation has no Content-Range to name it:
// ignored.
byte_range_result select_byte_ranges(std::string_view field_value, std::uint64_t size,
                                     byte_range_set& out) noexcept;

// Sorts the ranges and joins those that overlap, touch, or leave at most `gap` bytes between them.
void coalesce(byte_range_set& ranges, std::uint64_t gap = 0) noexcept;

// The one range that answers the whole request: `ranges` itself when it has one, or what remains of
// it after coalesce() with `gap`. Nothing when several remain.
std::optional<byte_range> single_range(byte_range_set ranges, std::uint64_t gap = 0) noexcept;

}  // namespace asio_httpd
