// SPDX-License-Identifier: BSL-1.0

#include <asio_httpd/constant_time.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>

using asio_httpd::constant_time_equal;

TEST_CASE("texts are equal when all of their bytes are") {
  CHECK(constant_time_equal("", ""));
  CHECK(constant_time_equal("secret", "secret"));
  CHECK_FALSE(constant_time_equal("", "x"));
  CHECK_FALSE(constant_time_equal("secret", "secre"));
  CHECK_FALSE(constant_time_equal("secre", "secret"));
  CHECK_FALSE(constant_time_equal("Secret", "secret"));
}

TEST_CASE("a difference of any bit at any place is seen") {
  const std::string secret("\0a\x80\xff z", 6);
  for (std::size_t i = 0; i < secret.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string other = secret;
      other[i] = static_cast<char>(other[i] ^ (1 << bit));
      CHECK_FALSE(constant_time_equal(secret, other));
    }
  }
}

TEST_CASE("two differences do not undo each other") {
  CHECK_FALSE(constant_time_equal("ab", "ba"));
  CHECK_FALSE(constant_time_equal("aa", "bb"));
}
