// SPDX-License-Identifier: BSL-1.0
//
// The preface, the form and size of frames, and what is unknown (RFC 9113 sections 3.4, 4 and 5.5);
// and how many cases all tables have together.

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

#include "support/carried.hpp"
#include "support/http2_cases.hpp"
#include "support/server_harness.hpp"

using namespace test_support;
using namespace test_support::http2;
using enum test_support::http2::error_code;

namespace {

constexpr std::uint32_t reserved_bit = 0x8000'0000;
const std::string unknown_frame = frame(frame_type::unknown, flag::none, 0, "12345678");
const std::string begin = std::string(preface) + settings({});

std::uint32_t frame_size_of(const client& c) {
  return c.peer(setting::max_frame_size, default_frame_size);
}

expectation greets() {
  return {"SETTINGS", [](client& c) {
            return !c.frames().empty() && c.frames()[0].type == frame_type::settings &&
                   !c.frames()[0].has(flag::ack);
          }};
}

// A header block of more than that.
std::string large_block(std::size_t size) {
  return request_block("GET", "/", {{"x-large", std::string(size, 'x')}});
}

}  // namespace

conformance_cases test_support::http2::framing_cases() {
  return {
      {"generic/1/1", "3.4", "the preface", {begin}, greets(), true},
      {"http2/3.5/1", "3.4", "the preface", {begin}, greets(), true},
      {"http2/3.5/2",
       "3.4",
       "no preface",
       {"INVALID CONNECTION PREFACE\r\n\r\n"},
       closes(),
       true,
       true},
      {"ours",
       "3.4",
       "a preface that ends otherwise",
       {"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"},
       closes(),
       true,
       true},
      {"ours",
       "3.4",
       "the method PRI of HTTP/1.1",
       {"PRI / HTTP/1.1\r\nHost: a\r\n\r\n"},
       {"no HTTP/2", [](client& c) { return c.text().starts_with("HTTP/1.1 "); }},
       true,
       true},
      {"ours",
       "3.4",
       "a preface without SETTINGS",
       {std::string(preface) + ping()},
       connection_error({protocol_error}),
       true},
      {"ours",
       "3.4",
       "an acknowledgement as the first SETTINGS",
       {std::string(preface) + settings_ack()},
       connection_error({protocol_error}),
       true},

      {"http2/4.1/1", "4.1", "a frame of an unknown type", {unknown_frame}, goes_on()},
      {"http2/4.1/2",
       "4.1",
       "flags that mean nothing",
       {ping("12345678", 0x16)},
       {"the answer", [](client& c) { return c.has_pong("12345678"); }}},
      {"http2/4.1/3",
       "4.1",
       "the reserved bit",
       {frame(frame_type::ping, 0x16, reserved_bit, "12345678")},
       {"the answer", [](client& c) { return c.has_pong("12345678"); }}},

      {"http2/4.2/1",
       "4.2",
       "DATA of 2^14 octets",
       {post(1) + data(1, std::string(default_frame_size, 'x'))},
       answered_with(200)},
      {"http2/4.2/2",
       "4.2",
       "DATA above SETTINGS_MAX_FRAME_SIZE",
       {[](const client& c) -> script::stages {
         return {post(1) + data(1, std::string(frame_size_of(c) + 1, 'x'))};
       }},
       stream_error({frame_size_error})},
      {"http2/4.2/3",
       "4.2",
       "HEADERS above SETTINGS_MAX_FRAME_SIZE",
       {[](const client& c) -> script::stages {
         return {headers(1, large_block(frame_size_of(c)))};
       }},
       connection_error({frame_size_error})},
      {"ours",
       "4.2",
       "an unknown frame above SETTINGS_MAX_FRAME_SIZE",
       {[](const client& c) -> script::stages {
         return {frame(frame_type::unknown, 0, 0, std::string(frame_size_of(c) + 1, 'x'))};
       }},
       connection_error({frame_size_error})},

      {"http2/4.3/1",
       "4.3",
       "a field block that cannot be decoded",
       {headers(1, "\x40", flag::whole)},
       connection_error({compression_error})},
      {"http2/4.3/2",
       "4.3",
       "PRIORITY in a field block",
       {headers(1, request_block(), flag::none) + priority(1) +
        continuation(1, hpack::literal("x-a", "b"))},
       connection_error({protocol_error})},
      {"http2/4.3/3",
       "4.3",
       "HEADERS of another stream in a field block",
       {headers(1, request_block(), flag::none) + get(3) +
        continuation(1, hpack::literal("x-a", "b"))},
       connection_error({protocol_error})},

      {"http2/5.4.1/1",
       "5.4.1",
       "a broken PING ends the connection",
       {frame(frame_type::ping, 0, 3, "12345678")},
       closes()},
      {"http2/5.4.1/2 (strict)",
       "5.4.1",
       "a broken PING, and GOAWAY says so",
       {frame(frame_type::ping, 0, 3, "12345678")},
       connection_error({protocol_error})},
      {"http2/5.5/1", "5.5", "an unknown frame", {unknown_frame}, goes_on()},
      {"http2/5.5/2",
       "5.5",
       "an unknown frame in a field block",
       {headers(1, request_block(), flag::end_stream) + unknown_frame},
       connection_error({protocol_error})},
  };
}

TEST_CASE("HTTP/2 preface and frames" * test_support::http2_itself) {
  check(framing_cases());
}

TEST_CASE("all cases of h2spec are there, once") {
  std::set<std::string> ids;
  std::size_t strict = 0;
  for (const auto& table : {framing_cases(), stream_cases(), settings_cases(), connection_cases(),
                            message_cases(), continuation_cases(), hpack_cases()}) {
    for (const conformance_case& row : table) {
      if (row.id == "ours") continue;
      CHECK_MESSAGE(ids.insert(row.id).second, "twice: ", row.id);
      strict += row.id.ends_with("(strict)") ? 1U : 0U;
    }
  }
  CHECK(ids.size() - strict == 146);
  CHECK(strict == 1);
}

TEST_CASE("a preface in two pieces, cut anywhere" * test_support::http2_itself) {
  for (std::size_t cut = 1; cut < begin.size(); ++cut) {
    server_harness h(asio_httpd::router{});
    client c(h.connect());
    c.acknowledge_settings(false);  // not into the middle of a frame
    c.send(begin.substr(0, cut));
    c.send(begin.substr(cut));
    INFO("cut at ", cut);
    CHECK(greets().holds(c));
    c.send(get(1));
    CHECK(c.status(1) == 404);
  }
}
