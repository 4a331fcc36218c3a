// SPDX-License-Identifier: BSL-1.0
//
// Masking against the definition in RFC 6455 section 5.3, byte for byte.

#include "websocket/mask.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace asio_httpd::ws;

namespace {

constexpr mask_key key = {0x37, 0xfa, 0x21, 0x3d};

std::string numbers(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += static_cast<char>(i * 7);
  return text;
}

}  // namespace

TEST_CASE("every size, place and offset, and no byte beside it") {
  int wrong = 0;
  for (std::size_t size = 0; size < 100; ++size) {
    for (std::size_t place = 0; place < 8; ++place) {
      for (std::uint64_t offset = 0; offset < 9; ++offset) {
        const std::string before = numbers(120);
        std::string after = before;
        mask(after.data() + place, size, key, offset);
        for (std::size_t i = 0; i < before.size(); ++i) {
          const bool inside = i >= place && i < place + size;
          const std::uint8_t with = inside ? key[(i - place + offset) % 4] : std::uint8_t{0};
          if (static_cast<char>(before[i] ^ with) != after[i]) ++wrong;
        }
      }
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("in pieces as in one, and twice is not at all") {
  const std::string before = numbers(333);
  std::string whole = before;
  mask(whole.data(), whole.size(), key);
  std::string pieces = before;
  for (std::size_t at = 0; at < pieces.size(); at += 9) {
    mask(pieces.data() + at, std::min<std::size_t>(9, pieces.size() - at), key, at);
  }
  CHECK((pieces == whole));
  mask(whole.data(), whole.size(), key);
  CHECK((whole == before));
}

TEST_CASE("an offset beyond 32 bits") {
  std::string a = numbers(20);
  std::string b = a;
  mask(a.data(), a.size(), key, (std::uint64_t{1} << 40) + 3);
  mask(b.data(), b.size(), key, 3);
  CHECK((a == b));
}
