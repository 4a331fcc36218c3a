// SPDX-License-Identifier: BSL-1.0
//
// The vectors that the authors of SipHash publish (vectors_sip128): the key and the inputs are
// the bytes 0, 1, 2, ...

#include "features/siphash.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <string>

using namespace asio_httpd::features;

namespace {

constexpr hash128 known_key = {0x0706050403020100, 0x0f0e0d0c0b0a0908};

// The bytes of the hash in the order of the vectors.
std::string hash_of_first(std::size_t count) {
  std::string input;
  for (std::size_t i = 0; i < count; ++i) input += static_cast<char>(i);
  std::string shown;
  for (std::uint64_t word : siphash(known_key, input)) {
    for (int i = 0; i < 8; ++i, word >>= 8) {
      char digits[3];
      std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned>(word & 0xff));
      shown += digits;
    }
  }
  return shown;
}

}  // namespace

TEST_CASE("published vectors") {
  CHECK(hash_of_first(0) == "a3817f04ba25a8e66df67214c7550293");
  CHECK(hash_of_first(1) == "da87c1d86b99af44347659119b22fc45");
  CHECK(hash_of_first(2) == "8177228da4a45dc7fca38bdef60affe4");
}

TEST_CASE("every byte, the size and the key count") {
  const std::string text(100, 'x');
  const hash128 hash = siphash({}, text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string other = text;
    other[i] = 'y';
    CHECK(siphash({}, other) != hash);
  }
  CHECK(siphash({}, text + '\0') != hash);
  CHECK(siphash({}, text.substr(1)) != hash);
  CHECK(siphash({0, 1}, text) != hash);
}
