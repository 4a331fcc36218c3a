// SPDX-License-Identifier: BSL-1.0
//
// What the Autobahn suite asks of a server, by the numbers of its sections: 1 to 7, 9 and 10 in a
// small form, 12 and 13. Every stream is played whole, by single bytes, and cut at every place.

#include "websocket/engine.hpp"

#include "support/websocket_play.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace asio_httpd::ws;
using namespace test_support;

namespace {

constexpr std::string_view greek = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";

engine_options usual() {
  engine_options o;
  return o;
}

engine_options with_deflate(bool takeover = false) {
  engine_options o;
  o.deflate.emplace();
  o.deflate->server_no_context_takeover = o.deflate->client_no_context_takeover = !takeover;
  o.compression.smallest = 0;
  return o;
}

std::string events(std::string_view stream, const engine_options& o = usual()) {
  return play_however_cut(o, stream).events;
}

std::string answers(std::string_view stream, const engine_options& o = usual()) {
  return frames_in(play_however_cut(o, stream).output);
}

std::string failing(rule r) {
  return "close " + std::to_string(static_cast<unsigned>(code_of(r))) + " " +
         std::string(to_string(r));
}

// The stream ends there with this rule broken, after these events, and the peer is told.
void fails(rule r, const std::string& stream, std::string_view before = "",
           const engine_options& o = usual()) {
  CAPTURE(asio_httpd::ws::to_string(r));
  // What comes behind is not looked at.
  const conversation c = play_however_cut(o, stream + masked(opcode::text, "behind"));
  const std::string expected = before.empty() ? "" : std::string(before) + " | ";
  CHECK(c.events == expected + failing(r));
  const std::string told = "close " + std::to_string(static_cast<unsigned>(code_of(r))) + " " +
                           std::string(sentence_of(r));
  CHECK(frames_in(c.output).ends_with(told));
}

std::string opcode_in_hex(unsigned op) {
  return masked(static_cast<opcode>(op), "");
}

// A text in one frame for each character.
std::string by_characters(std::string_view text) {
  std::string stream;
  for (std::size_t i = 0; i < text.size(); ++i) {
    stream += masked(i == 0 ? opcode::text : opcode::continuation, text.substr(i, 1),
                     i + 1 == text.size() ? frame_bits{} : not_fin);
  }
  return stream;
}

}  // namespace

// --- 1: framing ----------------------------------------------------------------------------------

TEST_CASE("autobahn 1.1: text of every size of length field") {
  for (const std::size_t size : {0UL, 1UL, 125UL, 126UL, 127UL, 128UL, 65535UL, 65536UL}) {
    const std::string text(size, '*');
    CHECK(events(masked(opcode::text, text)) == "text:" + text);
  }
}

TEST_CASE("autobahn 1.2: binary of every size of length field") {
  for (const std::size_t size : {0UL, 1UL, 125UL, 126UL, 127UL, 128UL, 65535UL, 65536UL}) {
    const std::string data(size, '\xfe');
    CHECK(events(masked(opcode::binary, data)) == "binary:" + data);
  }
}

TEST_CASE("the RFC's own examples, section 5.7") {
  CHECK(events("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58") == "text:Hello");
  CHECK(answers("\x89\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58") == "pong:Hello");
}

// --- 2: pings and pongs --------------------------------------------------------------------------

TEST_CASE("autobahn 2.1 to 2.4: a ping is answered with what it holds") {
  const std::string binary("\x00\xff\xfe\xfd\xfc\xfb\x00\xff", 8);
  for (const std::string& payload :
       {std::string(), std::string("hello"), binary, std::string(125, '\xfe')}) {
    CHECK(answers(masked(opcode::ping, payload)) == "pong:" + payload);
    CHECK(events(masked(opcode::ping, payload)).empty());
  }
}

TEST_CASE("autobahn 2.5: a ping of 126 bytes") {
  fails(rule::control_too_long, masked(opcode::ping, std::string(126, '\xfe')));
}

TEST_CASE("autobahn 2.7 to 2.9: pongs that nobody asked for") {
  CHECK(events(masked(opcode::pong, "")) == "pong:");
  const std::string both = masked(opcode::pong, "unsolicited") + masked(opcode::ping, "hello");
  CHECK(events(both) == "pong:unsolicited");
  CHECK(answers(both) == "pong:hello");
}

