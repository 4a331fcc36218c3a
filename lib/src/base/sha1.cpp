// SPDX-License-Identifier: BSL-1.0
//
// SHA-1 by the letter of FIPS 180-4 section 6.1.2, without any trick.

#include "base/sha1.hpp"

#include <bit>
#include <cstddef>
#include <cstring>

namespace asio_httpd::base {
namespace {

constexpr std::size_t block_size = 64;
constexpr std::size_t length_size = 8;

using state = std::array<std::uint32_t, 5>;
using block = std::array<std::uint8_t, block_size>;

std::uint32_t big_endian(const std::uint8_t* from) noexcept {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < 4; ++i) word = word << 8 | from[i];
  return word;
}

// The function and the constant of a round.
std::uint32_t mix(std::size_t round, std::uint32_t b, std::uint32_t c, std::uint32_t d) noexcept {
  if (round < 20) return ((b & c) | (~b & d)) + 0x5a827999;
  if (round < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (round < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

std::array<std::uint32_t, 80> schedule(const block& from) noexcept {
  std::array<std::uint32_t, 80> w{};
  for (std::size_t i = 0; i < 16; ++i) w[i] = big_endian(from.data() + 4 * i);
  for (std::size_t i = 16; i < w.size(); ++i) {
    w[i] = std::rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
  }
  return w;
}

void add_block(state& h, const block& from) noexcept {
  const auto w = schedule(from);
  auto [a, b, c, d, e] = h;
  for (std::size_t i = 0; i < w.size(); ++i) {
    const std::uint32_t next = std::rotl(a, 5) + mix(i, b, c, d) + e + w[i];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = next;
  }
  h = {h[0] + a, h[1] + b, h[2] + c, h[3] + d, h[4] + e};
}

// What is left of the text, a one bit, zeros, and the length in bits.
void add_end(state& h, std::string_view rest, std::uint64_t size) noexcept {
  block last{};
  rest.copy(reinterpret_cast<char*>(last.data()), rest.size());
  last[rest.size()] = 0x80;
  if (rest.size() >= block_size - length_size) {
    add_block(h, last);
    last = {};
  }
  for (std::size_t i = 0; i < length_size; ++i) {
    last[block_size - 1 - i] = static_cast<std::uint8_t>(size * 8 >> 8 * i);
  }
  add_block(h, last);
}

}  // namespace

sha1_digest sha1(std::string_view text) noexcept {
  state h = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  const std::uint64_t size = text.size();
  for (; text.size() >= block_size; text.remove_prefix(block_size)) {
    block next;
    std::memcpy(next.data(), text.data(), block_size);
    add_block(h, next);
  }
  add_end(h, text, size);
  sha1_digest digest{};
  for (std::size_t i = 0; i < digest.size(); ++i) {
    digest[i] = static_cast<std::uint8_t>(h[i / 4] >> (24 - 8 * (i % 4)));
  }
  return digest;
}

}  // namespace asio_httpd::base
