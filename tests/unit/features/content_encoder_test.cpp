// SPDX-License-Identifier: BSL-1.0

#include "features/content_encoder.hpp"

#include <doctest/doctest.h>

#include <random>
#include <stdexcept>
#include <string>

#include "support/decoded.hpp"

using namespace asio_httpd;
using features::content_encoder;
using features::encoded;
using test_support::decoded;

namespace {

constexpr content_coding codings[] = {content_coding::gzip, content_coding::brotli,
                                      content_coding::zstd};

std::string numbers(std::size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i) text += std::to_string(i) + ", ";
  text.resize(size);
  return text;
}

std::string noise(std::size_t size) {
  std::mt19937_64 random(1);
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  return bytes;
}

}  // namespace

TEST_CASE("what comes out is what went in") {
  for (const content_coding c : codings) {
    for (const std::size_t size : {0U, 1U, 1000U, 16384U, 1U << 20U}) {
      INFO(std::string(to_string(c)), " ", size);
      CHECK(decoded(c, encoded(c, numbers(size))) == numbers(size));
      CHECK(decoded(c, encoded(c, noise(size))) == noise(size));
    }
    CHECK(encoded(c, numbers(100'000)).size() < 40'000);
  }
}

TEST_CASE("in pieces it is the same") {
  const std::string text = numbers(300'000) + noise(100'000);
  for (const content_coding c : codings) {
    INFO(std::string(to_string(c)));
    std::string made;
    content_encoder encoder(c, text.size());
    for (std::size_t at = 0; at < text.size(); at += 70'001) {
      encoder.encode(std::string_view(text).substr(at, 70'001), made);
      encoder.encode("", made);
    }
    encoder.finish(made);
    CHECK(decoded(c, made) == text);
  }
}

TEST_CASE("identity is no coding") {
  CHECK_THROWS_AS(content_encoder(content_coding::identity, 0), std::invalid_argument);
}