TEST_CASE("autobahn 2.10 and 2.11: ten pings, ten pongs, in order") {
  std::string stream;
  std::string expected;
  for (int i = 0; i < 10; ++i) {
    stream += masked(opcode::ping, "payload-" + std::to_string(i));
    expected += (i == 0 ? "pong:payload-" : " | pong:payload-") + std::to_string(i);
  }
  CHECK(answers(stream) == expected);
}

// --- 3: reserved bits ----------------------------------------------------------------------------

TEST_CASE("autobahn 3.1 to 3.7: reserved bits") {
  for (unsigned rsv = 1; rsv <= 7; ++rsv) {
    const frame_bits bits{.rsv = rsv};
    for (const opcode op : {opcode::text, opcode::binary, opcode::ping, opcode::close}) {
      fails(rule::reserved_bits, masked(op, "", bits));
    }
    fails(rule::reserved_bits, masked(opcode::text, "first") + masked(opcode::text, "no", bits),
          "text:first");
    if ((rsv & 3) != 0) {
      fails(rule::reserved_bits, masked(opcode::text, "", bits), "", with_deflate());
    }
  }
}

// --- 4: opcodes ----------------------------------------------------------------------------------

TEST_CASE("autobahn 4.1 and 4.2: opcodes without a meaning") {
  for (const unsigned op : {3U, 4U, 5U, 6U, 7U, 11U, 12U, 13U, 14U, 15U}) {
    fails(rule::opcode_unknown, opcode_in_hex(op));
    fails(rule::opcode_unknown, masked(opcode::text, "first") + opcode_in_hex(op), "text:first");
    fails(rule::opcode_unknown, masked(opcode::text, "fir", not_fin) + opcode_in_hex(op));
  }
}

// --- 5: fragments --------------------------------------------------------------------------------

TEST_CASE("autobahn 5.1 and 5.2: control frames are never fragmented") {
  for (const opcode op : {opcode::ping, opcode::pong, opcode::close}) {
    fails(rule::control_fragmented,
          masked(op, "frag", not_fin) + masked(opcode::continuation, "ment"));
  }
}

TEST_CASE("autobahn 5.3 to 5.5: text in fragments") {
  CHECK(events(masked(opcode::text, "frag", not_fin) + masked(opcode::continuation, "ment")) ==
        "text:fragment");
  CHECK(events(masked(opcode::binary, "", not_fin) + masked(opcode::continuation, "", not_fin) +
               masked(opcode::continuation, "")) == "binary:");
  CHECK(events(by_characters("in many fragments")) == "text:in many fragments");
}

TEST_CASE("autobahn 5.6 to 5.8: a ping between fragments") {
  const std::string stream = masked(opcode::text, "frag", not_fin) + masked(opcode::ping, "now") +
                             masked(opcode::continuation, "ment");
  CHECK(events(stream) == "text:fragment");
  CHECK(answers(stream) == "pong:now");
}

TEST_CASE("autobahn 5.9 to 5.14: a continuation of nothing") {
  for (const frame_bits bits : {frame_bits{}, not_fin}) {
    const std::string nothing = masked(opcode::continuation, "non-continuation", bits);
    fails(rule::continuation_unexpected, nothing + masked(opcode::text, "hello"));
    fails(rule::continuation_unexpected, masked(opcode::text, "first") + nothing, "text:first");
  }
}

TEST_CASE("autobahn 5.15 to 5.17: a continuation behind the last fragment") {
  const std::string message =
      masked(opcode::text, "frag", not_fin) + masked(opcode::continuation, "ment");
  for (const frame_bits bits : {frame_bits{}, not_fin}) {
    fails(rule::continuation_unexpected, message + masked(opcode::continuation, "more", bits),
          "text:fragment");
  }
}

TEST_CASE("autobahn 5.18: a new message within a message") {
  fails(rule::message_interrupted,
        masked(opcode::text, "frag", not_fin) + masked(opcode::text, "ment"));
  fails(rule::message_interrupted,
        masked(opcode::text, "frag", not_fin) + masked(opcode::binary, "ment", not_fin));
}

