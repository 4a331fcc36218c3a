// SPDX-License-Identifier: BSL-1.0
//
// xoshiro256** (Blackman and Vigna): 256 bits of state, so that the sequences of two threads do not
// overlap.

#include "features/random.hpp"

#include <array>
#include <bit>
#include <random>

namespace asio_httpd::features {
namespace {

using state = std::array<std::uint64_t, 4>;

state seed() {
  std::random_device source;
  state made{};
  for (auto& word : made) word = std::uint64_t{source()} << 32 | source();
  made[0] |= 1;  // not all of it may be zero
  return made;
}

}  // namespace

std::uint64_t random_bits() {
  thread_local state s = seed();
  const std::uint64_t result = std::rotl(s[1] * 5, 7) * 9;
  const std::uint64_t shifted = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= shifted;
  s[3] = std::rotl(s[3], 45);
  return result;
}

}  // namespace asio_httpd::features
