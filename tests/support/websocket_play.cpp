// SPDX-License-Identifier: BSL-1.0
//
// Frames by hand, and the runs.

#include "support/websocket_play.hpp"

#include <doctest/doctest.h>
#include <zlib.h>

#include <algorithm>
#include <array>

namespace test_support {
namespace {

constexpr std::array<unsigned char, 4> key = {0x37, 0xfa, 0x21, 0x3d};
constexpr std::size_t most_cuts = 300;

std::string header(ws::opcode op, std::uint64_t length, frame_bits bits, unsigned mask_bit) {
  std::string text;
  const unsigned first = (bits.fin ? 0x80U : 0U) | bits.rsv << 4 | static_cast<unsigned>(op);
  text += static_cast<char>(first);
  const int more = length < 126 ? 0 : length < 65536 ? 2 : 8;
  const auto seven_bits = more == 0 ? static_cast<unsigned>(length) : more == 2 ? 126U : 127U;
  text += static_cast<char>(mask_bit | seven_bits);
  for (int i = more - 1; i >= 0; --i) text += static_cast<char>(length >> (8 * i) & 0xff);
  return text;
}

void add(std::string& events, std::string_view what, std::string_view payload = {}) {
  if (!events.empty()) events += " | ";
  events.append(what).append(payload);
}

std::string close_in_words(const ws::close_result& c) {
  std::string text = "close " + std::to_string(static_cast<unsigned>(c.code));
  if (c.broken != ws::rule::none) return text + " " + std::string(to_string(c.broken));
  if (!c.reason.empty()) text += " " + c.reason;
  return text;
}

std::string_view name_of(unsigned op) {
  switch (op) {
    case 0:
      return "continuation:";
    case 1:
      return "text:";
    case 2:
      return "binary:";
    case 9:
      return "ping:";
    case 10:
      return "pong:";
    default:
      return "?";
  }
}

// The player of one run.
class player {
 public:
  player(const ws::engine_options& options, std::string_view stream)
      : engine_(options), left_(stream) {}

  conversation run(const next_piece& next, bool end_of_stream) {
    for (;;) {
      switch (engine_.next()) {
        case ws::action::read:
          flush();
          if (left_.empty() && !end_of_stream) return result_;
          receive(next);
          break;
        case ws::action::write:
          flush();
          break;
        case ws::action::message:
          add(result_.events,
              engine_.received().kind == ws::message_kind::text ? "text:" : "binary:",
              engine_.received().data);
          break;
        case ws::action::pong:
          add(result_.events, "pong:", engine_.pong());
          break;
        case ws::action::close:
          flush();
          add(result_.events, close_in_words(engine_.closed()));
          return result_;
      }
    }
  }

 private:
  void receive(const next_piece& next) {
    if (left_.empty()) return engine_.commit_eof();
    const std::string_view piece = left_.substr(0, next());
    engine_.input().append(piece);
    left_.remove_prefix(piece.size());
  }
  void flush() {
    result_.output += engine_.output().view();
    engine_.output().clear();
  }

  ws::engine engine_;
  std::string_view left_;
  conversation result_;
};

}  // namespace

std::string masked_header(ws::opcode op, std::uint64_t length, frame_bits bits) {
  return header(op, length, bits, 0x80) + std::string(key.begin(), key.end());
}

std::string masked(ws::opcode op, std::string_view payload, frame_bits bits) {
  std::string text = masked_header(op, payload.size(), bits);
  for (std::size_t i = 0; i < payload.size(); ++i) {
    text += static_cast<char>(static_cast<unsigned char>(payload[i]) ^ key[i % 4]);
  }
  return text;
}

std::string unmasked(ws::opcode op, std::string_view payload, frame_bits bits) {
  return header(op, payload.size(), bits, 0).append(payload);
}

std::string close_payload(unsigned code, std::string_view reason) {
  std::string text;
  text += static_cast<char>(code >> 8);
  text += static_cast<char>(code & 0xff);
  return text.append(reason);
}

std::string masked_close(unsigned code, std::string_view reason) {
  return masked(ws::opcode::close, close_payload(code, reason));
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

std::string compressed(std::string_view text) {
  z_stream z{};
  REQUIRE(deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string to(deflateBound(&z, text.size()) + 16, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(to.data());
  z.avail_out = static_cast<uInt>(to.size());
  REQUIRE(deflate(&z, Z_SYNC_FLUSH) == Z_OK);
  to.resize(to.size() - z.avail_out - 4);
  deflateEnd(&z);
  return to;
}

conversation play(const ws::engine_options& options, std::string_view stream,
                  const next_piece& next, bool end_of_stream) {
  return player(options, stream).run(next, end_of_stream);
}

conversation play_whole(const ws::engine_options& options, std::string_view stream) {
  return play(options, stream, [&] { return stream.size(); });
}

conversation play_however_cut(const ws::engine_options& options, std::string_view stream) {
  conversation whole = play_whole(options, stream);
  const conversation by_byte = play(options, stream, [] { return std::size_t{1}; });
  CHECK(by_byte.events == whole.events);
  CHECK((by_byte.output == whole.output));
  const std::size_t step = 1 + stream.size() / most_cuts;
  for (std::size_t at = 1; at < stream.size(); at += step) {
    bool first = true;
    const next_piece in_two = [&] { return std::exchange(first, false) ? at : stream.size(); };
    const conversation cut = play(options, stream, in_two);
    CAPTURE(at);
    CHECK((cut == whole));
  }
  return whole;
}

std::string frames_in(std::string_view output) {
  std::string words;
  while (!output.empty()) {
    const auto first = static_cast<unsigned char>(output[0]);
    auto length = static_cast<std::uint64_t>(static_cast<unsigned char>(output[1]));
    const std::size_t more = length < 126 ? 0 : length == 126 ? 2 : 8;
    if (more != 0) length = 0;
    for (std::size_t i = 0; i < more; ++i) {
      length = length << 8 | static_cast<unsigned char>(output[2 + i]);
    }
    const std::string payload(output.substr(2 + more, length));
    output.remove_prefix(2 + more + length);
    if ((first & 0x0f) != 8) {
      const std::string prefix = (first & 0x40) != 0 ? "+" : "";
      add(words, prefix + std::string(name_of(first & 0x0f)), payload);
      if ((first & 0x80) == 0) words += "...";
      continue;
    }
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(payload[i]); };
    add(words, payload.empty() ? "close" : "close " + std::to_string(byte(0) * 256 + byte(1)));
    if (payload.size() > 2) words += " " + payload.substr(2);
  }
  return words;
}

}  // namespace test_support
