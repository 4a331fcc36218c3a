// SPDX-License-Identifier: BSL-1.0
//
// Text looked at word by word: no byte is passed over, and none is seen that is not there.

#include "base/word.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace base = asio_httpd::base;

namespace {

// In memory of that size, so that the address sanitizer sees whoever reads beyond it.
template <class Predicate>
bool any_word(std::string_view text, const Predicate& has) {
  const auto exact = std::make_unique<char[]>(text.size());
  text.copy(exact.get(), text.size());
  return base::any_word({exact.get(), text.size()}, has);
}

}  // namespace

TEST_CASE("any_word sees every byte of the text, and no other") {
  for (std::size_t size = 1; size <= 40; ++size) {
    std::string text(size, 'a');
    CHECK_FALSE(any_word(text, [](auto word) { return word != base::every_byte * 'a'; }));
    for (char& c : text) {
      c = '#';
      CHECK(any_word(text, [](auto word) { return base::has_byte(word, '#'); }));
      c = 'a';
    }
  }
  CHECK_FALSE(any_word("", [](auto) { return true; }));
}

TEST_CASE("a byte below a limit, wherever it is") {
  for (const unsigned limit : {0x20u, 0x21u, 0x80u}) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      for (unsigned place = 0; place < 8; ++place) {
        const std::uint64_t others = ~(std::uint64_t{0xff} << 8 * place);
        const std::uint64_t word = (base::every_byte * 0xff & others) | std::uint64_t{byte}
                                                                            << 8 * place;
        const bool is_below = base::has_byte_below(word, static_cast<unsigned char>(limit));
        if (is_below != (byte < limit)) FAIL_CHECK(byte, " below ", limit, " at ", place);
      }
    }
  }
}
