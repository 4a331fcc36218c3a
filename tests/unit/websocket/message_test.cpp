// SPDX-License-Identifier: BSL-1.0
//
// Messages framed once for many receivers.

#include "websocket/message.hpp"

#include "websocket/engine.hpp"

#include "support/websocket_play.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

using namespace asio_httpd::ws;
using namespace test_support;

namespace {

const std::string text = repeated("{\"price\": 17, \"name\": \"x\"} ", 100);

engine_options server(bool compression, bool takeover = false, int window = 15) {
  engine_options o;
  if (!compression) return o;
  o.deflate.emplace();
  o.deflate->server_no_context_takeover = !takeover;
  o.deflate->server_max_window_bits = window;
  return o;
}

// What a client of that server reads of the bytes.
std::vector<std::string> read_by_client(engine_options o, std::string_view bytes) {
  o.role = role::client;
  engine client(o);
  client.input().append(bytes);
  std::vector<std::string> messages;
  while (client.next() == action::message) messages.emplace_back(client.received().data);
  CHECK_FALSE(client.is_closing());
  return messages;
}

}  // namespace

TEST_CASE("as it is, and compressed where it is worth it") {
  const auto plain = encode(message_kind::text, "Hello");
  CHECK(plain->plain() == "\x81\x05Hello");
  CHECK(plain->data() == "Hello");
  CHECK(plain->compressed().empty());

  const auto both = encode(message_kind::text, text, deflate_options());
  CHECK((both->plain() == unmasked(opcode::text, text)));
  CHECK((both->data() == text));
  CHECK_FALSE(both->compressed().empty());
  CHECK(both->compressed().size() < text.size() / 4);
  CHECK(both->window_bits() == 13);
  CHECK(encode(message_kind::text, "too small", deflate_options())->compressed().empty());
  CHECK(encode(message_kind::binary, "", deflate_options{.smallest = 0})->compressed().empty());
  CHECK(encode(message_kind::binary, "\x01", deflate_options{.smallest = 0})->compressed().empty());
}

TEST_CASE("text that is not UTF-8 is refused") {
  CHECK_THROWS_AS(encode(message_kind::text, "\xff"), std::invalid_argument);
  CHECK(encode(message_kind::binary, "\xff")->data() == "\xff");
}

TEST_CASE("each connection takes the frame that it can read") {
  const auto m = encode(message_kind::text, text, deflate_options());
  engine none(server(false));
  engine small(server(true, false, 10));
  engine large(server(true));
  CHECK((none.pick(*m) == m->plain()));
  CHECK((small.pick(*m) == m->plain()));
  CHECK((large.pick(*m) == m->compressed()));
  CHECK(large.send(*m));
  CHECK((large.output().view() == m->compressed()));
  CHECK(read_by_client(server(true), large.output().view()) == std::vector<std::string>{text});
}

TEST_CASE("between messages with context takeover, the peer's window stays right") {
  const auto m = encode(message_kind::text, repeated("something else ", 50), deflate_options());
  for (const bool takeover : {false, true}) {
    engine e(server(true, takeover));
    std::vector<std::string> expected;
    for (int i = 0; i < 3; ++i) {
      REQUIRE(e.send(message_kind::text, text));
      REQUIRE(e.send(*m));
      expected.push_back(text);
      expected.emplace_back(m->data());
    }
    CHECK(read_by_client(server(true, takeover), e.output().view()) == expected);
  }
}

TEST_CASE("nothing behind a Close") {
  const auto m = encode(message_kind::text, text);
  engine e(server(false));
  CHECK(e.close());
  CHECK(e.pick(*m).empty());
  CHECK_FALSE(e.send(*m));
}

TEST_CASE("a client masks it") {
  const auto m = encode(message_kind::text, "Hello");
  engine_options o;
  o.role = role::client;
  engine client(o);
  CHECK(client.send(*m));
  CHECK(play_however_cut({}, client.output().view()).events == "text:Hello");
}
