// SPDX-License-Identifier: BSL-1.0
//
// Frame headers: what is read of every beginning, which rule is broken at which byte, and that what
// is written reads as what it was.

#include "websocket/frame.hpp"

#include "support/websocket_play.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace asio_httpd::ws;
using namespace std::string_view_literals;
using test_support::masked_header;

namespace {

constexpr frame_policy server{};
constexpr frame_policy client{.from_client = false};

// The rule, and after how many bytes it was known.
struct refused_after {
  rule broken;
  std::size_t bytes;
  friend bool operator==(const refused_after&, const refused_after&) = default;
};

refused_after first_refusal(std::string_view bytes, const frame_policy& policy = server) {
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    frame_header h;
    const auto result = read_frame_header(bytes.substr(0, size), policy, h);
    if (result.at == frame_state::failed) return {result.broken, size};
    if (result.at == frame_state::complete) break;
  }
  return {rule::none, 0};
}

}  // namespace

TEST_CASE("a header is complete with its last byte") {
  for (const std::uint64_t length : {0ULL, 125ULL, 126ULL, 65535ULL, 65536ULL, 1ULL << 40}) {
    const std::string text = masked_header(opcode::binary, length);
    frame_header h;
    for (std::size_t size = 0; size < text.size(); ++size) {
      CHECK(read_frame_header(text.substr(0, size), server, h).at == frame_state::need_more);
    }
    CHECK(read_frame_header(text + "payload", server, h).at == frame_state::complete);
    CHECK(h.size == text.size());
    CHECK(h.length == length);
    CHECK(h.fin);
    CHECK_FALSE(h.rsv1);
    CHECK(h.op == opcode::binary);
    REQUIRE(h.key);
    CHECK((*h.key == mask_key{0x37, 0xfa, 0x21, 0x3d}));
  }
}

TEST_CASE("each rule is known at the first byte that breaks it") {
  CHECK(first_refusal("\xa1\x80") == refused_after{rule::reserved_bits, 1});
  CHECK(first_refusal("\x91\x80") == refused_after{rule::reserved_bits, 1});
  CHECK(first_refusal("\xc1\x80") == refused_after{rule::reserved_bits, 1});
  CHECK(first_refusal("\x83\x80") == refused_after{rule::opcode_unknown, 1});
  CHECK(first_refusal("\x8f\x80") == refused_after{rule::opcode_unknown, 1});
  CHECK(first_refusal("\x09\x80") == refused_after{rule::control_fragmented, 1});
  CHECK(first_refusal("\x80\x80") == refused_after{rule::continuation_unexpected, 1});
  CHECK(first_refusal("\x81\x80", {.in_message = true}) ==
        refused_after{rule::message_interrupted, 1});
  CHECK(first_refusal("\xc9\x80", {.compression = true}) ==
        refused_after{rule::compressed_control, 1});
  CHECK(first_refusal("\xc0\x80", {.compression = true, .in_message = true}) ==
        refused_after{rule::compressed_continuation, 1});
  CHECK(first_refusal("\x81\x05") == refused_after{rule::mask_missing, 2});
  CHECK(first_refusal("\x81\x85", client) == refused_after{rule::mask_present, 2});
  CHECK(first_refusal("\x89\xfe\x00\x7e"sv) == refused_after{rule::control_too_long, 2});
  CHECK(first_refusal("\x82\xfe\x00\x7d...."sv) == refused_after{rule::length_not_minimal, 4});
  CHECK(first_refusal("\x82\xff\x00\x00\x00\x00\x00\x00\xff\xff...."sv) ==
        refused_after{rule::length_not_minimal, 10});
  CHECK(first_refusal("\x82\xff\x80\x00\x00\x00\x00\x00\x00\x00...."sv) ==
        refused_after{rule::length_too_large, 10});
  CHECK(first_refusal("\x82\x8b....", {.largest = 10}) == refused_after{rule::frame_too_large, 2});
}

TEST_CASE("what is allowed") {
  CHECK(first_refusal("\x82\xfe\x00\x7e...."sv).broken == rule::none);
  CHECK(first_refusal("\x82\xff\x00\x00\x00\x00\x00\x01\x00\x00...."sv).broken == rule::none);
  CHECK(first_refusal("\xc1\x80....", {.compression = true}).broken == rule::none);
  CHECK(first_refusal("\x80\x80....", {.in_message = true}).broken == rule::none);
  CHECK(first_refusal("\x89\x80....", {.in_message = true}).broken == rule::none);
  CHECK(first_refusal("\x81\x05", client).broken == rule::none);
  CHECK(first_refusal("\x89\x8b....", {.largest = 10}).broken == rule::none);
}

TEST_CASE("what is written reads as what it was") {
  for (const std::size_t size : {0UL, 1UL, 125UL, 126UL, 65535UL, 65536UL, 70000UL}) {
    for (const bool fin : {false, true}) {
      for (const bool masked : {false, true}) {
        const std::string payload(size, 'p');
        asio_httpd::base::byte_buffer out;
        std::optional<mask_key> key;
        if (masked) key = mask_key{1, 2, 3, 4};
        append_frame(out, opcode::text, payload, {.fin = fin, .rsv1 = true}, key);
        frame_header h;
        const frame_policy policy{.from_client = masked, .compression = true};
        REQUIRE(read_frame_header(out.view(), policy, h).at == frame_state::complete);
        CHECK(h.fin == fin);
        CHECK(h.rsv1);
        CHECK(h.op == opcode::text);
        CHECK(h.length == size);
        CHECK(h.key == key);
        std::string read(out.view().substr(h.size));
        if (masked) mask(read.data(), read.size(), *key);
        CHECK((read == payload));
      }
    }
  }
}

TEST_CASE("frames are written behind each other, the RFC's own among them") {
  asio_httpd::base::byte_buffer out;
  append_frame(out, opcode::text, "Hello", {});
  append_frame(out, opcode::text, "Hel", {.fin = false});
  append_frame(out, opcode::continuation, "lo", {});
  append_frame(out, opcode::text, "Hello", {}, mask_key{0x37, 0xfa, 0x21, 0x3d});
  CHECK((out.view() == "\x81\x05Hello\x01\x03Hel\x80\x02lo"
                       "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"));
}
