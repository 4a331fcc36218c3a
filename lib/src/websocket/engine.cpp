// SPDX-License-Identifier: BSL-1.0
//
// The engine. Receiving first, in the order of a frame's life; then sending.

#include "websocket/engine.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>
#include <utility>

namespace asio_httpd::ws {
namespace {

constexpr std::size_t code_size = 2;
// zlib adds 5 bytes to 16 KiB at worst; this leaves room for peers that flush often.
constexpr std::uint64_t compression_overhead = 8;
constexpr std::uint64_t least_overhead = 1024;

close_code code_in(std::string_view payload) noexcept {
  const auto high = static_cast<std::uint8_t>(payload[0]);
  const auto low = static_cast<std::uint8_t>(payload[1]);
  return static_cast<close_code>(high << 8 | low);
}

// RFC 6455 section 5.5.1.
rule check_close(std::string_view payload) noexcept {
  if (payload.empty()) return rule::none;
  if (payload.size() < code_size) return rule::close_too_short;
  if (!may_be_sent(code_in(payload))) return rule::close_code_invalid;
  if (!base::is_utf8(payload.substr(code_size))) return rule::close_reason_not_utf8;
  return rule::none;
}

// At most `size` bytes of UTF-8, and no part of a character.
std::string_view cut_text(std::string_view text, std::size_t size) noexcept {
  if (text.size() <= size) return text;
  while (size != 0 && (static_cast<std::uint8_t>(text[size]) & 0xc0) == 0x80) --size;
  return text.substr(0, size);
}

rule rule_of(inflate_result result) noexcept {
  switch (result) {
    case inflate_result::too_large:
      return rule::message_too_large;
    case inflate_result::malformed:
      return rule::compressed_data;
    case inflate_result::ok:
      break;
  }
  return rule::none;
}

}  // namespace

void engine::reset(const engine_options& options) {
  options_ = options;
  options_.message = std::min(options.message, std::numeric_limits<std::size_t>::max() / 4);
  input_.clear();
  output_.clear();
  content_.clear();
  deflater_.reset();
  inflater_.reset();
  utf8_.reset();
  received_ = {};
  closed_ = {};
  used_ = 0;
  mask_state_ = options.mask_seed;
  pings_ = 0;
  in_message_ = in_frame_ = shows_content_ = false;
  close_sent_ = is_closed_ = eof_ = false;
}

action engine::next() {
  drop_event();
  while (!is_closed_) {
    const outcome o = in_frame_ ? take_payload() : take_frame();
    if (o) return *o;
  }
  return action::close;
}

void engine::drop_event() noexcept {
  received_ = {};
  input_.consume(std::exchange(used_, 0));
  if (std::exchange(shows_content_, false)) content_.clear();
}

// --- frames --------------------------------------------------------------------------------------

frame_policy engine::policy() const noexcept {
  return {.from_client = options_.role == role::server,
          .compression = options_.deflate.has_value(),
          .in_message = in_message_,
          .largest = options_.frame};
}

engine::outcome engine::take_frame() {
  const auto result = read_frame_header(input_.view(), policy(), header_);
  switch (result.at) {
    case frame_state::need_more:
      return need_more();
    case frame_state::failed:
      return fail(result.broken);
    case frame_state::complete:
      break;
  }
  return is_control(header_.op) ? take_control() : begin_data();
}

// The payload, or a part of it, decoded where it lies.
std::string_view engine::unmask(std::size_t begin, std::size_t size,
                                std::uint64_t offset) noexcept {
  char* const at = input_.mutable_data() + begin;
  if (header_.key) mask(at, size, *header_.key, offset);
  return {at, size};
}

// --- control frames ------------------------------------------------------------------------------

engine::outcome engine::take_control() {
  const auto length = static_cast<std::size_t>(header_.length);
  if (input_.size() < header_.size + length) return need_more();
  if (header_.op == opcode::ping && output_.size() > options_.pending_output) return action::write;
  used_ = header_.size + length;
  const std::string_view payload = unmask(header_.size, length, 0);
  if (header_.op == opcode::ping) return take_ping(payload);
  if (header_.op == opcode::close) return take_close(payload);
  received_.data = payload;
  return action::pong;
}

engine::outcome engine::take_ping(std::string_view payload) {
  ++pings_;
  if (options_.answers_pings && !close_sent_) add_frame(opcode::pong, payload);
  drop_event();
  return std::nullopt;
}

action engine::take_close(std::string_view payload) {
  if (rule r = check_close(payload); r != rule::none) return fail(r);
  closed_.code = payload.empty() ? close_code::no_status : code_in(payload);
  if (!payload.empty()) closed_.reason = payload.substr(code_size);
  closed_.is_clean = true;
  if (!close_sent_) send_close(closed_.code, {});
  is_closed_ = true;
  return action::close;
}

// --- messages ------------------------------------------------------------------------------------

engine::outcome engine::begin_data() {
  if (!in_message_) {
    kind_ = header_.op == opcode::text ? message_kind::text : message_kind::binary;
    compressed_ = header_.rsv1;
    message_wire_ = 0;
  }
  if (!fits_limit()) return fail(rule::message_too_large);
  const bool is_all = !in_message_ && header_.fin && !compressed_;
  if (is_all && input_.size() - header_.size >= header_.length) return take_whole();
  input_.consume(header_.size);
  frame_done_ = 0;
  in_frame_ = in_message_ = true;
  return take_payload();
}

// At the header, before a byte of the payload is looked at. Compressed frames may be larger than
// what they hold, and since empty blocks cost a peer next to nothing, they have a limit, too.
bool engine::fits_limit() const noexcept {
  std::uint64_t most = options_.message;
  if (compressed_) most += most / compression_overhead + least_overhead;
  return message_wire_ <= most && header_.length <= most - message_wire_;
}

action engine::take_whole() {
  const auto length = static_cast<std::size_t>(header_.length);
  received_ = {kind_, unmask(header_.size, length, 0)};
  used_ = header_.size + length;
  if (kind_ == message_kind::text && !base::is_utf8(received_.data)) {
    return fail(rule::message_not_utf8);
  }
  return action::message;
}

engine::outcome engine::take_payload() {
  const std::uint64_t left = header_.length - frame_done_;
  const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left, input_.size()));
  const rule r = add_content(unmask(0, n, frame_done_));
  input_.consume(n);
  frame_done_ += n;
  if (r != rule::none) return fail(r);
  if (n != left) return need_more();
  in_frame_ = false;
  message_wire_ += header_.length;
  if (!header_.fin) return std::nullopt;
  return finish_message();
}

