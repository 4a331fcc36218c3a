// SPDX-License-Identifier: BSL-1.0
//
// Invariant: what a WebSocket's peer sends comes to the same messages, answers and verdict however
// it is cut, and also when memory is given back wherever that is allowed; text is UTF-8; no limit
// is passed; what is answered breaks no rule; and what was received and is sent on, framed for one
// or for many, compressed or not, arrives as it was.
//
// Input: a byte for the options ('0' for a server without compression), a byte for the cuts, then
// all that the peer sends before it shuts its side down.

#include "fuzz_input.hpp"

#include "base/utf8.hpp"
#include "websocket/engine.hpp"

#include <string>
#include <utility>
#include <vector>

namespace {

using namespace asio_httpd::ws;
using asio_httpd::base::is_utf8;

using messages = std::vector<std::pair<message_kind, std::string>>;

struct outcome {
  std::string transcript;
  std::string output;
  messages received;
  friend bool operator==(const outcome&, const outcome&) = default;
};

engine_options options_from(std::uint8_t byte) {
  const unsigned bits = static_cast<unsigned>(byte) - '0';
  static constexpr std::size_t limits[] = {1 << 20, 100, 1000, 1 << 16};
  engine_options o;
  if ((bits & 1) != 0) o.deflate.emplace();
  if (o.deflate && (bits & 2) == 0) {
    o.deflate->client_no_context_takeover = o.deflate->server_no_context_takeover = true;
  }
  if ((bits & 4) != 0) o.role = role::client;
  o.message = limits[bits >> 3 & 3];
  o.pending_output = 100;
  o.compression.smallest = 0;
  if ((bits & 32) != 0 && o.deflate) o.deflate->server_max_window_bits = 8;
  return o;
}

engine_options opposite(engine_options o) {
  o.role = o.role == role::server ? role::client : role::server;
  o.message = 1 << 21;
  return o;
}

// Plays the connection: feeds pieces, keeps what happens.
class player {
 public:
  player(const engine_options& options, std::string_view stream, bool frugal)
      : options_(options), left_(stream), frugal_(frugal), engine_(options) {}

  template <class NextPiece>
  outcome play(NextPiece next_piece) {
    for (;;) {
      switch (engine_.next()) {
        case action::read:
          FUZZ_REQUIRE(!at_end_);
          flush();
          if (frugal_) engine_.release_memory();
          receive(next_piece());
          break;
        case action::write:
          FUZZ_REQUIRE(engine_.output().size() > options_.pending_output);
          flush();
          break;
        case action::message:
          on_message();
          break;
        case action::pong:
          FUZZ_REQUIRE(engine_.pong().size() <= longest_control);
          note("pong", engine_.pong());
          break;
        case action::close:
          return on_close();
      }
    }
  }

 private:
  void note(std::string_view what, std::string_view data) {
    result_.transcript.append("[").append(what).append("]").append(data);
  }

  void receive(std::size_t size) {
    if (left_.empty()) {
      at_end_ = true;
      return engine_.commit_eof();
    }
    const std::string_view piece = left_.substr(0, size);
    engine_.input().append(piece);
    left_.remove_prefix(piece.size());
  }

  void flush() {
    FUZZ_REQUIRE(engine_.output().size() <= options_.pending_output + 2 * (longest_control + 14));
    result_.output += engine_.output().view();
    engine_.output().clear();
  }

  void on_message() {
    const message m = engine_.received();
    FUZZ_REQUIRE(m.data.size() <= options_.message);
    FUZZ_REQUIRE(m.kind == message_kind::binary || is_utf8(m.data));
    note(m.kind == message_kind::text ? "text" : "binary", m.data);
    result_.received.emplace_back(m.kind, m.data);
  }

  outcome on_close() {
    flush();
    const close_result& c = engine_.closed();
    FUZZ_REQUIRE(is_utf8(c.reason));
    FUZZ_REQUIRE(c.is_clean || c.code == close_code::abnormal || c.broken != rule::none);
    FUZZ_REQUIRE(c.broken == rule::none || c.code == code_of(c.broken));
    FUZZ_REQUIRE(engine_.is_closing() == (c.code != close_code::abnormal));
    FUZZ_REQUIRE(engine_.memory() <= 2 * options_.message + 2 * result_.output.size() + 400'000 +
                                         engine_.input().capacity());
    note("close", to_string(c.broken));
    note(std::to_string(static_cast<unsigned>(c.code)), c.reason);
    FUZZ_REQUIRE(engine_.next() == action::close);
    return std::move(result_);
  }

  const engine_options& options_;
  std::string_view left_;
  bool frugal_;
  bool at_end_ = false;
  engine engine_;
  outcome result_;
};

template <class NextPiece>
outcome play(const engine_options& options, std::string_view stream, NextPiece next_piece,
             bool frugal = false) {
  return player(options, stream, frugal).play(next_piece);
}

// The other side finds nothing wrong with what it is answered.
void require_well_formed(const engine_options& options, std::string_view output) {
  const engine_options peer = opposite(options);
  engine e(peer);
  e.input().append(output);
  for (action a = e.next(); a != action::read; a = e.next()) {
    FUZZ_REQUIRE(a == action::pong || a == action::close);
    FUZZ_REQUIRE(e.closed().broken == rule::none);
    if (a == action::close) break;
  }
}

std::string send(const engine_options& options, const messages& all, fuzz::dice& dice) {
  engine e(options);
  for (const auto& [kind, data] : all) {
    if (dice.below(3) == 0) {
      FUZZ_REQUIRE(e.send(*encode(kind, data, options.compression)));
    } else {
      FUZZ_REQUIRE(e.send(kind, data));
    }
    if (dice.below(4) == 0) FUZZ_REQUIRE(e.ping("p"));
    if (dice.below(4) == 0 && e.next() == action::read) e.release_memory();
  }
  return std::string(e.output().view());
}

void require_arrives(const engine_options& options, const messages& all, fuzz::dice& dice) {
  const std::string stream = send(options, all, dice);
  const outcome arrived =
      play(opposite(options), stream, [&] { return dice.piece() * dice.piece(); });
  FUZZ_REQUIRE(arrived.received == all);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in(data, size);
  const engine_options options = options_from(in.option());
  fuzz::dice dice(in.option());
  const std::string_view stream = in.rest();

  const outcome expected = play(options, stream, [&] { return stream.size(); });
  FUZZ_REQUIRE(play(options, stream, [] { return 1; }) == expected);
  FUZZ_REQUIRE(play(options, stream, [&] { return dice.piece(); }) == expected);
  FUZZ_REQUIRE(play(
                   options, stream, [&] { return dice.piece(); }, true) == expected);
  require_well_formed(options, expected.output);
  require_arrives(options, expected.received, dice);
  return 0;
}
