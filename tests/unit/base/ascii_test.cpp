// SPDX-License-Identifier: BSL-1.0
//
// Byte classes, case, decimal numbers and the list walk, checked against the grammar in long form.

#include "base/ascii.hpp"

#include <doctest/doctest.h>

#include <cctype>
#include <string>
#include <string_view>
#include <vector>

namespace base = asio_httpd::base;

namespace {

std::vector<std::string> elements(std::string_view value, bool& ended) {
  std::vector<std::string> found;
  ended = base::for_each_element(value, [&](std::string_view e) { found.emplace_back(e); });
  return found;
}

std::vector<std::string> elements(std::string_view value) {
  bool ended = false;
  auto found = elements(value, ended);
  CHECK(ended);
  return found;
}

using list = std::vector<std::string>;

constexpr bool usable_at_compile_time() {
  std::uint64_t number = 0;
  int count = 0;
  return base::parse_decimal("42", number) && number == 42 && base::iequals("ETag", "etag") &&
         base::for_each_element("a, b", [&](std::string_view) { ++count; }) && count == 2 &&
         base::hex_value('f') == 15;
}
static_assert(usable_at_compile_time());

}  // namespace

TEST_CASE("byte classes agree with the grammar for all 256 bytes") {
  const std::string token_marks = "!#$%&'*+-.^_`|~";
  for (int byte = 0; byte < 256; ++byte) {
    CAPTURE(byte);
    const char c = static_cast<char>(byte);
    const bool ascii = byte < 0x80;
    const bool alnum = ascii && std::isalnum(byte) != 0;
    const bool marks = byte != 0 && token_marks.find(c) != std::string::npos;
    CHECK(base::is_digit(c) == (byte >= '0' && byte <= '9'));
    CHECK(base::is_alpha(c) == (ascii && std::isalpha(byte) != 0));
    CHECK(base::is_hex(c) == (ascii && std::isxdigit(byte) != 0));
    CHECK((base::hex_value(c) >= 0) == base::is_hex(c));
    CHECK(base::is_tchar(c) == (alnum || marks));
    CHECK(base::is_vchar(c) == (byte > 0x20 && byte < 0x7f));
    CHECK(base::is_field_content(c) == ((byte >= 0x20 && byte != 0x7f) || byte == '\t'));
    CHECK(base::is_unreserved(c) == (alnum || c == '-' || c == '.' || c == '_' || c == '~'));
    CHECK(base::to_lower(c) == (ascii ? static_cast<char>(std::tolower(byte)) : c));
  }
}

TEST_CASE("delimiters are no token bytes") {
  for (const char c : std::string_view("\"(),/:;<=>?@[\\]{} \t")) CHECK_FALSE(base::is_tchar(c));
}

TEST_CASE("sub-delims and pchar are those of RFC 3986") {
  int sub_delims = 0;
  int pchars = 0;
  for (int byte = 0; byte < 256; ++byte) {
    sub_delims += base::is_sub_delim(static_cast<char>(byte)) ? 1 : 0;
    pchars += base::is_pchar(static_cast<char>(byte)) ? 1 : 0;
  }
  CHECK(sub_delims == 11);
  CHECK(pchars == 66 + 11 + 2);
  for (const char c : std::string_view("!$&'()*+,;=")) CHECK(base::is_sub_delim(c));
  for (const char c : std::string_view("/?#[]%")) CHECK_FALSE(base::is_pchar(c));
}

TEST_CASE("hex_value reads both cases") {
  const std::string_view lower = "0123456789abcdef";
  const std::string_view upper = "0123456789ABCDEF";
  for (std::size_t i = 0; i < 16; ++i) {
    CHECK(base::hex_value(lower[i]) == static_cast<int>(i));
    CHECK(base::hex_value(upper[i]) == static_cast<int>(i));
  }
}

