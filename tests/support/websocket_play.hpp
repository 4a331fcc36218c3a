// SPDX-License-Identifier: BSL-1.0
//
// Playing bytes to a WebSocket engine. Frames are put together here by the simplest means, without
// the code under test.
//
//   play_however_cut({}, masked(opcode::text, "hello")).events == "text:hello"
//
// Events are joined by " | ": "text:...", "binary:...", "pong:...", "close 1002 reserved_bits" or
// "close 1000" (with " reason" where there is one). play_however_cut() plays the bytes whole, one
// at a time, and cut in two at every place (of a long stream at three hundred), and checks that it
// comes to the same each time.

#pragma once

#include "websocket/engine.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace test_support {

namespace ws = asio_httpd::ws;

struct frame_bits {
  bool fin = true;
  unsigned rsv = 0;  // 4 for RSV1
};

inline constexpr frame_bits not_fin{.fin = false};
inline constexpr frame_bits rsv1{.rsv = 4};
inline constexpr frame_bits rsv1_not_fin{.fin = false, .rsv = 4};

// As a client sends it, and as a server does.
std::string masked(ws::opcode op, std::string_view payload, frame_bits bits = {});
std::string unmasked(ws::opcode op, std::string_view payload, frame_bits bits = {});
// The header of a client's frame of which no payload follows.
std::string masked_header(ws::opcode op, std::uint64_t length, frame_bits bits = {});
// What a Close frame holds.
std::string close_payload(unsigned code, std::string_view reason = {});
// A client's Close.
std::string masked_close(unsigned code, std::string_view reason = {});

std::string repeated(std::string_view text, std::size_t times);

// As RFC 7692 compresses it, by zlib itself.
std::string compressed(std::string_view text);

struct conversation {
  std::string events;
  std::string output;
  friend bool operator==(const conversation&, const conversation&) = default;
};

// How many bytes come at once.
using next_piece = std::function<std::size_t()>;

// Plays until the bytes are used up, or it closes; with the end of the stream behind them where it
// is asked for.
conversation play(const ws::engine_options& options, std::string_view stream,
                  const next_piece& next, bool end_of_stream = false);
conversation play_whole(const ws::engine_options& options, std::string_view stream);
conversation play_however_cut(const ws::engine_options& options, std::string_view stream);

// The frames of a server's output in words: "text:hello | pong:x | close 1002 ...", with "+" before
// what is compressed and "..." behind what is not the last frame of its message.
std::string frames_in(std::string_view output);

}  // namespace test_support
