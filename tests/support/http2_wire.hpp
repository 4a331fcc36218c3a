// SPDX-License-Identifier: BSL-1.0
//
// HTTP/2 (RFC 9113) and HPACK (RFC 7541) byte by byte, for tests: frames and field blocks that may
// break every rule on the way to a server, and what a server sends, which may break none.
//
// What writes checks nothing. What reads throws testing::error at the first broken rule. Knows
// nothing of sockets, and nothing of doctest, so that the fuzzer has it as well.

#pragma once

#include "base/byte_buffer.hpp"

#include <asio_httpd/testing/error.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct nghttp2_hd_inflater;

namespace test_support::http2 {

enum class frame_type : std::uint8_t {
  data,
  headers,
  priority,
  rst_stream,
  settings,
  push_promise,
  ping,
  goaway,
  window_update,
  continuation,
  priority_update = 0x10,  // RFC 9218
  unknown = 0x16,          // of no RFC
};

// RFC 9113 section 7.
enum class error_code : std::uint32_t {
  no_error,
  protocol_error,
  internal_error,
  flow_control_error,
  settings_timeout,
  stream_closed,
  frame_size_error,
  refused_stream,
  cancel,
  compression_error,
  connect_error,
  enhance_your_calm,
  inadequate_security,
  http_1_1_required,
};

enum class setting : std::uint16_t {
  header_table_size = 1,
  enable_push,
  max_concurrent_streams,
  initial_window_size,
  max_frame_size,
  max_header_list_size,
  enable_connect_protocol = 8,  // RFC 8441
};

namespace flag {
inline constexpr std::uint8_t none = 0;
inline constexpr std::uint8_t end_stream = 0x1;
inline constexpr std::uint8_t ack = 0x1;
inline constexpr std::uint8_t end_headers = 0x4;
inline constexpr std::uint8_t padded = 0x8;
inline constexpr std::uint8_t has_priority = 0x20;
inline constexpr std::uint8_t whole = end_stream | end_headers;
}  // namespace flag

std::string to_string(error_code c);

using field_list = std::vector<std::pair<std::string, std::string>>;
using setting_list = std::vector<std::pair<setting, std::uint32_t>>;

inline constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
inline constexpr std::uint32_t default_window = 65'535;
inline constexpr std::uint32_t largest_window = 0x7fff'ffff;
inline constexpr std::uint32_t default_frame_size = 16'384;
inline constexpr std::size_t frame_head_size = 9;

// ---- writing ------------------------------------------------------------------------------------

// `number` in `octets` octets, the highest first.
std::string big_endian(std::uint64_t number, std::size_t octets);

std::string frame_head(std::size_t length, frame_type type, std::uint8_t flags,
                       std::uint32_t stream);
std::string frame(frame_type type, std::uint8_t flags, std::uint32_t stream,
                  std::string_view payload);

std::string data(std::uint32_t stream, std::string_view content,
                 std::uint8_t flags = flag::end_stream);
std::string headers(std::uint32_t stream, std::string_view block, std::uint8_t flags = flag::whole);
std::string continuation(std::uint32_t stream, std::string_view block,
                         std::uint8_t flags = flag::end_headers);
std::string rst_stream(std::uint32_t stream, error_code code = error_code::cancel);
std::string settings(const setting_list& values);
std::string settings_ack();
std::string ping(std::string_view eight_octets = "12345678", std::uint8_t flags = flag::none);
std::string goaway(std::uint32_t last_stream, error_code code, std::string_view debug = {});
std::string window_update(std::uint32_t stream, std::uint32_t increment);
std::string push_promise(std::uint32_t stream, std::uint32_t promised, std::string_view block);
std::string priority_update(std::uint32_t stream, std::string_view value);
// The five octets of priority, in a frame of their own or before a field block.
std::string priority_fields(std::uint32_t depends_on, bool exclusive, std::uint8_t weight);
std::string priority(std::uint32_t stream, std::uint32_t depends_on = 0, bool exclusive = false,
                     std::uint8_t weight = 255);
// Content or a block with so much padding, for a frame with flag::padded.
std::string padded(std::uint8_t padding, std::string_view payload);

namespace hpack {

// How a literal is represented (RFC 7541 section 6.2).
enum class indexing : std::uint8_t { incremental = 0x40, without = 0x00, never = 0x10 };

// Section 5.1; `pattern` are the bits before the prefix.
std::string integer(std::uint64_t value, unsigned prefix_bits, std::uint8_t pattern = 0);
// Section 5.2, as it is; `huffman_text` takes octets that are coded already.
std::string text(std::string_view octets);
std::string huffman_text(std::string_view coded);
std::string indexed(std::uint64_t index);
std::string literal(std::string_view name, std::string_view value, indexing i = indexing::without);
// The name by its index, or, with 0, by the representation that follows; then the value's.
std::string literal_head(indexing i, std::uint64_t name_index);
std::string size_update(std::uint64_t size);
// All literals, without indexing.
std::string block(const field_list& fields);

}  // namespace hpack

// The fields of a request: the pseudo-fields, then these.
field_list request_fields(std::string_view method = "GET", std::string_view path = "/",
                          const field_list& more = {});
// Its block, and its frame.
std::string request_block(std::string_view method = "GET", std::string_view path = "/",
                          const field_list& more = {});
std::string get(std::uint32_t stream, std::string_view path = "/", const field_list& more = {});
// The head of a request whose content follows.
std::string post(std::uint32_t stream, std::string_view path = "/", const field_list& more = {});

// ---- reading ------------------------------------------------------------------------------------

struct received_frame {
  frame_type type{};
  std::uint8_t flags = 0;
  std::uint32_t stream = 0;
  std::string payload;
  field_list fields;  // of HEADERS, with what its CONTINUATION frames had

