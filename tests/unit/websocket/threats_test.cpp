// SPDX-License-Identifier: BSL-1.0
//
// Ways in which WebSocket servers have failed (class 25 of a list of twenty-five; the handshake's
// are in handshake_test.cpp): each gets its close code, and the memory stays bounded.

#include "websocket/engine.hpp"

#include "support/websocket_play.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

using namespace asio_httpd::ws;
using namespace test_support;

namespace {

engine_options limited(std::size_t message) {
  engine_options o;
  o.message = message;
  o.deflate.emplace();
  return o;
}

void fails(std::string_view expected, std::string_view stream, const engine_options& o = {}) {
  CHECK(play_however_cut(o, stream).events == expected);
}

// Plays by pieces of 4 KiB, and returns the most memory that the engine had.
std::size_t most_memory(engine& e, std::string_view stream) {
  std::size_t most = 0;
  for (; !stream.empty(); stream.remove_prefix(std::min<std::size_t>(stream.size(), 4096))) {
    e.input().append(stream.substr(0, 4096));
    action a = e.next();
    while (a != action::read && a != action::close) a = e.next();
    most = std::max(most, e.memory());
    e.output().clear();
    if (a == action::close) break;
  }
  return most;
}

}  // namespace

TEST_CASE("threat 25: masks: a client's frame without one is 1002") {
  fails("close 1002 mask_missing", unmasked(opcode::text, "hello"));
  fails("close 1002 mask_missing", unmasked(opcode::ping, ""));
  fails("close 1002 mask_missing", unmasked(opcode::close, close_payload(1000)));
  fails("text:a | close 1002 mask_missing", masked(opcode::text, "a") + unmasked(opcode::text, ""));
}

TEST_CASE("threat 25: masks: a client refuses a server's frame that has one") {
  engine_options o;
  o.role = role::client;
  fails("close 1002 mask_present", masked(opcode::text, "hello"), o);
}

TEST_CASE("threat 25: UTF-8: text and reason that are none are 1007") {
  fails("close 1007 message_not_utf8", masked(opcode::text, "\xc0\xaf"));
  fails("close 1007 message_not_utf8", masked(opcode::text, "\xf0\x9f\x98"));
  fails("close 1007 close_reason_not_utf8", masked_close(1000, "\xff"));
}

TEST_CASE("threat 25: fragments: out of order is 1002") {
  fails("close 1002 continuation_unexpected", masked(opcode::continuation, "a"));
  fails("close 1002 message_interrupted",
        masked(opcode::text, "a", not_fin) + masked(opcode::text, "b"));
  fails("close 1002 control_fragmented", masked(opcode::ping, "a", not_fin));
}

TEST_CASE("threat 25: fragments: many small ones are counted together, 1009") {
  const std::string some = masked(opcode::continuation, std::string(10, 'x'), not_fin);
  fails("close 1009 message_too_large", masked(opcode::binary, "", not_fin) + repeated(some, 11),
        limited(100));
}