TEST_CASE("autobahn 5.19 and 5.20: five fragments with pings between them") {
  const std::string stream =
      masked(opcode::text, "fragment1", not_fin) +
      masked(opcode::continuation, "fragment2", not_fin) + masked(opcode::ping, "one") +
      masked(opcode::continuation, "fragment3", not_fin) +
      masked(opcode::continuation, "fragment4", not_fin) + masked(opcode::ping, "two") +
      masked(opcode::continuation, "fragment5");
  CHECK(events(stream) == "text:fragment1fragment2fragment3fragment4fragment5");
  CHECK(answers(stream) == "pong:one | pong:two");
}

// --- 6: UTF-8 ------------------------------------------------------------------------------------

TEST_CASE("autobahn 6.1 and 6.2: valid text, whole and in fragments within characters") {
  CHECK(events(masked(opcode::text, "")) == "text:");
  const std::string text =
      "Hello-\xc2\xb5@\xc3\x9f\xc3\xb6\xc3\xa4\xc3\xbc\xc3\xa0\xc3\xa1-UTF-8!!";
  CHECK(events(masked(opcode::text, text)) == "text:" + text);
  CHECK(events(by_characters(text)) == "text:" + text);
  CHECK(events(by_characters(greek)) == "text:" + std::string(greek));
}

TEST_CASE("autobahn 6.3: invalid text, whole and in fragments") {
  const std::string text = std::string(greek) + "\xed\xa0\x80" + "edited";
  fails(rule::message_not_utf8, masked(opcode::text, text));
  fails(rule::message_not_utf8, by_characters(text));
}

TEST_CASE("autobahn 6.4: it fails as soon as nothing can repair it") {
  const std::string bad = std::string(greek) + "\xf4\x90";
  // In a fragment that the message would go on behind.
  fails(rule::message_not_utf8, masked(opcode::text, bad, not_fin));
  // Within a frame of which more is to come.
  fails(rule::message_not_utf8,
        masked(opcode::text, bad + std::string(10, '\x80')).substr(0, 6 + bad.size()));
  // One byte earlier nothing is wrong yet.
  const std::string good = std::string(greek) + "\xf4";
  const std::string stream = masked(opcode::text, good + std::string(10, '\x80'));
  CHECK(events(stream.substr(0, 6 + good.size())).empty());
}

TEST_CASE("autobahn 6.5 to 6.7, 6.9, 6.11, 6.22: what is valid") {
  for (const std::string_view text :
       {"\xce\xba", "\xe1\xbd\xb9", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xef\xbf\xbf",
        "\xf0\x90\x80\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbd", "\xf4\x8f\xbf\xbf",
        "\xef\xbf\xbe", "\xf0\x9f\xbf\xbe", "\xf3\xaf\xbf\xbf", "\xef\xbb\xbf"}) {
    CHECK(events(masked(opcode::text, text)) == "text:" + std::string(text));
  }
  const std::string nul(1, '\0');
  CHECK(events(masked(opcode::text, nul)) == "text:" + nul);
}

TEST_CASE("autobahn 6.6, 6.8, 6.10, 6.12 to 6.21: what is not") {
  for (const std::string_view text : {"\xce",
                                      "\xe1",
                                      "\xe1\xbd",
                                      "\xf8\x88\x80\x80\x80",
                                      "\xfc\x84\x80\x80\x80\x80",
                                      "\xf7\xbf\xbf\xbf",
                                      "\xfb\xbf\xbf\xbf\xbf",
                                      "\xfd\xbf\xbf\xbf\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\x80",
                                      "\xbf",
                                      "\x80\xbf\x80",
                                      "\xc0 ",
                                      "\xe0 \xe1 ",
                                      "\xf0\x80\x80",
                                      "\xfe",
                                      "\xff",
                                      "\xfe\xfe\xff\xff",
                                      "\xc0\xaf",
                                      "\xe0\x80\xaf",
                                      "\xf0\x80\x80\xaf",
                                      "\xf8\x80\x80\x80\xaf",
                                      "\xc1\xbf",
                                      "\xe0\x9f\xbf",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xed\xa0\x80",
                                      "\xed\xad\xbf",
                                      "\xed\xae\x80",
                                      "\xed\xbf\xbf",
                                      "\xed\xa0\x80\xed\xb0\x80"}) {
    fails(rule::message_not_utf8, masked(opcode::text, text));
    fails(rule::message_not_utf8, by_characters(text));
    CHECK(events(masked(opcode::binary, text)) == "binary:" + std::string(text));
  }
}

