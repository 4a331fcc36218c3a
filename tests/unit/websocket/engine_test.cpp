// SPDX-License-Identifier: BSL-1.0
//
// The engine as its user sees it: messages without a copy, sending, both ways to close, the end of
// the stream, memory. What the RFC asks of it is in conformance_test.cpp.

#include "websocket/engine.hpp"

#include "support/allocation_counter.hpp"
#include "support/websocket_play.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <string_view>

using namespace asio_httpd::ws;
using namespace test_support;

namespace {

engine_options client_options() {
  engine_options o;
  o.role = role::client;
  return o;
}

engine_options with_deflate(bool takeover) {
  engine_options o;
  o.deflate.emplace();
  o.deflate->server_no_context_takeover = o.deflate->client_no_context_takeover = !takeover;
  return o;
}

void receive(engine& e, std::string_view bytes) {
  e.input().append(bytes);
}

std::string take_output(engine& e) {
  std::string bytes(e.output().view());
  e.output().clear();
  return bytes;
}

bool lies_in(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

}  // namespace

TEST_CASE("a message in one frame is shown where it lies") {
  engine e{engine_options{}};
  const std::string frame = masked(opcode::text, "hello");
  receive(e, frame + frame);
  REQUIRE(e.next() == action::message);
  CHECK(e.received().data == "hello");
  CHECK(e.received().kind == message_kind::text);
  CHECK(lies_in(e.received().data, e.input().view()));
  const std::string_view first = e.received().data;
  REQUIRE(e.next() == action::message);
  CHECK(e.received().data == "hello");
  CHECK(e.received().data.data() == first.data() + frame.size());
  CHECK(e.next() == action::read);
  CHECK(e.input().empty());
  CHECK(e.is_idle());
}

TEST_CASE("it does not claim to be idle within anything") {
  engine e{engine_options{}};
  CHECK(e.is_idle());
  receive(e, masked(opcode::text, "a", not_fin));
  CHECK(e.next() == action::read);
  CHECK_FALSE(e.is_idle());
  receive(e, masked(opcode::continuation, "b"));
  CHECK(e.next() == action::message);
  CHECK(e.next() == action::read);
  CHECK(e.is_idle());
  receive(e, "\x81");
  CHECK(e.next() == action::read);
  CHECK_FALSE(e.is_idle());
  e.reset({});
  CHECK(e.is_idle());
  CHECK(e.ping());
  CHECK_FALSE(e.is_idle());
}

TEST_CASE("a ping between fragments, and between pieces of a frame that is shown") {
  engine e{engine_options{}};
  receive(e, masked(opcode::text, "a", not_fin) + masked(opcode::pong, "p") +
                 masked(opcode::ping, "q") + masked(opcode::continuation, "b"));
  REQUIRE(e.next() == action::pong);
  CHECK(e.pong() == "p");
  REQUIRE(e.next() == action::message);
  CHECK(e.received().data == "ab");
  CHECK(frames_in(take_output(e)) == "pong:q");
}

TEST_CASE("sending") {
  engine e{engine_options{}};
  CHECK(e.send(message_kind::text, "hello"));
  CHECK(e.send(message_kind::binary, std::string(1, '\xff')));
  CHECK(e.send(message_kind::text, ""));
  CHECK(e.ping("p"));
  CHECK(e.ping());
  CHECK(frames_in(take_output(e)) == "text:hello | binary:\xff | text: | ping:p | ping:");
  CHECK_THROWS_AS(e.send(message_kind::text, "\xff"), std::invalid_argument);
  CHECK_THROWS_AS(e.ping(std::string(126, 'p')), std::invalid_argument);
  CHECK(e.output().empty());
}

TEST_CASE("small messages are sent as they are, larger ones compressed") {
  engine e(with_deflate(true));
  CHECK(e.send(message_kind::text, std::string(255, 'x')));
  CHECK(take_output(e) == unmasked(opcode::text, std::string(255, 'x')));
  CHECK(e.send(message_kind::text, std::string(256, 'x')));
  const std::string bytes = take_output(e);
  CHECK(static_cast<unsigned char>(bytes[0]) == 0xc1);
  CHECK(bytes.size() < 20);
}

TEST_CASE("what compression makes no smaller is sent as it is, where nothing refers to it") {
  std::string noise;
  std::uint32_t state = 1;
  for (int i = 0; i < 1000; ++i) {
    state = state * 1664525 + 1013904223;
    noise += static_cast<char>(state >> 24);
  }
  engine alone(with_deflate(false));
  CHECK(alone.send(message_kind::binary, noise));
  CHECK((take_output(alone) == unmasked(opcode::binary, noise)));
  engine takeover(with_deflate(true));
  CHECK(takeover.send(message_kind::binary, noise));
  CHECK(static_cast<unsigned char>(take_output(takeover)[0]) == 0xc2);
}

TEST_CASE("the peer closes") {
  engine e{engine_options{}};
  receive(e, masked_close(1001, "bye") + masked(opcode::text, "late"));
  REQUIRE(e.next() == action::close);
  CHECK(e.closed().code == close_code::going_away);
  CHECK(e.closed().reason == "bye");
  CHECK(e.closed().broken == rule::none);
  CHECK(e.closed().is_clean);
  CHECK(e.is_closing());
  CHECK(frames_in(take_output(e)) == "close 1001");
  CHECK(e.next() == action::close);
  CHECK_FALSE(e.send(message_kind::text, "too late"));
  CHECK_FALSE(e.ping());
  CHECK_FALSE(e.close());
  CHECK(e.output().empty());
}

TEST_CASE("this side closes: messages may still come, and then the answer") {
  engine e{engine_options{}};
  CHECK(e.close(close_code::going_away, "stop"));
  CHECK(frames_in(take_output(e)) == "close 1001 stop");
  CHECK(e.is_closing());
  CHECK(e.next() == action::read);
  CHECK_FALSE(e.send(message_kind::text, "no"));
  receive(e, masked(opcode::text, "on its way") + masked(opcode::ping, "") + masked_close(1001));
  REQUIRE(e.next() == action::message);
  CHECK(e.received().data == "on its way");
  REQUIRE(e.next() == action::close);
  CHECK(e.closed().is_clean);
  CHECK(e.closed().code == close_code::going_away);
  CHECK(e.output().empty());
}

TEST_CASE("a rule that is broken after this side's Close: no second one") {
  engine e{engine_options{}};
  CHECK(e.close());
  e.output().clear();
  receive(e, "\xff");
  REQUIRE(e.next() == action::close);
  CHECK(e.closed().broken == rule::reserved_bits);
  CHECK_FALSE(e.closed().is_clean);
  CHECK(e.output().empty());
}

TEST_CASE("codes and reasons that can be sent") {
  engine e{engine_options{}};
  CHECK_THROWS_AS(e.close(close_code::abnormal), std::invalid_argument);
  CHECK_THROWS_AS(e.close(static_cast<close_code>(999)), std::invalid_argument);
  CHECK_THROWS_AS(e.close(close_code::normal, "\xff"), std::invalid_argument);
  CHECK_FALSE(e.is_closing());
  CHECK(e.close(close_code::no_status));
  CHECK(take_output(e) == std::string("\x88\x00", 2));
}

TEST_CASE("a reason is cut behind a character") {
  engine e{engine_options{}};
  CHECK(e.close(static_cast<close_code>(4000), repeated("\xe2\x82\xac", 42)));
  const std::string frame = take_output(e);
  CHECK(frame.size() == 2 + 2 + 41 * 3);
  e.reset({});
  CHECK(e.close(close_code::normal, std::string(122, 'x') + "\xe2\x82\xac"));
  CHECK(take_output(e).size() == 2 + 2 + 122);
  e.reset({});
  CHECK(e.close(close_code::normal, std::string(124, 'x')));
  CHECK(take_output(e).size() == 2 + 2 + 123);
}

TEST_CASE("the end of the stream without Close is 1006, at every place") {
  const std::string stream = masked(opcode::text, "hello") + masked(opcode::ping, "p") +
                             masked(opcode::text, "wor", not_fin) +
                             masked(opcode::continuation, "ld");
  for (std::size_t size = 0; size <= stream.size(); ++size) {
    const conversation c = play(
        {}, stream.substr(0, size), [] { return std::size_t{3}; }, true);
    CHECK(c.events.ends_with("close 1006"));
  }
}

TEST_CASE("the end of the stream behind Close changes nothing") {
  const conversation c = play(
      {}, masked_close(1000), [] { return std::size_t{1}; }, true);
  CHECK(c.events == "close 1000");
}

TEST_CASE("a client and a server talk to each other") {
  engine server{engine_options{}};
  engine client(client_options());
  std::string masks;
  for (int i = 0; i < 3; ++i) {
    CHECK(client.send(message_kind::text, "question"));
    masks += take_output(client).substr(2, 4);
    CHECK(client.send(message_kind::text, "question"));
    receive(server, take_output(client));
    REQUIRE(server.next() == action::message);
    CHECK(server.received().data == "question");
    CHECK(server.send(message_kind::text, "answer"));
    CHECK(server.ping("?"));
    CHECK(server.next() == action::read);
    receive(client, take_output(server));
    REQUIRE(client.next() == action::message);
    CHECK(client.received().data == "answer");
    CHECK(client.next() == action::read);
    receive(server, take_output(client));
    REQUIRE(server.next() == action::pong);
    CHECK(server.pong() == "?");
    CHECK(server.next() == action::read);
  }
  CHECK(masks.substr(0, 4) != masks.substr(4, 4));
  CHECK(client.close(close_code::normal, "done"));
  receive(server, take_output(client));
  REQUIRE(server.next() == action::close);
  receive(client, take_output(server));
  REQUIRE(client.next() == action::close);
  CHECK(client.closed().is_clean);
  CHECK(client.closed().code == close_code::normal);
}

TEST_CASE("the same seed, the same masks") {
  engine_options o = client_options();
  engine a(o);
  engine b(o);
  o.mask_seed = 2;
  engine c(o);
  for (engine* e : {&a, &b, &c}) CHECK(e->send(message_kind::text, "x"));
  CHECK((a.output().view() == b.output().view()));
  CHECK((a.output().view() != c.output().view()));
}

TEST_CASE("reset begins anew, whatever was before") {
  const std::string beginnings[] = {"\x81",
                                    masked(opcode::text, "a", not_fin),
                                    masked(opcode::text, "ab").substr(0, 7),
                                    "\xff",
                                    masked_close(1000),
                                    masked(opcode::text, "\xe2", not_fin)};
  engine e{engine_options{}};
  for (const std::string& beginning : beginnings) {
    receive(e, beginning);
    e.next();
    e.commit_eof();
    e.next();
    e.reset({});
    CHECK(e.is_idle());
    CHECK_FALSE(e.is_closing());
    receive(e, masked(opcode::text, "hello"));
    REQUIRE(e.next() == action::message);
    CHECK(e.received().data == "hello");
    CHECK(e.next() == action::read);
  }
}

// --- memory --------------------------------------------------------------------------------------

TEST_CASE("nothing is allocated per message once the buffers have their size") {
  for (const bool takeover : {false, true}) {
    engine e(with_deflate(takeover));
    const std::string text = repeated("hello, world ", 50);
    const std::string frame = masked(opcode::text, text);
    const std::string_view plain = frame;
    const std::string fragments =
        masked(opcode::text, text, not_fin) + masked(opcode::continuation, text);
    const std::string packed = masked(opcode::text, compressed(text), rsv1);
    const std::string control = masked(opcode::ping, "p") + masked(opcode::pong, "p");
    const auto exchange = [&](std::string_view bytes) {
      receive(e, bytes);
      bool message = false;
      for (action a = e.next(); a != action::read; a = e.next()) {
        if (a == action::close) return false;
        if (a != action::message) continue;
        message = e.send(message_kind::text, e.received().data);
      }
      e.output().clear();
      return message;
    };
    const auto round = [&] {
      bool well = exchange(plain) && exchange(fragments) && exchange(packed);
      // In pieces, with control frames before it.
      receive(e, control);
      for (const char c : plain.substr(0, 100)) receive(e, {&c, 1});
      well = e.next() == action::pong && e.next() == action::read && well;
      return exchange(plain.substr(100)) && well;
    };
    for (int warm_up = 0; warm_up < 3; ++warm_up) REQUIRE(round());
    const std::size_t memory = e.memory();
    const std::size_t before = allocations_of_this_thread();
    bool well = true;
    for (int i = 0; i < 100; ++i) well = round() && well;
    CHECK(allocations_of_this_thread() == before);
    CHECK(well);
    // zlib allocates by malloc, which is not counted here, but in this.
    CHECK(e.memory() == memory);
  }
}

TEST_CASE("a connection at rest gives its memory back") {
  engine alone(with_deflate(false));
  engine takeover(with_deflate(true));
  const std::string text = repeated("hello, world ", 500);
  for (engine* e : {&alone, &takeover}) {
    receive(*e, masked(opcode::text, compressed(text), rsv1));
    REQUIRE(e->next() == action::message);
    CHECK(e->send(message_kind::text, e->received().data));
    CHECK(e->next() == action::read);
    e->output().clear();
    CHECK(e->memory() > 60'000);
    e->release_memory();
  }
  CHECK(alone.memory() == 0);
  CHECK(takeover.memory() > 60'000);
  CHECK(takeover.memory() < 120'000);
}

TEST_CASE("what is given back is not missed, within a message either") {
  for (const bool takeover : {false, true}) {
    engine_options o = with_deflate(takeover);
    const std::string text = repeated("hello, world ", 50);
    const std::string payload = compressed(text);
    const std::string stream = masked(opcode::text, payload.substr(0, 9), rsv1_not_fin) +
                               masked(opcode::continuation, payload.substr(9)) +
                               masked(opcode::text, "plain") + masked(opcode::text, payload, rsv1);
    engine e(o);
    std::string seen;
    for (const char c : stream) {
      receive(e, {&c, 1});
      action a = e.next();
      if (a == action::message) {
        seen.append(e.received().data).append("|");
        a = e.next();
      }
      REQUIRE(a == action::read);
      e.release_memory();
    }
    CHECK((seen == text + "|plain|" + text + "|"));
  }
}

TEST_CASE("limits: a message of exactly the limit, whole, in fragments, and one byte more") {
  engine_options o;
  o.message = 1000;
  const std::string half(500, 'x');
  CHECK(play_however_cut(o, masked(opcode::binary, half + half)).events == "binary:" + half + half);
  const std::string fragments =
      masked(opcode::binary, half, not_fin) + masked(opcode::continuation, half, not_fin);
  CHECK(play_however_cut(o, fragments + masked(opcode::continuation, "")).events ==
        "binary:" + half + half);
  CHECK(play_however_cut(o, fragments + masked(opcode::continuation, "x")).events ==
        "close 1009 message_too_large");
  CHECK(play_however_cut(o, masked(opcode::binary, half + half + "x")).events ==
        "close 1009 message_too_large");
  // Each message anew.
  CHECK(play_whole(o, repeated(fragments + masked(opcode::continuation, ""), 2)).events ==
        "binary:" + half + half + " | binary:" + half + half);
  o.frame = 499;
  CHECK(play_however_cut(o, masked(opcode::binary, half)).events == "close 1009 frame_too_large");
}
