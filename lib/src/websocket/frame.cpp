// SPDX-License-Identifier: BSL-1.0
//
// Frame headers. The functions stand in the order of the bytes.

#include "websocket/frame.hpp"

#include <tuple>

namespace asio_httpd::ws {
namespace {

constexpr unsigned fin_bit = 0x80;
constexpr unsigned rsv1_bit = 0x40;
constexpr unsigned rsv2_and_3 = 0x30;
constexpr unsigned mask_bit = 0x80;
constexpr std::size_t key_size = std::tuple_size_v<mask_key>;
constexpr unsigned length_in_2_bytes = 126;
constexpr unsigned length_in_8_bytes = 127;

unsigned byte_at(std::string_view bytes, std::size_t i) noexcept {
  return static_cast<std::uint8_t>(bytes[i]);
}

constexpr bool is_known(unsigned op) noexcept {
  return op <= 2 || (op >= 8 && op <= 10);
}

// --- reading -------------------------------------------------------------------------------------

rule check_control(const frame_header& h) noexcept {
  if (h.rsv1) return rule::compressed_control;
  return h.fin ? rule::none : rule::control_fragmented;
}

rule check_data(const frame_header& h, const frame_policy& policy) noexcept {
  if (h.op != opcode::continuation) {
    return policy.in_message ? rule::message_interrupted : rule::none;
  }
  if (!policy.in_message) return rule::continuation_unexpected;
  return h.rsv1 ? rule::compressed_continuation : rule::none;
}

rule read_first_byte(unsigned byte, const frame_policy& policy, frame_header& to) noexcept {
  to.fin = (byte & fin_bit) != 0;
  to.rsv1 = (byte & rsv1_bit) != 0;
  if ((byte & rsv2_and_3) != 0 || (to.rsv1 && !policy.compression)) return rule::reserved_bits;
  if (!is_known(byte & 0x0f)) return rule::opcode_unknown;
  to.op = static_cast<opcode>(byte & 0x0f);
  return is_control(to.op) ? check_control(to) : check_data(to, policy);
}

rule read_second_byte(unsigned byte, const frame_policy& policy, frame_header& to) noexcept {
  const bool masked = (byte & mask_bit) != 0;
  if (masked != policy.from_client) return masked ? rule::mask_present : rule::mask_missing;
  to.length = byte & ~mask_bit;
  if (is_control(to.op) && to.length > longest_control) return rule::control_too_long;
  return rule::none;
}

std::size_t bytes_of_length(std::uint64_t seven_bits) noexcept {
  if (seven_bits < length_in_2_bytes) return 0;
  return seven_bits == length_in_2_bytes ? 2 : 8;
}

rule read_length(std::string_view bytes, frame_header& to) noexcept {
  if (bytes.empty()) return rule::none;
  to.length = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) to.length = to.length << 8 | byte_at(bytes, i);
  if (to.length >> 63 != 0) return rule::length_too_large;
  const std::uint64_t least = bytes.size() == 2 ? length_in_2_bytes : 0x10000;
  return to.length < least ? rule::length_not_minimal : rule::none;
}

frame_result failed(rule r) noexcept {
  return {frame_state::failed, r};
}

// --- writing -------------------------------------------------------------------------------------

char* put_length(char* at, std::uint64_t length, unsigned masked) noexcept {
  const std::size_t more = length < length_in_2_bytes ? 0 : length < 0x10000 ? 2 : 8;
  const unsigned seven_bits = more == 0   ? static_cast<unsigned>(length)
                              : more == 2 ? length_in_2_bytes
                                          : length_in_8_bytes;
  *at++ = static_cast<char>(masked | seven_bits);
  for (std::size_t i = more; i-- > 0;) *at++ = static_cast<char>(length >> 8 * i & 0xff);
  return at;
}

std::size_t put_header(char* at, opcode op, std::uint64_t length, frame_flags flags,
                       const std::optional<mask_key>& key) noexcept {
  char* const begin = at;
  *at++ = static_cast<char>((flags.fin ? fin_bit : 0) | (flags.rsv1 ? rsv1_bit : 0) |
                            static_cast<unsigned>(op));
  at = put_length(at, length, key ? mask_bit : 0);
  if (key) {
    for (const std::uint8_t byte : *key) *at++ = static_cast<char>(byte);
  }
  return static_cast<std::size_t>(at - begin);
}

}  // namespace

frame_result read_frame_header(std::string_view bytes, const frame_policy& policy,
                               frame_header& to) noexcept {
  if (bytes.empty()) return {};
  if (rule r = read_first_byte(byte_at(bytes, 0), policy, to); r != rule::none) return failed(r);
  if (bytes.size() < 2) return {};
  if (rule r = read_second_byte(byte_at(bytes, 1), policy, to); r != rule::none) return failed(r);
  const std::size_t more = bytes_of_length(to.length);
  if (bytes.size() < 2 + more) return {};
  if (rule r = read_length(bytes.substr(2, more), to); r != rule::none) return failed(r);
  if (to.length > policy.largest && !is_control(to.op)) return failed(rule::frame_too_large);
  to.size = 2 + more + (policy.from_client ? key_size : 0);
  if (bytes.size() < to.size) return {};
  to.key.reset();
  if (policy.from_client) {
    std::memcpy(to.key.emplace().data(), bytes.data() + 2 + more, key_size);
  }
  return {frame_state::complete, rule::none};
}

void append_frame(base::byte_buffer& to, opcode op, std::string_view payload, frame_flags flags,
                  const std::optional<mask_key>& key) {
  to.prepare(longest_header + payload.size());
  to.commit(put_header(to.write_position(), op, payload.size(), flags, key));
  payload.copy(to.write_position(), payload.size());
  if (key) mask(to.write_position(), payload.size(), *key);
  to.commit(payload.size());
}

}  // namespace asio_httpd::ws
