// SPDX-License-Identifier: BSL-1.0
//
// The table of rules: name, sentence, source and close code in one place.

#include "websocket/rule.hpp"

#include <array>

namespace asio_httpd::ws {
namespace {

struct row {
  rule which;
  std::string_view name;
  std::string_view sentence;
  std::string_view source;
  close_code code;
};

constexpr std::array<row, rule_count> rows = {{
    {rule::none, "none", "", "", close_code::normal},
    {rule::reserved_bits, "reserved_bits", "a reserved bit is set", "RFC 6455 section 5.2",
     close_code::protocol_error},
    {rule::opcode_unknown, "opcode_unknown", "unknown opcode", "RFC 6455 section 5.2",
     close_code::protocol_error},
    {rule::mask_missing, "mask_missing", "a client's frame must be masked", "RFC 6455 section 5.1",
     close_code::protocol_error},
    {rule::mask_present, "mask_present", "a server's frame must not be masked",
     "RFC 6455 section 5.1", close_code::protocol_error},
    {rule::length_not_minimal, "length_not_minimal", "length not in its shortest form",
     "RFC 6455 section 5.2", close_code::protocol_error},
    {rule::length_too_large, "length_too_large", "length of 2^63 or more", "RFC 6455 section 5.2",
     close_code::protocol_error},
    {rule::control_fragmented, "control_fragmented", "control frame in fragments",
     "RFC 6455 section 5.5", close_code::protocol_error},
    {rule::control_too_long, "control_too_long", "control frame of more than 125 bytes",
     "RFC 6455 section 5.5", close_code::protocol_error},
    {rule::continuation_unexpected, "continuation_unexpected", "nothing to be continued",
     "RFC 6455 section 5.4", close_code::protocol_error},
    {rule::message_interrupted, "message_interrupted", "new message within a message",
     "RFC 6455 section 5.4", close_code::protocol_error},
    {rule::compressed_control, "compressed_control", "compressed control frame",
     "RFC 7692 section 6.1", close_code::protocol_error},
    {rule::compressed_continuation, "compressed_continuation",
     "RSV1 on a frame that is not a message's first", "RFC 7692 section 6.1",
     close_code::protocol_error},
    {rule::compressed_data, "compressed_data", "malformed compressed data",
     "RFC 7692 section 7.2.2", close_code::invalid_payload},
    {rule::message_not_utf8, "message_not_utf8", "text that is not UTF-8", "RFC 6455 section 8.1",
     close_code::invalid_payload},
    {rule::close_too_short, "close_too_short", "Close with half a code", "RFC 6455 section 5.5.1",
     close_code::protocol_error},
    {rule::close_code_invalid, "close_code_invalid", "close code that must not be sent",
     "RFC 6455 section 7.4", close_code::protocol_error},
    {rule::close_reason_not_utf8, "close_reason_not_utf8", "close reason that is not UTF-8",
     "RFC 6455 section 5.5.1", close_code::invalid_payload},
    {rule::frame_too_large, "frame_too_large", "frame too large", "RFC 6455 section 10.4",
     close_code::message_too_big},
    {rule::message_too_large, "message_too_large", "message too large", "RFC 6455 section 10.4",
     close_code::message_too_big},
}};

consteval bool in_order() {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (static_cast<std::size_t>(rows[i].which) != i) return false;
    if (rows[i].sentence.size() > longest_reason) return false;
  }
  return true;
}
static_assert(in_order());

const row& row_of(rule r) noexcept {
  return rows[static_cast<std::size_t>(r)];
}

}  // namespace

std::string_view to_string(rule r) noexcept {
  return row_of(r).name;
}
std::string_view sentence_of(rule r) noexcept {
  return row_of(r).sentence;
}
std::string_view source_of(rule r) noexcept {
  return row_of(r).source;
}
close_code code_of(rule r) noexcept {
  return row_of(r).code;
}

}  // namespace asio_httpd::ws