rule engine::add_content(std::string_view piece) {
  const std::size_t from = content_.size();
  if (!compressed_) {
    content_.append(piece);
    return check_content(from, inflate_result::ok);
  }
  if (!inflater_) inflater_.emplace();
  return check_content(from, inflater_->inflate(piece, options_.message, content_));
}

// What was wrong first: bytes before a fault of the compression are looked at before it.
rule engine::check_content(std::size_t from, inflate_result result) noexcept {
  if (kind_ == message_kind::text && !utf8_.feed(content_.view().substr(from))) {
    return rule::message_not_utf8;
  }
  return rule_of(result);
}

action engine::finish_message() {
  if (compressed_) {
    const std::size_t from = content_.size();
    const rule r = check_content(from, inflater_->finish(options_.message, content_));
    if (r != rule::none) return fail(r);
    if (receives_alone()) inflater_->reset();
  }
  if (kind_ == message_kind::text && !utf8_.is_complete()) return fail(rule::message_not_utf8);
  in_message_ = false;
  shows_content_ = true;
  received_ = {kind_, content_.view()};
  return action::message;
}

// --- the ends ------------------------------------------------------------------------------------

action engine::need_more() {
  if (!eof_) return action::read;
  closed_.code = close_code::abnormal;
  is_closed_ = true;
  return action::close;
}

// RFC 6455 section 7.1.7: nothing behind the fault is looked at.
action engine::fail(rule r) {
  received_ = {};
  closed_ = {code_of(r), std::string(sentence_of(r)), r, false};
  if (!close_sent_) send_close(closed_.code, closed_.reason);
  is_closed_ = true;
  return action::close;
}

// --- sending -------------------------------------------------------------------------------------

bool engine::sends_alone() const noexcept {
  return options_.role == role::server ? options_.deflate->server_no_context_takeover
                                       : options_.deflate->client_no_context_takeover;
}

bool engine::receives_alone() const noexcept {
  return options_.role == role::server ? options_.deflate->client_no_context_takeover
                                       : options_.deflate->server_no_context_takeover;
}

