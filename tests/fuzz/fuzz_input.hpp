// SPDX-License-Identifier: BSL-1.0
//
// What the fuzz targets share: a check that reports a finding, a text from an input, and a way to
// cut a text into pieces that depends on nothing but a seed.
//
// An input begins with a few bytes of options and goes on with the text under test, so that a seed
// can be written by hand. Header only; one thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

// Not an assertion of the library: it holds in every build.
#define FUZZ_REQUIRE(condition)                                                           \
  do {                                                                                    \
    if (!(condition)) {                                                                   \
      std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                       \
    }                                                                                     \
  } while (false)

namespace fuzz {

class input {
 public:
  input(const std::uint8_t* data, std::size_t size) noexcept
      : rest_(reinterpret_cast<const char*>(data), size) {}

  // The next byte of options; '0' where the input has ended.
  std::uint8_t option() noexcept {
    if (rest_.empty()) return '0';
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return static_cast<std::uint8_t>(c);
  }
  std::string_view rest() const noexcept { return rest_; }

 private:
  std::string_view rest_;
};

// Sizes and decisions from a seed: xorshift.
class dice {
 public:
  explicit dice(std::uint64_t seed) noexcept : state_(seed * 0x9e3779b97f4a7c15 + 1) {}
  std::size_t below(std::size_t limit) noexcept {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return static_cast<std::size_t>((state_ >> 11) % limit);
  }
  // Mostly small: the size of the next piece.
  std::size_t piece() noexcept { return 1 + below(below(4) == 0 ? 200 : 7); }

 private:
  std::uint64_t state_;
};

}  // namespace fuzz