TEST_CASE("iequals folds ASCII letters only") {
  CHECK(base::iequals("", ""));
  CHECK(base::iequals("Content-Length", "cONTENT-lENGTH"));
  CHECK_FALSE(base::iequals("a", "ab"));
  CHECK_FALSE(base::iequals("@", "`"));  // 0x20 apart, like letters, and no letters
  CHECK_FALSE(base::iequals("[", "{"));
  CHECK_FALSE(base::iequals("\xc4", "\xe4"));
  // Unicode has a sign for Kelvin that lower-cases to k in other people's tables.
  CHECK_FALSE(
      base::iequals("chun\xe2\x84\xaa"
                    "ed",
                    "chunked"));
}

TEST_CASE("trim_ows takes spaces and tabs, and nothing else") {
  CHECK(base::trim_ows(" \t a b\t ") == "a b");
  CHECK(base::trim_ows(" \t ").empty());
  CHECK(base::trim_ows("").empty());
  CHECK(base::trim_ows("\na\v") == "\na\v");
}

TEST_CASE("threat 2: a decimal number is digits and nothing else") {
  std::uint64_t value = 7;
  for (const std::string_view bad :
       {"", "+5", "-1", "0x5", "5 ", " 5", "1_0", "5,5", "1e3", "\xb2", "5.",
        "18446744073709551616", "99999999999999999999", "100000000000000000000000000000000"}) {
    CAPTURE(bad);
    CHECK_FALSE(base::parse_decimal(bad, value));
    CHECK(value == 7);
  }
  CHECK_FALSE(base::parse_decimal(std::string_view("5\0", 2), value));
  CHECK(base::parse_decimal("0", value));
  CHECK(value == 0);
  CHECK(base::parse_decimal("18446744073709551615", value));
  CHECK(value == 18446744073709551615ULL);
  CHECK(base::parse_decimal("00000000000000000000000000042", value));
  CHECK(value == 42);
}

TEST_CASE("parse_decimal agrees with std::stoull around every power of ten") {
  for (std::uint64_t power = 1; power < 1'000'000'000'000'000'000ULL; power *= 10) {
    for (const std::uint64_t wanted : {power - 1, power, power + 1}) {
      std::uint64_t value = 1;
      CHECK(base::parse_decimal(std::to_string(wanted), value));
      CHECK(value == wanted);
    }
  }
}

TEST_CASE("list elements are trimmed, and empty ones are skipped") {
  CHECK(elements("a") == list{"a"});
  CHECK(elements("a,b") == list{"a", "b"});
  CHECK(elements(" a\t, ,b b ,\t") == list{"a", "b b"});
  CHECK(elements(",,a,,") == list{"a"});
  CHECK(elements("").empty());
  CHECK(elements(" , ,\t,").empty());
}

TEST_CASE("a comma within a quoted-string does not divide") {
  CHECK(elements(R"(a="1,2", b)") == list{R"(a="1,2")", "b"});
  CHECK(elements(R"(a="\",", b)") == list{R"(a="\",")", "b"});
  CHECK(elements(R"(a="\\", b)") == list{R"(a="\\")", "b"});
  CHECK(elements(R"("",b)") == list{R"("")", "b"});
  CHECK(elements("a\\,b") == list{"a\\", "b"});  // a backslash outside quotes is a byte
}

TEST_CASE("a quoted-string that does not end is reported") {
  for (const std::string_view bad : {R"(")", R"(a, ")", R"(a, "b, c)", R"("\")", R"("\)"}) {
    CAPTURE(bad);
    bool ended = true;
    elements(bad, ended);
    CHECK_FALSE(ended);
  }
}

TEST_CASE("the visitor may stop the walk") {
  int seen = 0;
  CHECK_FALSE(base::for_each_element("a,b,c", [&](std::string_view e) {
    ++seen;
    return e != "b";
  }));
  CHECK(seen == 2);
  CHECK(base::for_each_element("a,b,c", [](std::string_view) { return true; }));
}

TEST_CASE("the list walk stays within the text, however it is cut") {
  const std::string whole = R"(a="x,\"y", , b;q="\\" ,c)";
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    const std::vector<char> exact(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(cut));
    base::for_each_element({exact.data(), exact.size()}, [](std::string_view element) {
      CHECK_FALSE(element.empty());
      CHECK(element == base::trim_ows(element));
    });
  }
}