TEST_CASE("threat 25: fragments: endless empty ones take no memory") {
  engine e{engine_options{}};
  const std::string stream = masked(opcode::binary, "", not_fin) +
                             repeated(masked(opcode::continuation, "", not_fin), 100'000);
  CHECK(most_memory(e, stream) < 20'000);
}

TEST_CASE("threat 25: lengths: too large is 1009 at the header, before a byte of payload") {
  fails("close 1009 message_too_large", masked_header(opcode::binary, 101), limited(100));
  fails("close 1009 message_too_large", masked_header(opcode::binary, 1 << 21));
  fails("close 1009 message_too_large",
        masked(opcode::binary, "a", not_fin) +
            masked_header(opcode::continuation, (std::uint64_t{1} << 63) - 1));
  engine_options o;
  o.frame = 100;
  fails("close 1009 frame_too_large", masked_header(opcode::binary, 101), o);
  CHECK(play_however_cut(o, masked(opcode::binary, std::string(100, 'x'))).events ==
        "binary:" + std::string(100, 'x'));
}

TEST_CASE("threat 25: lengths: the highest bit, and longer forms than needed, are 1002") {
  using namespace std::string_view_literals;
  fails("close 1002 length_too_large", "\x82\xff\x80\0\0\0\0\0\0\0\1\2\3\4"sv);
  fails("close 1002 length_too_large", "\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\1\2\3\4"sv);
  fails("close 1002 length_not_minimal", "\x82\xfe\0\x7d\1\2\3\4"sv);
  fails("close 1002 length_not_minimal", "\x82\xff\0\0\0\0\0\0\xff\xff\1\2\3\4"sv);
}

TEST_CASE("threat 25: a length that is announced takes no memory") {
  engine e{engine_options{}};
  CHECK(most_memory(e, masked_header(opcode::binary, 1024 * 1024) + "abc") < 10'000);
}

TEST_CASE("threat 25: deflate: a bomb is 1009, and takes twice the limit at most") {
  constexpr std::size_t limit = 64 * 1024;
  const std::string bomb = compressed(std::string(16 * 1024 * 1024, '\0'));
  REQUIRE(bomb.size() < 20'000);
  engine e(limited(limit));
  CHECK(most_memory(e, masked(opcode::binary, bomb, rsv1)) < 2 * limit + 100'000);
  CHECK(e.next() == action::close);
  CHECK(e.closed().broken == rule::message_too_large);
  CHECK(e.closed().code == close_code::message_too_big);
}

TEST_CASE("threat 25: deflate: the limit is exact, however the bytes are cut") {
  for (const std::size_t limit : {1UL, 511UL, 512UL, 513UL, 5000UL}) {
    const std::string fits(limit, 'x');
    const std::string stream = masked(opcode::text, compressed(fits), rsv1);
    CHECK(play_however_cut(limited(limit), stream).events == "text:" + fits);
    fails("close 1009 message_too_large", stream, limited(limit - 1));
  }
}

TEST_CASE("threat 25: deflate: a bomb in fragments is 1009 as well") {
  const std::string bomb = compressed(std::string(100'000, 'x'));
  std::string stream = masked(opcode::text, "", rsv1_not_fin);
  for (const char c : bomb) stream += masked(opcode::continuation, {&c, 1}, not_fin);
  fails("close 1009 message_too_large", stream, limited(10'000));
}

TEST_CASE("threat 25: deflate: endless empty blocks take no memory and little time") {
  using namespace std::string_view_literals;
  engine e(limited(1 << 20));
  // Empty final blocks: each ends a stream as zlib sees it.
  const std::string payload = repeated("\x03\x00"sv, 200'000);
  CHECK(most_memory(e, masked(opcode::binary, payload, rsv1_not_fin)) < 100'000);
  CHECK(e.next() == action::read);
}

TEST_CASE("threat 25: deflate: more compressed than the limit could ever need is 1009") {
  using namespace std::string_view_literals;
  const std::string blocks = repeated("\x03\x00"sv, 100);
  const std::string fragment = masked(opcode::continuation, blocks, not_fin);
  const engine_options o = limited(1000);
  fails("close 1009 message_too_large", masked_header(opcode::binary, 2150, rsv1), o);
  fails("close 1009 message_too_large",
        masked(opcode::binary, blocks, rsv1_not_fin) + repeated(fragment, 10), o);
  CHECK(play_however_cut(o, masked(opcode::binary, blocks, rsv1_not_fin) + repeated(fragment, 9))
            .events.empty());
}

TEST_CASE("threat 25: deflate: what is no deflate is 1007") {
  using namespace std::string_view_literals;
  for (const std::string_view payload :
       {"\xff\xff\xff\xff"sv, "\x06"sv, "\x01\x05\x00\x00\x00"sv, "\xf2\x48\xcd"sv,
        // Without the empty block at its end; behind a final block nothing.
        "\xf3\x48\xcd\xc9\xc9\x07\x00"sv, "\x03\x00"sv,
        // Looks back behind the beginning.
        "\xf2\x00\x11\x00\x00"sv}) {
    fails("close 1007 compressed_data", masked(opcode::text, payload, rsv1), limited(1000));
  }
}

TEST_CASE("threat 25: deflate: without takeover nothing of the message before is seen") {
  using namespace std::string_view_literals;
  engine_options o = limited(1000);
  o.deflate->client_no_context_takeover = true;
  fails("text:Hello | close 1007 compressed_data",
        masked(opcode::text, "\xf2\x48\xcd\xc9\xc9\x07\x00"sv, rsv1) +
            masked(opcode::text, "\xf2\x00\x11\x00\x00"sv, rsv1),
        o);
}

TEST_CASE("threat 25: deflate: RSV1 where it has no meaning is 1002") {
  fails("close 1002 reserved_bits", masked(opcode::text, compressed("a"), rsv1));
  const engine_options o = limited(1000);
  fails("close 1002 compressed_control", masked(opcode::ping, "", rsv1), o);
  fails("close 1002 compressed_control", masked(opcode::close, "", rsv1), o);
  fails(
      "close 1002 compressed_continuation",
      masked(opcode::text, compressed("a"), rsv1_not_fin) + masked(opcode::continuation, "", rsv1),
      o);
  fails("close 1002 compressed_continuation",
        masked(opcode::text, "a", not_fin) + masked(opcode::continuation, "b", rsv1), o);
}

TEST_CASE("threat 25: pings that nobody reads the answers to: the engine stops reading") {
  engine_options o;
  o.pending_output = 1000;
  engine e(o);
  e.input().append(repeated(masked(opcode::ping, std::string(125, 'p')), 100));
  CHECK(e.next() == action::write);
  CHECK(e.output().size() <= 1000 + 127);
  CHECK(e.next() == action::write);
  std::size_t sent = 0;
  for (action a = action::write; a == action::write; a = e.next()) {
    CHECK(e.output().size() <= 1000 + 127);
    sent += e.output().size();
    e.output().clear();
  }
  CHECK(sent + e.output().size() == 100 * 127);
}
