// SPDX-License-Identifier: BSL-1.0
//
// SipHash as in its paper, with the changes that its authors made for 128 bits.

#include "features/siphash.hpp"

#include <bit>
#include <cstddef>
#include <cstring>

namespace asio_httpd::features {
namespace {

static_assert(std::endian::native == std::endian::little, "words are read as they lie");

struct sip_state {
  explicit sip_state(const hash128& key) noexcept
      : v0(key[0] ^ 0x736f6d6570736575U),
        v1(key[1] ^ 0x646f72616e646f6dU ^ 0xee),
        v2(key[0] ^ 0x6c7967656e657261U),
        v3(key[1] ^ 0x7465646279746573U) {}

  void rounds(int count) noexcept {
    for (; count != 0; --count) {
      v0 += v1;
      v2 += v3;
      v1 = std::rotl(v1, 13) ^ v0;
      v3 = std::rotl(v3, 16) ^ v2;
      v0 = std::rotl(v0, 32);
      v2 += v1;
      v0 += v3;
      v1 = std::rotl(v1, 17) ^ v2;
      v3 = std::rotl(v3, 21) ^ v0;
      v2 = std::rotl(v2, 32);
    }
  }
  void take(std::uint64_t word) noexcept {
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  }
  std::uint64_t finish() noexcept {
    rounds(4);
    return v0 ^ v1 ^ v2 ^ v3;
  }

  std::uint64_t v0, v1, v2, v3;
};

// Up to 8 bytes.
std::uint64_t load(const char* from, std::size_t size) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, from, size);
  return word;
}

}  // namespace

hash128 siphash(const hash128& key, std::string_view bytes) noexcept {
  sip_state state(key);
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) state.take(load(bytes.data() + at, 8));
  const std::uint64_t rest = at == bytes.size() ? 0 : load(bytes.data() + at, bytes.size() - at);
  state.take(rest | std::uint64_t{bytes.size()} << 56);
  state.v2 ^= 0xee;
  const std::uint64_t first = state.finish();
  state.v1 ^= 0xdd;
  return {first, state.finish()};
}

}  // namespace asio_httpd::features
