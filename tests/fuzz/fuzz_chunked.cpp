// SPDX-License-Identifier: BSL-1.0
//
// Invariant: a chunked body decodes to the same content with the same verdict however it is cut,
// every accepted chunk line is one that RFC 9112 section 7.1 allows, and what was decoded and is
// encoded again, with other chunks and extensions, decodes to the same.
//
// Input: a byte for the cuts, the body.

#include "fuzz_input.hpp"

#include "base/ascii.hpp"
#include "http1/chunked.hpp"

#include <memory>
#include <string>

namespace {

using asio_httpd::http1::chunked_decoder;
using asio_httpd::http1::rule;
namespace base = asio_httpd::base;

struct outcome {
  chunked_decoder::state state = chunked_decoder::state::need_more;
  rule broken = rule::none;
  std::size_t consumed = 0;
  std::string content;
  friend bool operator==(const outcome&, const outcome&) = default;
};

// Feeds one piece; true while there is more to be decoded.
bool feed(chunked_decoder& decoder, std::string_view piece, outcome& to) {
  for (;;) {
    const auto result = decoder.decode(piece);
    FUZZ_REQUIRE(result.consumed <= piece.size());
    if (!result.content.empty()) {
      FUZZ_REQUIRE(result.content.data() >= piece.data());
      FUZZ_REQUIRE(result.content.data() + result.content.size() == piece.data() + result.consumed);
    }
    to.state = result.at;
    to.consumed += result.consumed;
    to.content.append(result.content);
    piece.remove_prefix(result.consumed);
    if (result.at == chunked_decoder::state::need_more) {
      FUZZ_REQUIRE(piece.empty());
      return true;
    }
    if (result.at != chunked_decoder::state::content) return false;
  }
}

template <class NextPiece>
outcome decode(std::string_view body, NextPiece next_piece) {
  chunked_decoder decoder;
  outcome result;
  while (!body.empty()) {
    const std::string_view piece = body.substr(0, next_piece());
    // A block of its own, so that a read past the piece is seen.
    const auto copy = std::make_unique<char[]>(piece.size());
    piece.copy(copy.get(), piece.size());
    if (!feed(decoder, {copy.get(), piece.size()}, result)) break;
    body.remove_prefix(piece.size());
  }
  result.broken = decoder.broken();
  return result;
}

// The chunks once more, by the simplest means: sizes, CRLF, and no byte in a line that it forbids.
void require_well_formed(std::string_view body, std::string_view content) {
  for (;;) {
    const std::size_t end = body.find("\r\n");
    FUZZ_REQUIRE(end != std::string_view::npos);
    const std::string_view line = body.substr(0, end);
    std::uint64_t size = 0;
    std::size_t digits = 0;
    for (; digits < line.size() && base::is_hex(line[digits]); ++digits) {
      FUZZ_REQUIRE(size < std::uint64_t{1} << 60);
      size = size * 16 + static_cast<std::uint64_t>(base::hex_value(line[digits]));
    }
    FUZZ_REQUIRE(digits != 0);
    for (const char c : line) FUZZ_REQUIRE(base::is_field_content(c));
    const std::string_view rest = base::trim_ows(line.substr(digits));
    FUZZ_REQUIRE(rest.empty() || rest.front() == ';');
    body.remove_prefix(end + 2);
    if (size == 0) break;
    FUZZ_REQUIRE(size <= content.size() && body.size() >= size + 2);
    FUZZ_REQUIRE(body.substr(0, size) == content.substr(0, size));
    FUZZ_REQUIRE(body.substr(size, 2) == "\r\n");
    body.remove_prefix(size + 2);
    content.remove_prefix(size);
  }
  FUZZ_REQUIRE(body.empty() && content.empty());
}

std::string encode(std::string_view content, fuzz::dice& dice) {
  static constexpr std::string_view extensions[] = {"", ";a", ";a=b", ";a=\"\\\"\"", " ; a = b"};
  static constexpr char digits[] = "0123456789abcdefABCDEF";
  std::string body;
  while (!content.empty()) {
    const std::string_view chunk = content.substr(0, dice.piece());
    const bool upper = dice.below(2) == 0;
    for (const std::size_t digit : {chunk.size() / 16, chunk.size() % 16}) {
      body += digits[digit > 9 && upper ? digit + 6 : digit];
    }
    body.append(extensions[dice.below(5)]).append("\r\n").append(chunk).append("\r\n");
    content.remove_prefix(chunk.size());
  }
  return body + "0\r\n";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in(data, size);
  fuzz::dice dice(in.option());
  const std::string_view body = in.rest();

  const outcome expected = decode(body, [&] { return body.size(); });
  FUZZ_REQUIRE((expected.state == chunked_decoder::state::failed) ==
               (expected.broken != rule::none));
  FUZZ_REQUIRE(decode(body, [] { return 1; }) == expected);
  FUZZ_REQUIRE(decode(body, [&] { return dice.piece(); }) == expected);
  if (expected.state == chunked_decoder::state::trailers) {
    require_well_formed(body.substr(0, expected.consumed), expected.content);
  }

  const std::string again = encode(expected.content, dice);
  const outcome second = decode(again, [&] { return dice.piece(); });
  FUZZ_REQUIRE(second.state == chunked_decoder::state::trailers);
  FUZZ_REQUIRE(second.consumed == again.size());
  FUZZ_REQUIRE(second.content == expected.content);
  return 0;
}
