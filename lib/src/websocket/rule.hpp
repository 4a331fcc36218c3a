// SPDX-License-Identifier: BSL-1.0
//
// The rules of RFC 6455 and RFC 7692 that a peer can break, each with the code that the connection
// is failed with. A broken rule means one Close frame, which carries the sentence, and the end; the
// log and the status name the rule.

#pragma once

#include "websocket/close_code.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace asio_httpd::ws {

enum class rule : std::uint8_t {
  none,
  // The frame, RFC 6455 section 5.2.
  reserved_bits,
  opcode_unknown,
  mask_missing,
  mask_present,
  length_not_minimal,
  length_too_large,
  // Control frames, section 5.5.
  control_fragmented,
  control_too_long,
  // Fragments, section 5.4.
  continuation_unexpected,
  message_interrupted,
  // Compression, RFC 7692 sections 6 and 7.
  compressed_control,
  compressed_continuation,
  compressed_data,
  // What frames hold.
  message_not_utf8,
  close_too_short,
  close_code_invalid,
  close_reason_not_utf8,
  // Limits of ours.
  frame_too_large,
  message_too_large,
};

inline constexpr std::size_t rule_count = 20;

// For example "mask_missing". Static storage.
std::string_view to_string(rule r) noexcept;
// What is wrong, in a few words for the peer; at most `longest_reason` bytes of ASCII.
std::string_view sentence_of(rule r) noexcept;
// Where it stands, for example "RFC 6455 section 5.1".
std::string_view source_of(rule r) noexcept;
// What a connection that broke it is closed with.
close_code code_of(rule r) noexcept;

}  // namespace asio_httpd::ws
