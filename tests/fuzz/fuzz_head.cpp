// SPDX-License-Identifier: BSL-1.0
//
// Invariant: whatever the bytes and the limits, the three instruction sets of the head parser come
// to the same verdict at the same place with the same fields, whether the bytes come whole, in
// pieces or one at a time; and a head that is accepted is what the grammar says it is.
//
// Input: a byte for the limits ('0' for the usual ones), a byte for the cuts, the head.

#include "fuzz_input.hpp"

#include "base/ascii.hpp"
#include "http1/framing.hpp"
#include "http1/head_parser.hpp"
#include "http1/scan.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>

namespace {

using namespace asio_httpd;
using namespace asio_httpd::http1;

struct outcome {
  parse_state state = parse_state::need_more;
  head at;
  fields lines;
};

// The bytes that have come in so far, as the receive buffer holds them: a NUL behind the last, then
// scan_reach bytes that may be read and mean nothing.
class received {
 public:
  explicit received(std::size_t most) : bytes_(std::make_unique<char[]>(most + 1 + scan_reach)) {
    std::memset(bytes_.get(), 'x', most + 1 + scan_reach);
    bytes_[0] = '\0';
  }
  void add(std::string_view piece) {
    if (!piece.empty()) std::memcpy(bytes_.get() + size_, piece.data(), piece.size());
    size_ += piece.size();
    bytes_[size_] = '\0';
  }
  const char* data() const { return bytes_.get(); }
  std::size_t size() const { return size_; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
};

// `next_piece()` says how many bytes come next.
template <class NextPiece>
outcome parse(parse_head_function* function, std::string_view message, const head_limits& limits,
              received& bytes, NextPiece next_piece) {
  outcome result;
  do {
    const std::string_view piece = message.substr(0, next_piece());
    message.remove_prefix(piece.size());
    bytes.add(piece);
    result.state = function(bytes.data(), bytes.size(), limits, result.at, result.lines);
  } while (result.state == parse_state::need_more && !message.empty());
  field_sink::borrow(result.lines, bytes.data());
  return result;
}

bool equal(piece a, piece b) {
  return a.offset == b.offset && a.size == b.size;
}

void require_equal_fields(const fields& a, const fields& b) {
  FUZZ_REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    FUZZ_REQUIRE(a[i].id == b[i].id);
    FUZZ_REQUIRE(a[i].name == b[i].name);
    FUZZ_REQUIRE(a[i].value == b[i].value);
  }
}

void require_equal(const outcome& a, const outcome& b) {
  FUZZ_REQUIRE(a.state == b.state);
  FUZZ_REQUIRE(a.at.broken == b.at.broken);
  if (a.state == parse_state::failed) FUZZ_REQUIRE(a.at.position == b.at.position);
  if (a.state != parse_state::done) return;
  FUZZ_REQUIRE(a.at.size == b.at.size);
  FUZZ_REQUIRE(a.at.version_minor == b.at.version_minor);
  FUZZ_REQUIRE(equal(a.at.method, b.at.method));
  FUZZ_REQUIRE(equal(a.at.target, b.at.target));
  require_equal_fields(a.lines, b.lines);
}

bool all(std::string_view text, bool (*belongs)(char)) {
  return std::all_of(text.begin(), text.end(), belongs);
}

// What was accepted, put together again, is what was read but for white space around values.
void require_well_formed(const outcome& o, std::string_view message, const head_limits& limits) {
  FUZZ_REQUIRE(o.at.size <= limits.size && o.at.size <= message.size());
  FUZZ_REQUIRE(o.lines.size() <= limits.fields);
  FUZZ_REQUIRE(o.at.target.size != 0 && o.at.target.size <= limits.target);
  const std::string_view method = o.at.method.of(message.data());
  const std::string_view target = o.at.target.of(message.data());
  FUZZ_REQUIRE(!method.empty() && all(method, [](char c) { return base::is_tchar(c); }));
  FUZZ_REQUIRE(all(target, [](char c) { return static_cast<signed char>(c) > 0x20 && c != 0x7f; }));
  const std::string line = std::string(method) + " " + std::string(target) + " HTTP/1.";
  FUZZ_REQUIRE(message.starts_with(line));
  FUZZ_REQUIRE(message.substr(0, o.at.size).ends_with("\r\n\r\n"));
  std::size_t at = message.find("\r\n") + 2;
  for (auto [id, name, value] : o.lines) {
    FUZZ_REQUIRE(!name.empty() && all(name, [](char c) { return base::is_tchar(c); }));
    FUZZ_REQUIRE(all(value, [](char c) { return base::is_field_content(c); }));
    FUZZ_REQUIRE(id == field_from(name));
    const std::string_view read = message.substr(at, message.find("\r\n", at) - at);
    FUZZ_REQUIRE(read.starts_with(std::string(name) + ":"));
    FUZZ_REQUIRE(base::trim_ows(read.substr(name.size() + 1)) == value);
    at += read.size() + 2;
  }
  FUZZ_REQUIRE(at + 2 == o.at.size);
}

void require_sound_framing(const fields& lines, unsigned version_minor) {
  framing found;
  if (read_framing(lines, version_minor, found) != rule::none) return;
  const bool length = lines.contains(field::content_length);
  const bool coding = lines.contains(field::transfer_encoding);
  FUZZ_REQUIRE(!(length && coding));
  FUZZ_REQUIRE(found.chunked == coding);
  FUZZ_REQUIRE(lines.count(field::content_length) <= 1);
  FUZZ_REQUIRE(lines.count(field::host) <= 1);
  FUZZ_REQUIRE(length || found.content_length == 0);
}

head_limits limits_of(std::uint8_t option) {
  if (option == '0') return {};
  return {std::size_t{8} + option, std::size_t{1} + option % 5, std::size_t{1} + option % 37};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in(data, size);
  const head_limits limits = limits_of(in.option());
  const std::uint8_t seed = in.option();
  const std::string_view message = in.rest();

  received whole(message.size());
  const outcome expected =
      parse(parse_head, message, limits, whole, [&] { return message.size(); });
  if (expected.state == parse_state::done) {
    require_well_formed(expected, message, limits);
    require_sound_framing(expected.lines, expected.at.version_minor);
  }

  for (auto set : {instruction_set::portable, instruction_set::sse42, instruction_set::avx2}) {
    auto* const function = parse_head_with(set);
    if (function == nullptr) continue;
    received once(message.size());
    require_equal(expected, parse(function, message, limits, once, [&] { return message.size(); }));
    received bytewise(message.size());
    require_equal(expected, parse(function, message, limits, bytewise, [] { return 1; }));
    fuzz::dice cuts(seed);
    received pieces(message.size());
    require_equal(expected, parse(function, message, limits, pieces, [&] { return cuts.piece(); }));
  }
  return 0;
}
