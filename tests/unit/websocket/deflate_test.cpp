// SPDX-License-Identifier: BSL-1.0
//
// Compressed payloads: there and back for every window, memory level and size; the smallest window
// as a peer that really has only that much sees it; what is kept and what is forgotten.

#include "websocket/deflate.hpp"

#include "support/websocket_play.hpp"

#include <doctest/doctest.h>
#include <zlib.h>

#include <random>
#include <string>
#include <string_view>

using namespace asio_httpd::ws;
using asio_httpd::base::byte_buffer;
using namespace std::string_view_literals;

namespace {

constexpr std::size_t much = 1 << 24;

// Words in any order: with references of all lengths and distances.
std::string prose(std::size_t size, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::string text;
  while (text.size() < size) text += "word" + std::to_string(random() % 300) + " ";
  return text.substr(0, size);
}

std::string noise(std::size_t size) {
  std::mt19937 random(7);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

std::string compress(deflater& d, std::string_view text) {
  byte_buffer to;
  d.compress(text, to);
  return std::string(to.view());
}

std::string decompress(inflater& i, std::string_view payload) {
  byte_buffer to;
  REQUIRE(i.inflate(payload, much, to) == inflate_result::ok);
  REQUIRE(i.finish(much, to) == inflate_result::ok);
  return std::string(to.view());
}

// With a window of exactly that size, and one byte of output at a time so that zlib cannot look
// back into more than its window.
bool fits_window(std::string payload, int bits, std::string_view text) {
  payload += "\x00\x00\xff\xff"sv;
  z_stream z{};
  REQUIRE(inflateInit2(&z, -bits) == Z_OK);
  z.next_in = reinterpret_cast<Bytef*>(payload.data());
  z.avail_in = static_cast<uInt>(payload.size());
  std::string out;
  int code = Z_OK;
  while (code == Z_OK && out.size() < text.size()) {
    Bytef byte = 0;
    z.next_out = &byte;
    z.avail_out = 1;
    code = inflate(&z, Z_SYNC_FLUSH);
    if (z.avail_out == 0) out += static_cast<char>(byte);
  }
  inflateEnd(&z);
  return out == text;
}

}  // namespace

TEST_CASE("there and back: every window, level and memory level") {
  const std::string text = prose(20'000);
  for (int window = 8; window <= 15; ++window) {
    for (int level = 1; level <= 9; level += 4) {
      for (int memory_level = 1; memory_level <= 9; memory_level += 4) {
        deflater d(window, level, memory_level);
        inflater i;
        for (int message = 0; message < 3; ++message) {
          const std::string payload = compress(d, text);
          CHECK(payload.size() < text.size());
          CHECK((decompress(i, payload) == text));
        }
      }
    }
  }
}

TEST_CASE("there and back: sizes around those of buffers") {
  deflater d(15, 6, 8);
  inflater i;
  for (const std::size_t size :
       {1UL, 2UL, 511UL, 512UL, 513UL, 65535UL, 65536UL, 65537UL, 1000000UL}) {
    for (const std::string& text : {prose(size), noise(size), std::string(size, '\0')}) {
      CHECK((decompress(i, compress(d, text)) == text));
    }
  }
}

TEST_CASE("a window of 256 bytes is kept to, and one of 512 is not enough for 1024") {
  const std::string text = prose(50'000);
  for (int window = 8; window <= 14; ++window) {
    for (const int level : {1, 6, 9}) {
      deflater d(window, level, 8);
      CHECK(fits_window(compress(d, text), window, text));
    }
  }
  deflater wide(12, 9, 8);
  CHECK_FALSE(fits_window(compress(wide, text), 9, text));
}

TEST_CASE("messages refer to those before, until a reset on either side") {
  const std::string text = noise(500);
  deflater d(15, 6, 8);
  inflater i;
  const std::string first = compress(d, text);
  const std::string second = compress(d, text);
  CHECK(second.size() < 50);
  CHECK((decompress(i, first) == text));
  CHECK((decompress(i, second) == text));
  d.reset();
  CHECK((compress(d, text) == first));
  i.reset();
  byte_buffer to;
  CHECK(i.inflate(second, much, to) == inflate_result::malformed);
}

TEST_CASE("a final block ends nothing, and what was before it can be referred to") {
  inflater i;
  // RFC 7692 section 7.2.3.4, and then section 7.2.3.2's second message.
  CHECK(decompress(i, "\xf3\x48\xcd\xc9\xc9\x07\x00\x00"sv) == "Hello");
  CHECK(decompress(i, "\xf2\x00\x11\x00\x00"sv) == "Hello");
  CHECK(decompress(i, "\x03\x00\x03\x00\xf3\x48\xcd\xc9\xc9\x07\x00\x00"sv) == "Hello");
}

TEST_CASE("what a piece holds comes out with it, however little room there is") {
  const std::string payload = test_support::compressed(std::string(100'000, 'x'));
  for (std::size_t size = 1; size <= payload.size(); ++size) {
    inflater in_one_call;
    byte_buffer large;
    large.prepare(200'000);
    CHECK(in_one_call.inflate(payload.substr(0, size), much, large) == inflate_result::ok);
    inflater in_many;
    byte_buffer to;
    CHECK(in_many.inflate(payload.substr(0, size), much, to) == inflate_result::ok);
    CHECK(to.size() == large.size());
  }
}

TEST_CASE("the limit is exact, and what comes before it is there") {
  deflater d(15, 6, 8);
  for (const std::size_t size : {1UL, 512UL, 513UL, 70'000UL}) {
    const std::string text = prose(size);
    d.reset();
    const std::string payload = compress(d, text);
    inflater exact;
    byte_buffer to;
    CHECK(exact.inflate(payload, size, to) == inflate_result::ok);
    CHECK(exact.finish(size, to) == inflate_result::ok);
    CHECK((to.view() == text));
    inflater short_of_one;
    byte_buffer less;
    CHECK(short_of_one.inflate(payload, size - 1, less) == inflate_result::too_large);
    CHECK((less.view() == text.substr(0, size - 1)));
  }
}

TEST_CASE("nothing at all is an empty message; half a block is malformed") {
  inflater i;
  byte_buffer to;
  CHECK(i.finish(much, to) == inflate_result::ok);
  CHECK(to.empty());
  CHECK(decompress(i, "\x00"sv).empty());
  const std::string payload = test_support::compressed(prose(1000));
  for (std::size_t size = 1; size < payload.size(); ++size) {
    inflater fresh;
    byte_buffer part;
    const auto result = fresh.inflate(payload.substr(0, size), much, part);
    CHECK((result != inflate_result::ok || fresh.finish(much, part) == inflate_result::malformed));
  }
}

TEST_CASE("memory is what zlib's documentation says") {
  const deflater small(9, 1, 1);
  CHECK(small.memory() < 16'000);
  const deflater large(15, 6, 8);
  CHECK(large.memory() > 256 * 1024);
  CHECK(large.memory() < 256 * 1024 + 16'000);
  inflater i;
  CHECK(decompress(i, test_support::compressed(prose(1000))).size() == 1000);
  CHECK(i.memory() > 32 * 1024);
  CHECK(i.memory() < 45'000);
}