  bool has(std::uint8_t f) const noexcept { return (flags & f) != 0; }
  bool ends_stream() const noexcept {
    return (type == frame_type::data || type == frame_type::headers) && has(flag::end_stream);
  }
  std::string_view field(std::string_view name) const;
  int status() const;  // of HEADERS; 0: none
  // The number that begins at that octet.
  std::uint32_t number(std::size_t at) const;
  // Of RST_STREAM and GOAWAY.
  error_code code() const { return error_code(number(type == frame_type::goaway ? 4 : 0)); }
  std::string_view debug_data() const { return std::string_view(payload).substr(8); }
};

// "HEADERS 1 END_STREAM :status=200", "GOAWAY PROTOCOL_ERROR \"...\""
std::string to_string(const received_frame& f);

// Frames from bytes in any pieces. Throws where a frame is none that a server may send: too large,
// of a wrong size, between the parts of a field block, or with a block that cannot be decoded.
class frame_reader {
 public:
  frame_reader();
  ~frame_reader();
  void feed(std::string_view bytes) { bytes_.append(bytes); }
  std::optional<received_frame> next();
  bool is_between_frames() const noexcept { return bytes_.empty() && !open_; }
  // What SETTINGS_MAX_FRAME_SIZE of this side allows.
  void allow(std::uint32_t frame_size) noexcept { most_ = frame_size; }

 private:
  std::optional<received_frame> cut();
  std::optional<received_frame> join(received_frame f);
  void decode(received_frame& f);
  void require_valid(const received_frame& f) const;

  asio_httpd::base::byte_buffer bytes_;
  std::uint32_t most_ = default_frame_size;
  std::optional<received_frame> open_;  // HEADERS without its end
  std::shared_ptr<nghttp2_hd_inflater> inflater_;
};

// What a server may send, given what was sent to it: on streams that were opened and not ended,
// within windows and frame sizes, answers to what was asked. It takes the side of the server
// where it cannot know which of two frames was there first.
class server_rules {
 public:
  // Bytes on their way to the server, the preface among them; in any pieces.
  void sent(std::string_view bytes);
  // Throws where the frame breaks a rule.
  void received(const received_frame& f);
  std::uint32_t largest_frame() const noexcept { return largest_frame_; }
  // DATA that this stream, or with 0 the connection, may still get.
  std::int64_t room(std::uint32_t stream) const;

 private:
  struct stream_state {
    std::int64_t granted = 0;  // by WINDOW_UPDATE
    std::int64_t received = 0;
    bool has_head = false;
    bool has_ended = false;
    bool was_reset = false;
  };
  void on_sent(const received_frame& f);
  void on_settings(const received_frame& f);
  void on_headers(const received_frame& f, stream_state& s);
  void on_data(const received_frame& f, stream_state& s);
  stream_state& opened(const received_frame& f);

  asio_httpd::base::byte_buffer unsent_;
  bool after_preface_ = false;
  bool is_first_ = true;
  std::int64_t largest_initial_window_ = default_window;
  std::uint32_t largest_frame_ = default_frame_size;
  std::uint32_t highest_stream_ = 0;
  std::map<std::uint32_t, stream_state> streams_;
  std::set<std::uint32_t> prioritized_;
  std::int64_t unanswered_pings_ = 0;
  std::int64_t unanswered_settings_ = 0;
};

}  // namespace test_support::http2
