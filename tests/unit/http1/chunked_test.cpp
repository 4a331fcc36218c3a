// SPDX-License-Identifier: BSL-1.0
//
// The chunked decoder: content, extensions, refusals, its bound on chunk lines, and that cuts make
// no difference. RFC 9112 section 7.1.

#include "http1/chunked.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <random>
#include <string>
#include <string_view>

using namespace asio_httpd::http1;

namespace {

// "content | trailers 12" with the bytes taken, "content | chunk_size", "content | more".
struct decoding {
  chunked_decoder decoder;
  std::string content;
  std::size_t consumed = 0;
  chunked_decoder::state at = chunked_decoder::state::need_more;

  // True while it wants more. Each piece lies in a block of its own.
  bool feed(std::string_view piece) {
    const auto copy = std::make_unique<char[]>(piece.size());
    piece.copy(copy.get(), piece.size());
    std::string_view left(copy.get(), piece.size());
    do {
      const auto result = decoder.decode(left);
      at = result.at;
      content.append(result.content);
      consumed += result.consumed;
      left.remove_prefix(result.consumed);
    } while (at == chunked_decoder::state::content);
    return at == chunked_decoder::state::need_more;
  }

  std::string text() const {
    switch (at) {
      case chunked_decoder::state::failed:
        return content + " | " + std::string(to_string(decoder.broken()));
      case chunked_decoder::state::trailers:
        return content + " | trailers " + std::to_string(consumed);
      default:
        return content + " | more";
    }
  }
};

std::string decode(std::string_view body) {
  decoding d;
  d.feed(body);
  return d.text();
}

std::string decode_cut(std::string_view body, std::size_t cut) {
  decoding d;
  if (d.feed(body.substr(0, cut))) d.feed(body.substr(cut));
  return d.text();
}

std::string decode_bytewise(std::string_view body) {
  decoding d;
  for (std::size_t i = 0; i < body.size() && d.feed(body.substr(i, 1)); ++i) {
  }
  return d.text();
}

struct row {
  std::string body;
  std::string_view expected;
};

const row table[] = {
    {"0\r\n", " | trailers 3"},
    {"5\r\nhello\r\n0\r\n\r\n", "hello | trailers 13"},
    {"1\r\na\r\n2\r\nbc\r\nA\r\n0123456789\r\n0\r\n", "abc0123456789 | trailers 31"},
    {"a\r\n0123456789\r\n000\r\n", "0123456789 | trailers 20"},
    {"0000000000000000000000000005\r\nhello\r\n0\r\n", "hello | trailers 40"},
    {"5\r\nhel", "hel | more"},
    {"5;a\r\nhello\r\n0;b=c\r\n", "hello | trailers 19"},
    {"5;a=b;c=\"d e\"\r\nhello\r\n0\r\n", "hello | trailers 25"},
    {"5;a=\"\\\"\\\\;\"\r\nhello\r\n0\r\n", "hello | trailers 23"},
    {"5 ; a = b ; c\r\nhello\r\n0\r\n", "hello | trailers 25"},
    {"5\t;\ta\r\nhello\r\n0\r\n", "hello | trailers 17"},
    {"g\r\n", " | chunk_size"},
    {"\r\n", " | chunk_size"},
    {";a\r\n", " | chunk_size"},
    {"5x\r\n", " | chunk_size"},
    {"5\n", " | chunk_line_end"},
    {"5\rx", " | chunk_line_end"},
    {"5 \r\n", " | chunk_extension"},
    {"5 x\r\n", " | chunk_extension"},
    {"5;\r\n", " | chunk_extension"},
    {"5;;a\r\n", " | chunk_extension"},
    {"5;=b\r\n", " | chunk_extension"},
    {"5;a=\r\n", " | chunk_extension"},
    {"5;a=;b\r\n", " | chunk_extension"},
    {"5;a b\r\n", " | chunk_extension"},
    {"5;a \r\n", " | chunk_extension"},
    {"5;a=b c\r\n", " | chunk_extension"},
    {"5;a=b \r\n", " | chunk_extension"},
    {"5;a=\"b\r\n", " | chunk_extension"},
    {"5;a=\"b\"c\r\n", " | chunk_extension"},
    {"5;a=\"\\\r\n", " | chunk_extension"},
    {std::string("5;a=\"\0\"\r\n", 9), " | chunk_extension"},
    {"5;a\n", " | chunk_line_end"},
    {"5;a=b\n", " | chunk_line_end"},
    {"5;a=\"b\"\n", " | chunk_line_end"},
    {"5\r\nhello0\r\n", "hello | chunk_line_end"},
    {"5\r\nhello\n0\r\n", "hello | chunk_line_end"},
    {"5\r\nhello\r0\r\n", "hello | chunk_line_end"},
    {"5\r\nhello\r\n\r\n", "hello | chunk_size"},
};

}  // namespace