// --- 7: closing ----------------------------------------------------------------------------------

TEST_CASE("autobahn 7.1: nothing behind Close is looked at") {
  for (const std::string& behind : {std::string(), masked(opcode::text, "late"),
                                    masked(opcode::ping, ""), masked_close(1000)}) {
    CHECK(events(masked(opcode::text, "hello") + masked_close(1000) + behind) ==
          "text:hello | close 1000");
    CHECK(answers(masked_close(1000) + behind) == "close 1000");
  }
  CHECK(events(masked(opcode::text, "fragment", not_fin) + masked_close(1000) +
               masked(opcode::continuation, "late")) == "close 1000");
}

TEST_CASE("autobahn 7.3: what a Close holds") {
  CHECK(events(masked(opcode::close, "")) == "close 1005");
  CHECK(answers(masked(opcode::close, "")) == "close");
  fails(rule::close_too_short, masked(opcode::close, "a"));
  CHECK(events(masked_close(1000)) == "close 1000");
  CHECK(events(masked_close(1000, "Hello World!")) == "close 1000 Hello World!");
  CHECK(events(masked_close(1000, std::string(123, '*'))) == "close 1000 " + std::string(123, '*'));
  fails(rule::control_too_long, masked_close(1000, std::string(124, '*')));
}

TEST_CASE("autobahn 7.5: a reason that is not UTF-8") {
  fails(rule::close_reason_not_utf8, masked_close(1000, std::string(greek) + "\xed\xa0\x80"));
  fails(rule::close_reason_not_utf8, masked_close(1000, "\xe1\xbd"));
}

TEST_CASE("autobahn 7.7: codes that may be sent are sent back") {
  for (const unsigned code : {1000U, 1001U, 1002U, 1003U, 1007U, 1008U, 1009U, 1010U, 1011U, 1012U,
                              1013U, 1014U, 3000U, 3999U, 4000U, 4999U}) {
    CHECK(answers(masked_close(code)) == "close " + std::to_string(code));
  }
}

TEST_CASE("autobahn 7.9 and 7.13: codes that may not") {
  for (const unsigned code :
       {0U, 999U, 1004U, 1005U, 1006U, 1015U, 1016U, 1100U, 2000U, 2999U, 5000U, 65535U}) {
    fails(rule::close_code_invalid, masked_close(code));
  }
}

// --- 9 and 10: sizes -----------------------------------------------------------------------------

TEST_CASE("autobahn 9.1 and 9.2: large messages in one frame, by any pieces") {
  const std::string data = repeated("abcdefgh", 32 * 1024);
  for (const opcode op : {opcode::text, opcode::binary}) {
    const std::string stream = masked(op, data);
    const std::string expected = (op == opcode::text ? "text:" : "binary:") + data;
    for (const std::size_t piece : {1UL, 64UL, 1024UL, 16384UL, stream.size()}) {
      CHECK((play(usual(), stream, [&] { return piece; }).events == expected));
    }
  }
}

TEST_CASE("autobahn 9.3 and 9.4: large messages in fragments of any size") {
  const std::string data = repeated("abcdefgh", 8 * 1024);
  for (const std::size_t size : {64UL, 256UL, 1024UL, 65536UL}) {
    std::string stream;
    for (std::size_t at = 0; at < data.size(); at += size) {
      stream += masked(at == 0 ? opcode::binary : opcode::continuation, data.substr(at, size),
                       at + size >= data.size() ? frame_bits{} : not_fin);
    }
    CHECK((events(stream) == "binary:" + data));
  }
}

TEST_CASE("autobahn 9.7 and 9.8: many small messages") {
  for (const std::size_t size : {0UL, 16UL, 64UL, 256UL}) {
    const std::string text(size, 'x');
    const std::string stream = repeated(masked(opcode::text, text), 1000);
    const std::string all = repeated(" | text:" + text, 1000).substr(3);
    CHECK((play(usual(), stream, [] { return std::size_t{1000}; }).events == all));
  }
}

TEST_CASE("autobahn 10.1: 65536 bytes in fragments of 1300") {
  const std::string text(65536, '*');
  std::string stream;
  for (std::size_t at = 0; at < text.size(); at += 1300) {
    stream += masked(at == 0 ? opcode::text : opcode::continuation, text.substr(at, 1300),
                     at + 1300 >= text.size() ? frame_bits{} : not_fin);
  }
  CHECK((events(stream) == "text:" + text));
}

