// SPDX-License-Identifier: BSL-1.0
//
// Base64: the vectors of RFC 4648 section 10, every text of four characters of some, and what must
// not be read.

#include <asio_httpd/base64.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using asio_httpd::base64_decode;
using asio_httpd::base64_encode;

TEST_CASE("the test vectors of RFC 4648 section 10") {
  const std::vector<std::pair<std::string, std::string>> vectors = {{"", ""},
                                                                    {"f", "Zg=="},
                                                                    {"fo", "Zm8="},
                                                                    {"foo", "Zm9v"},
                                                                    {"foob", "Zm9vYg=="},
                                                                    {"fooba", "Zm9vYmE="},
                                                                    {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    CHECK(base64_encode(bytes) == text);
    CHECK(base64_decode(text) == bytes);
  }
}

TEST_CASE("what basic authentication sends (RFC 7617 section 2)") {
  CHECK(base64_decode("QWxhZGRpbjpvcGVuIHNlc2FtZQ==") == "Aladdin:open sesame");
}

TEST_CASE("every byte goes there and back at every place") {
  for (std::size_t size = 1; size <= 4; ++size) {
    for (std::size_t place = 0; place < size; ++place) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string bytes(size, 'x');
        bytes[place] = static_cast<char>(byte);
        if (base64_decode(base64_encode(bytes)) != bytes) FAIL(size << " " << place << " " << byte);
      }
    }
  }
}

TEST_CASE("padding is demanded, and stands at the end only") {
  for (const std::string_view bad :
       {"Zg", "Zg=", "Zm8", "=", "==", "===", "====", "Z===", "A===", "Zg==Zg==", "Zm=8",
        "=Zg=", "Zg==Zm9v", "Zm9vZ", "Zg===", "Zg======"}) {
    CAPTURE(bad);
    CHECK_FALSE(base64_decode(bad));
  }
}

TEST_CASE("bytes outside of the alphabet are refused: white space, the URL alphabet, controls") {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool known = std::string_view(
                           "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                           "0123456789+/")
                           .find(c) != std::string_view::npos;
    for (std::size_t place = 0; place < 3; ++place) {
      std::string text = "AAAA";
      text[place] = c;
      if (base64_decode(text).has_value() != known) FAIL(byte << " at " << place);
    }
  }
  CHECK_FALSE(base64_decode("Zm9v\n"));
  CHECK_FALSE(base64_decode("Zm9v Zm9v"));
}

TEST_CASE("bits that belong to no byte are zero: no two texts are the same bytes") {
  CHECK_FALSE(base64_decode("Zh=="));
  CHECK_FALSE(base64_decode("Zv=="));
  CHECK_FALSE(base64_decode("Zm9="));
  CHECK_FALSE(base64_decode("////Zm+="));
}