int engine::own_window_bits() const noexcept {
  const auto& o = options_;
  return o.role == role::server
             ? std::min(o.deflate->server_max_window_bits.value_or(largest_window_bits),
                        o.compression.server_max_window_bits)
             : std::min(o.deflate->client_max_window_bits.value_or(largest_window_bits),
                        o.compression.client_max_window_bits);
}

bool engine::send(message_kind kind, std::string_view data) {
  require_sendable(kind, data);
  if (close_sent_) return false;
  if (options_.deflate && !data.empty() && data.size() >= options_.compression.smallest) {
    send_compressed(kind, data);
  } else {
    add_frame(opcode_of(kind), data);
  }
  return true;
}

void engine::send_compressed(message_kind kind, std::string_view data) {
  if (!deflater_) {
    deflater_.emplace(own_window_bits(), options_.compression.level,
                      options_.compression.memory_level);
  }
  packed_.clear();
  deflater_->compress(data, packed_);
  // With context takeover the peer must see what later messages refer to.
  if (sends_alone()) {
    deflater_->reset();
    if (packed_.size() >= data.size()) return add_frame(opcode_of(kind), data);
  }
  add_frame(opcode_of(kind), packed_.view(), {.rsv1 = true});
}

bool engine::send(const encoded_message& m) {
  if (options_.role == role::client) return send(m.kind(), m.data());
  const std::string_view frame = pick(m);
  output_.append(frame);
  return !frame.empty();
}

std::string_view engine::pick(const encoded_message& m) noexcept {
  if (close_sent_) return {};
  const bool compressed =
      options_.deflate && !m.compressed().empty() && m.window_bits() <= own_window_bits();
  if (!compressed) return m.plain();
  // It enters the peer's window but not that of the deflater, which therefore begins anew.
  if (deflater_) deflater_->reset();
  return m.compressed();
}

bool engine::ping(std::string_view payload) {
  if (payload.size() > longest_control) {
    throw std::invalid_argument("a WebSocket ping holds at most 125 bytes");
  }
  if (close_sent_) return false;
  add_frame(opcode::ping, payload);
  return true;
}

bool engine::close(close_code code, std::string_view reason) {
  if (code != close_code::no_status && !may_be_sent(code)) {
    throw std::invalid_argument("this WebSocket close code must not be sent");
  }
  if (!base::is_utf8(reason)) {
    throw std::invalid_argument("a WebSocket close reason must be UTF-8");
  }
  if (close_sent_) return false;
  send_close(code, cut_text(reason, longest_reason));
  return true;
}

void engine::send_close(close_code code, std::string_view reason) {
  std::array<char, code_size + longest_reason> payload{};
  const auto value = static_cast<unsigned>(code);
  payload[0] = static_cast<char>(value >> 8);
  payload[1] = static_cast<char>(value & 0xff);
  reason.copy(payload.data() + code_size, reason.size());
  const std::size_t size = code == close_code::no_status ? 0 : code_size + reason.size();
  add_frame(opcode::close, {payload.data(), size});
  close_sent_ = true;
}

void engine::add_frame(opcode op, std::string_view payload, frame_flags flags) {
  std::optional<mask_key> key;
  if (options_.role == role::client) key = next_key();
  append_frame(output_, op, payload, flags, key);
}

// A step of a linear congruential generator, of which the upper half is used.
mask_key engine::next_key() noexcept {
  mask_state_ = mask_state_ * 6364136223846793005 + 1442695040888963407;
  mask_key key{};
  for (std::size_t i = 0; i < key.size(); ++i) {
    key[i] = static_cast<std::uint8_t>(mask_state_ >> (32 + 8 * i));
  }
  return key;
}

// --- memory --------------------------------------------------------------------------------------

std::size_t engine::memory() const noexcept {
  return input_.capacity() + output_.capacity() + content_.capacity() + packed_.capacity() +
         (deflater_ ? deflater_->memory() : 0) + (inflater_ ? inflater_->memory() : 0);
}

void engine::release_memory() noexcept {
  if (input_.empty()) input_.release();
  if (output_.empty()) output_.release();
  packed_.release();
  if (!in_message_) content_.release();
  if (deflater_ && sends_alone()) deflater_.reset();
  if (inflater_ && receives_alone() && !in_message_) inflater_.reset();
}

}  // namespace asio_httpd::ws
