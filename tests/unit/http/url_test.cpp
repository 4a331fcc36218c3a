// SPDX-License-Identifier: BSL-1.0
//
// Percent-decoding and -encoding.

#include <asio_httpd/url.hpp>

#include <doctest/doctest.h>

#include <cctype>
#include <string>
#include <string_view>
#include <vector>

using namespace asio_httpd;

namespace {

std::string decoded(std::string_view in) {
  std::string out;
  CHECK(percent_decode(in, out));
  return out;
}

}  // namespace

TEST_CASE("percent_decode reads triplets of either case and leaves the rest") {
  CHECK(decoded("").empty());
  CHECK(decoded("/plain") == "/plain");
  CHECK(decoded("%41%6a%6A") == "Ajj");
  CHECK(decoded("a%20b") == "a b");
  CHECK(decoded("%c3%a4") == "\xc3\xa4");
  CHECK(decoded("%ff") == "\xff");
}

TEST_CASE("a plus is a plus") {
  CHECK(decoded("a+b%2B") == "a+b+");
}

TEST_CASE("threat 16: decoding happens once") {
  CHECK(decoded("%252e%252e%252f") == "%2e%2e%2f");
}

TEST_CASE("threat 17: NUL and control bytes come out as they are, for the caller to refuse") {
  CHECK(decoded("a%00b") == std::string("a\0b", 3));
  CHECK(decoded("%0d%0a") == "\r\n");
}

TEST_CASE("percent_decode appends") {
  std::string out = "kept";
  CHECK(percent_decode("%21", out));
  CHECK(out == "kept!");
}

TEST_CASE("a malformed triplet is refused and the output restored") {
  for (const std::string_view bad : {"%", "%4", "%4g", "%g4", "a%", "a%2", "%41%", "%41%zz", "%%41",
                                     "% 41", "%+1", "%-1", "%0x41", "%u0041", "%\xb2\xb3"}) {
    CAPTURE(bad);
    std::string out = "before";
    CHECK_FALSE(percent_decode(bad, out));
    CHECK(out == "before");
  }
}

TEST_CASE("percent_decode never reads past the end, however the text is cut") {
  const std::string whole = "/%41/%2f%00/x%zz";
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    const std::vector<char> exact(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(cut));
    std::string out;
    const bool good = percent_decode({exact.data(), exact.size()}, out);
    const bool within_triplet =
        cut == 2 || cut == 3 || cut == 6 || cut == 7 || cut == 9 || cut == 10 || cut >= 14;
    CHECK(good == !within_triplet);
  }
}

TEST_CASE("all pairs of bytes after a percent sign") {
  for (int high = 0; high < 256; ++high) {
    for (int low = 0; low < 256; ++low) {
      const std::string in = {'%', static_cast<char>(high), static_cast<char>(low)};
      std::string out;
      const bool good = percent_decode(in, out);
      const bool wanted = high < 0x80 && low < 0x80 && std::isxdigit(high) && std::isxdigit(low);
      if (good != wanted) FAIL("pair " << high << " " << low);
    }
  }
}

TEST_CASE("a form's plus is a space, and its malformed escapes stay") {
  CHECK(decode_urlencoded("").empty());
  CHECK(decode_urlencoded("a+b%2Bc%20d") == "a b+c d");
  CHECK(decode_urlencoded("%00%0d") == std::string("\0\r", 2));
  CHECK(decode_urlencoded("%252B") == "%2B");  // once
  CHECK(decode_urlencoded("100%") == "100%");
  CHECK(decode_urlencoded("%4") == "%4");
  CHECK(decode_urlencoded("%4g+%g4%41") == "%4g %g4A");
  CHECK(decode_urlencoded("%%41") == "%A");
}

TEST_CASE("percent_encode_path leaves pchar and slash, and encodes every other byte") {
  CHECK(percent_encode_path("/a b/%41?c#d") == "/a%20b/%2541%3Fc%23d");
  CHECK(percent_encode_path("/-._~!$&'()*+,;=:@/") == "/-._~!$&'()*+,;=:@/");
  CHECK(percent_encode_path("\xc3\xa4") == "%C3%A4");
  CHECK(percent_encode_path("").empty());
}

TEST_CASE("threat 19: an encoded path holds no byte that could split a response") {
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
  const std::string encoded = percent_encode_path(every);
  for (const char c : encoded) {
    CHECK(c > 0x20);
    CHECK(c < 0x7f);
  }
  CHECK(decoded(encoded) == every);
}
