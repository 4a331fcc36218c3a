// SPDX-License-Identifier: BSL-1.0
//
// Frames (RFC 6455 section 5.2): reading a frame's header, and writing frames.
//
// The reader takes the header from the beginning of what has come in. Each byte is judged as soon
// as it is there, so the verdict does not depend on how the bytes are cut. Allocates nothing; the
// writer grows the buffer that it appends to.

#pragma once

#include "base/byte_buffer.hpp"
#include "websocket/mask.hpp"
#include "websocket/rule.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace asio_httpd::ws {

enum class opcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10,
};

constexpr bool is_control(opcode op) noexcept {
  return static_cast<unsigned>(op) >= 8;
}

inline constexpr std::size_t longest_header = 14;
inline constexpr std::size_t longest_control = 125;

struct frame_header {
  bool fin = true;  // the last frame of its message
  bool rsv1 = false;
  opcode op = opcode::binary;
  std::uint64_t length = 0;     // of the payload
  std::optional<mask_key> key;  // of a masked frame
  std::size_t size = 0;         // of the header itself
};

// What the state of the connection lets a frame be.
struct frame_policy {
  bool from_client = true;   // and so masked
  bool compression = false;  // RSV1 has a meaning
  bool in_message = false;   // a message has begun and goes on
  std::uint64_t largest = UINT64_MAX;
};

enum class frame_state : std::uint8_t { need_more, complete, failed };

struct frame_result {
  frame_state at = frame_state::need_more;
  rule broken = rule::none;
};

// `to` is complete where the result is.
frame_result read_frame_header(std::string_view bytes, const frame_policy& policy,
                               frame_header& to) noexcept;

struct frame_flags {
  bool fin = true;
  bool rsv1 = false;
};

// Appends one frame, masked where there is a key.
void append_frame(base::byte_buffer& to, opcode op, std::string_view payload, frame_flags flags,
                  const std::optional<mask_key>& key = {});

}  // namespace asio_httpd::ws