TEST_CASE("content, extensions and refusals, with every cut") {
  for (const row& r : table) {
    CAPTURE(r.body);
    CHECK(decode(r.body) == r.expected);
    CHECK(decode_bytewise(r.body) == r.expected);
    for (std::size_t cut = 1; cut < r.body.size(); ++cut) {
      CAPTURE(cut);
      CHECK(decode_cut(r.body, cut) == r.expected);
    }
  }
}

TEST_CASE("the bytes behind the last chunk's line are left to others") {
  chunked_decoder decoder;
  const auto result = decoder.decode("0\r\nTrailer: x\r\n\r\n");
  CHECK(result.at == chunked_decoder::state::trailers);
  CHECK(result.consumed == 3);
}

TEST_CASE("threat 3: a size fits 63 bits or is refused, however many zeros it has") {
  CHECK(decode("7fffffffffffffff\r\nab") == "ab | more");
  CHECK(decode("00007fffffffffffffff\r\nab") == "ab | more");
  CHECK(decode("8000000000000000\r\nab") == " | chunk_size");
  CHECK(decode("ffffffffffffffff\r\nab") == " | chunk_size");
  CHECK(decode("10000000000000000\r\nab") == " | chunk_size");
  CHECK(decode("10000000000000005\r\nhello\r\n0\r\n") == " | chunk_size");
}

TEST_CASE("threat 3: a size has no sign and no prefix") {
  for (const std::string_view size : {"+5", "-5", " 5", "0x5", "#5", "5h"}) {
    CAPTURE(size);
    CHECK(decode(std::string(size) + "\r\nhello\r\n0\r\n") == " | chunk_size");
  }
}

TEST_CASE("threat 4: chunk lines are bounded by 16 KiB and what they carry") {
  CHECK(decode("1;a=" + std::string(20000, 'b') + "\r\nx\r\n") == " | chunk_overhead");
  CHECK(decode(std::string(20000, '0') + "5\r\nhello\r\n") == " | chunk_overhead");
  // A large chunk earns large extensions.
  const std::string large = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
  const std::string line = "0;a=" + std::string(60000, 'b') + "\r\n";
  const std::string decoded = decode(large + line);
  CHECK(decoded.ends_with(" | trailers " + std::to_string(large.size() + line.size())));
}

TEST_CASE("threat 4: a million tiny chunks with fair lines are no attack") {
  decoding d;
  bool wants_more = true;
  for (int i = 0; i < 100000; ++i) wants_more = d.feed("1;abcde=f\r\nx\r\n") && wants_more;
  CHECK(wants_more);
  d.feed("0\r\n");
  CHECK(d.at == chunked_decoder::state::trailers);
  CHECK(d.content.size() == 100000);
}

TEST_CASE("generated bodies: the same however they are cut") {
  static constexpr std::string_view parts[] = {"5",    "0",         "a", "\r\n", "\r\n",
                                               "\r\n", "hello\r\n", ";", "=",    "\"",
                                               "\\",   " ",         "b", "\n",   "\r"};
  std::mt19937 random(20240304);
  for (int round = 0; round < 3000; ++round) {
    std::string body = random() % 2 == 0 ? "5\r\nhello\r\n" : "";
    for (std::size_t n = random() % 12; n > 0; --n) body += parts[random() % std::size(parts)];
    CAPTURE(body);
    CHECK(decode_bytewise(body) == decode(body));
    CHECK(decode_cut(body, random() % (body.size() + 1)) == decode(body));
  }
}

TEST_CASE("reset makes it new") {
  decoding d;
  d.feed("xyz");
  REQUIRE(d.decoder.broken() == rule::chunk_size);
  d.decoder.reset();
  CHECK(d.decoder.broken() == rule::none);
  CHECK(d.feed("1\r\na\r\n"));
}