// --- 12 and 13: compression ----------------------------------------------------------------------

TEST_CASE("autobahn 12: compressed messages of all sizes, one frame each") {
  const std::string word = "{\"id\": 1, \"text\": \"hello\"} ";
  for (const std::size_t size : {16UL, 64UL, 256UL, 1024UL, 4096UL, 32768UL, 131072UL}) {
    const std::string text = repeated(word, size / word.size() + 1).substr(0, size);
    const std::string stream = repeated(masked(opcode::text, compressed(text), rsv1), 2);
    CHECK((events(stream, with_deflate()) == "text:" + text + " | text:" + text));
  }
}

TEST_CASE("autobahn 12: compressed messages in fragments, uncompressed ones between them") {
  const std::string text = repeated("compress me ", 40);
  const std::string data = compressed(text);
  for (std::size_t cut = 0; cut <= data.size(); ++cut) {
    const std::string stream = masked(opcode::text, data.substr(0, cut), rsv1_not_fin) +
                               masked(opcode::ping, "in between") +
                               masked(opcode::continuation, data.substr(cut)) +
                               masked(opcode::text, "plain");
    const conversation c = play_whole(with_deflate(), stream);
    CHECK(c.events == "text:" + text + " | text:plain");
    CHECK(frames_in(c.output) == "pong:in between");
  }
}

TEST_CASE("autobahn 12: text that is not UTF-8 after decompression") {
  fails(rule::message_not_utf8, masked(opcode::text, compressed("\xed\xa0\x80"), rsv1), "",
        with_deflate());
  CHECK(events(masked(opcode::binary, compressed("\xed\xa0\x80"), rsv1), with_deflate()) ==
        "binary:\xed\xa0\x80");
}

TEST_CASE("RFC 7692 section 7.2.3: its examples") {
  const auto message = [](std::string_view payload) { return masked(opcode::text, payload, rsv1); };
  using namespace std::string_view_literals;
  const auto one = "\xf2\x48\xcd\xc9\xc9\x07\x00"sv;
  CHECK(events(message(one), with_deflate()) == "text:Hello");
  // In two fragments.
  CHECK(events(masked(opcode::text, one.substr(0, 3), rsv1_not_fin) +
                   masked(opcode::continuation, one.substr(3)),
               with_deflate()) == "text:Hello");
  // The second refers to the first.
  CHECK(events(message(one) + message("\xf2\x00\x11\x00\x00"sv), with_deflate(true)) ==
        "text:Hello | text:Hello");
  // A block without compression; one with BFINAL; two blocks.
  CHECK(events(message("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"sv), with_deflate()) ==
        "text:Hello");
  CHECK(events(message("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"sv), with_deflate()) == "text:Hello");
  CHECK(events(message("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"sv), with_deflate()) ==
        "text:Hello");
  // An empty message, and what some send for one.
  CHECK(events(message("\x00"sv), with_deflate()) == "text:");
  CHECK(events(message(""sv), with_deflate()) == "text:");
}

TEST_CASE("autobahn 13: context takeover both ways, through two engines") {
  for (const int window : {8, 9, 12, 15}) {
    for (const bool takeover : {false, true}) {
      engine_options server = with_deflate(takeover);
      server.deflate->server_max_window_bits = server.deflate->client_max_window_bits = window;
      engine_options client = server;
      client.role = role::client;
      engine a(client);
      engine b(server);
      std::size_t sizes[3] = {};
      for (std::size_t& size : sizes) {
        const std::string text = repeated("{\"seq\":17,\"name\":\"value\"},", 200);
        REQUIRE(a.send(message_kind::text, text));
        b.input().append(a.output().view());
        a.output().clear();
        REQUIRE(b.next() == action::message);
        CHECK((b.received().data == text));
        REQUIRE(b.send(message_kind::text, b.received().data));
        size = b.output().size();
        a.input().append(b.output().view());
        b.output().clear();
        REQUIRE(a.next() == action::message);
        CHECK((a.received().data == text));
        REQUIRE(a.next() == action::read);
        REQUIRE(b.next() == action::read);
      }
      CHECK(sizes[0] < 200);
      CHECK((sizes[1] < sizes[0]) == takeover);
      CHECK(sizes[2] == sizes[1]);
    }
  }
}
