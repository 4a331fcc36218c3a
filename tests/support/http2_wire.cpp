// SPDX-License-Identifier: BSL-1.0
//
// Frames and field blocks, out and in. Blocks of a server are decoded by nghttp2's decoder, so that
// its encoder has no friend here.

#include "support/http2_wire.hpp"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <charconv>

namespace test_support::http2 {

using asio_httpd::testing::error;

namespace {

constexpr std::array<std::string_view, 14> code_names{"NO_ERROR",
                                                      "PROTOCOL_ERROR",
                                                      "INTERNAL_ERROR",
                                                      "FLOW_CONTROL_ERROR",
                                                      "SETTINGS_TIMEOUT",
                                                      "STREAM_CLOSED",
                                                      "FRAME_SIZE_ERROR",
                                                      "REFUSED_STREAM",
                                                      "CANCEL",
                                                      "COMPRESSION_ERROR",
                                                      "CONNECT_ERROR",
                                                      "ENHANCE_YOUR_CALM",
                                                      "INADEQUATE_SECURITY",
                                                      "HTTP_1_1_REQUIRED"};

constexpr std::array<std::string_view, 10> type_names{
    "DATA",         "HEADERS", "PRIORITY", "RST_STREAM",    "SETTINGS",
    "PUSH_PROMISE", "PING",    "GOAWAY",   "WINDOW_UPDATE", "CONTINUATION"};

std::string name_of(frame_type t) {
  const auto number = static_cast<std::size_t>(t);
  if (number < type_names.size()) return std::string(type_names[number]);
  return "type " + std::to_string(number);
}

std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t octets) {
  std::uint32_t number = 0;
  for (const char c : bytes.substr(at, octets)) {
    number = number << 8 | static_cast<unsigned char>(c);
  }
  return number;
}

void require(bool condition, std::string_view rule, const received_frame& f) {
  if (!condition) throw error(std::string(rule) + ": " + to_string(f));
}

// The frame at the beginning, where it is whole.
std::optional<received_frame> cut_frame(asio_httpd::base::byte_buffer& from) {
  const std::string_view bytes = from.view();
  if (bytes.size() < frame_head_size) return std::nullopt;
  const std::size_t length = number_at(bytes, 0, 3);
  if (bytes.size() < frame_head_size + length) return std::nullopt;
  received_frame f;
  f.type = frame_type(static_cast<unsigned char>(bytes[3]));
  f.flags = static_cast<std::uint8_t>(bytes[4]);
  f.stream = number_at(bytes, 5, 4) & largest_window;
  f.payload = bytes.substr(frame_head_size, length);
  from.consume(frame_head_size + length);
  return f;
}

}  // namespace

std::string to_string(error_code c) {
  const auto number = static_cast<std::size_t>(c);
  return number < code_names.size() ? std::string(code_names[number])
                                    : "code " + std::to_string(number);
}

// ---- writing ------------------------------------------------------------------------------------

std::string big_endian(std::uint64_t number, std::size_t octets) {
  std::string out(octets, '\0');
  for (auto at = out.rbegin(); at != out.rend(); ++at, number >>= 8) {
    *at = static_cast<char>(number & 0xff);
  }
  return out;
}

std::string frame_head(std::size_t length, frame_type type, std::uint8_t flags,
                       std::uint32_t stream) {
  return big_endian(length, 3) + static_cast<char>(type) + static_cast<char>(flags) +
         big_endian(stream, 4);
}

std::string frame(frame_type type, std::uint8_t flags, std::uint32_t stream,
                  std::string_view payload) {
  return frame_head(payload.size(), type, flags, stream).append(payload);
}

std::string data(std::uint32_t stream, std::string_view content, std::uint8_t flags) {
  return frame(frame_type::data, flags, stream, content);
}

std::string headers(std::uint32_t stream, std::string_view block, std::uint8_t flags) {
  return frame(frame_type::headers, flags, stream, block);
}

std::string continuation(std::uint32_t stream, std::string_view block, std::uint8_t flags) {
  return frame(frame_type::continuation, flags, stream, block);
}

std::string rst_stream(std::uint32_t stream, error_code code) {
  return frame(frame_type::rst_stream, flag::none, stream, big_endian(std::uint32_t(code), 4));
}

std::string settings(const setting_list& values) {
  std::string payload;
  for (const auto& [id, value] : values) {
    payload += big_endian(static_cast<std::uint16_t>(id), 2) + big_endian(value, 4);
  }
  return frame(frame_type::settings, flag::none, 0, payload);
}

std::string settings_ack() {
  return frame(frame_type::settings, flag::ack, 0, {});
}

std::string ping(std::string_view eight_octets, std::uint8_t flags) {
  return frame(frame_type::ping, flags, 0, eight_octets);
}

std::string goaway(std::uint32_t last_stream, error_code code, std::string_view debug) {
  return frame(
      frame_type::goaway, flag::none, 0,
      big_endian(last_stream, 4) + big_endian(std::uint32_t(code), 4) + std::string(debug));
}

std::string window_update(std::uint32_t stream, std::uint32_t increment) {
  return frame(frame_type::window_update, flag::none, stream, big_endian(increment, 4));
}

std::string push_promise(std::uint32_t stream, std::uint32_t promised, std::string_view block) {
  return frame(frame_type::push_promise, flag::end_headers, stream,
               big_endian(promised, 4).append(block));
}

std::string priority_update(std::uint32_t stream, std::string_view value) {
  return frame(frame_type::priority_update, flag::none, 0, big_endian(stream, 4).append(value));
}

std::string priority_fields(std::uint32_t depends_on, bool exclusive, std::uint8_t weight) {
  return big_endian(depends_on | (exclusive ? 0x8000'0000U : 0U), 4) + static_cast<char>(weight);
}

std::string priority(std::uint32_t stream, std::uint32_t depends_on, bool exclusive,
                     std::uint8_t weight) {
  return frame(frame_type::priority, flag::none, stream,
               priority_fields(depends_on, exclusive, weight));
}

std::string padded(std::uint8_t padding, std::string_view payload) {
  return std::string(1, static_cast<char>(padding)).append(payload).append(padding, '\0');
}

namespace hpack {

std::string integer(std::uint64_t value, unsigned prefix_bits, std::uint8_t pattern) {
  const std::uint64_t most = (1U << prefix_bits) - 1;
  if (value < most) return std::string(1, static_cast<char>(pattern | value));
  std::string out(1, static_cast<char>(pattern | most));
  for (value -= most; value >= 0x80; value >>= 7) {
    out += static_cast<char>(0x80 | (value & 0x7f));
  }
  return out += static_cast<char>(value);
}

std::string text(std::string_view octets) {
  return integer(octets.size(), 7).append(octets);
}

std::string huffman_text(std::string_view coded) {
  return integer(coded.size(), 7, 0x80).append(coded);
}

std::string indexed(std::uint64_t index) {
  return integer(index, 7, 0x80);
}

std::string literal_head(indexing i, std::uint64_t name_index) {
  return integer(name_index, i == indexing::incremental ? 6 : 4, static_cast<std::uint8_t>(i));
}

std::string literal(std::string_view name, std::string_view value, indexing i) {
  return literal_head(i, 0) + text(name) + text(value);
}

std::string size_update(std::uint64_t size) {
  return integer(size, 5, 0x20);
}

std::string block(const field_list& fields) {
  std::string out;
  for (const auto& [name, value] : fields) out += literal(name, value);
  return out;
}

}  // namespace hpack

field_list request_fields(std::string_view method, std::string_view path, const field_list& more) {
  field_list fields{{":method", std::string(method)},
                    {":scheme", "http"},
                    {":path", std::string(path)},
                    {":authority", "test"}};
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

std::string request_block(std::string_view method, std::string_view path, const field_list& more) {
  return hpack::block(request_fields(method, path, more));
}

std::string get(std::uint32_t stream, std::string_view path, const field_list& more) {
  return headers(stream, request_block("GET", path, more));
}

std::string post(std::uint32_t stream, std::string_view path, const field_list& more) {
  return headers(stream, request_block("POST", path, more), flag::end_headers);
}

// ---- reading ------------------------------------------------------------------------------------

std::string_view received_frame::field(std::string_view name) const {
  const auto at = std::ranges::find(fields, name, &field_list::value_type::first);
  return at == fields.end() ? std::string_view() : std::string_view(at->second);
}

int received_frame::status() const {
  const std::string_view digits = field(":status");
  int number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

std::uint32_t received_frame::number(std::size_t at) const {
  if (payload.size() < at + 4) throw error("a frame is too short: " + name_of(type));
  return number_at(payload, at, 4);
}

std::string to_string(const received_frame& f) {
  std::string out = name_of(f.type);
  if (f.stream != 0) out += " " + std::to_string(f.stream);
  if (f.ends_stream()) out += " END_STREAM";
  if (f.type == frame_type::goaway || f.type == frame_type::rst_stream) {
    out += " " + (f.payload.size() < 4 ? "?" : to_string(f.code()));
    if (f.payload.size() > 8) out.append(" \"").append(f.debug_data()) += '"';
    return out;
  }
  for (const auto& [name, value] : f.fields) out += " " + name + "=" + value;
  if (f.type == frame_type::settings || f.type == frame_type::ping) {
    return f.has(flag::ack) ? out + " ACK" : out;
  }
  return f.fields.empty() ? out + " (" + std::to_string(f.payload.size()) + ")" : out;
}

frame_reader::frame_reader() {
  nghttp2_hd_inflater* decoder = nullptr;
  if (nghttp2_hd_inflate_new(&decoder) != 0) throw std::bad_alloc();
  inflater_.reset(decoder, nghttp2_hd_inflate_del);
}

frame_reader::~frame_reader() = default;

std::optional<received_frame> frame_reader::next() {
  while (std::optional<received_frame> f = cut()) {
    if (std::optional<received_frame> whole = join(std::move(*f))) return whole;
  }
  return std::nullopt;
}

std::optional<received_frame> frame_reader::cut() {
  if (bytes_.size() >= frame_head_size && number_at(bytes_.view(), 0, 3) > most_) {
    throw error("a frame is larger than SETTINGS_MAX_FRAME_SIZE: " +
                std::to_string(number_at(bytes_.view(), 0, 3)));
  }
  std::optional<received_frame> f = cut_frame(bytes_);
  if (f) require_valid(*f);
  return f;
}

// RFC 9113 section 6: sizes, and whether a frame is of a stream.
void frame_reader::require_valid(const received_frame& f) const {
  static constexpr std::array<int, 10> sizes{-1, -1, 5, 4, -1, -1, 8, -1, 4, -1};
  const auto type = static_cast<std::size_t>(f.type);
  if (type >= sizes.size()) return;
  require(sizes[type] < 0 || f.payload.size() == std::size_t(sizes[type]), "a wrong size", f);
  const bool may_be_both = f.type == frame_type::window_update;
  const bool is_of_connection =
      f.type == frame_type::settings || f.type == frame_type::ping || f.type == frame_type::goaway;
  require(may_be_both || is_of_connection == (f.stream == 0), "a wrong stream", f);
  require(f.type != frame_type::settings || f.payload.size() % 6 == 0, "a wrong size", f);
  require(f.type != frame_type::goaway || f.payload.size() >= 8, "a wrong size", f);
}

// Section 6.10: a field block is one unit.
std::optional<received_frame> frame_reader::join(received_frame f) {
  const bool goes_on = f.type == frame_type::continuation;
  require(goes_on == open_.has_value(), "a frame between the parts of a field block", f);
  if (goes_on) {
    require(f.stream == open_->stream, "a field block goes on on another stream", f);
    open_->payload += f.payload;
    open_->flags |= f.flags & flag::end_headers;
    f = std::move(*open_);
    open_.reset();
  }
  if (f.type != frame_type::headers) return f;
  if (!f.has(flag::end_headers)) {
    open_ = std::move(f);
    return std::nullopt;
  }
  decode(f);
  return f;
}

void frame_reader::decode(received_frame& f) {
  std::string_view rest = f.payload;
  if (f.has(flag::padded)) {
    const std::size_t padding = number_at(rest, 0, 1);
    require(padding < rest.size(), "more padding than there is", f);
    rest = rest.substr(1, rest.size() - 1 - padding);
  }
  if (f.has(flag::has_priority)) rest.remove_prefix(std::min<std::size_t>(5, rest.size()));
  for (;;) {
    nghttp2_nv line{};
    int flags = 0;
    const auto taken =
        nghttp2_hd_inflate_hd2(inflater_.get(), &line, &flags,
                               reinterpret_cast<const std::uint8_t*>(rest.data()), rest.size(), 1);
    require(taken >= 0, "a field block that cannot be decoded", f);
    rest.remove_prefix(static_cast<std::size_t>(taken));
    if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0) {
      f.fields.emplace_back(std::string(reinterpret_cast<const char*>(line.name), line.namelen),
                            std::string(reinterpret_cast<const char*>(line.value), line.valuelen));
    }
    if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) break;
    require(!rest.empty() || (flags & NGHTTP2_HD_INFLATE_EMIT) != 0, "a block that is cut", f);
  }
  nghttp2_hd_inflate_end_headers(inflater_.get());
}

// ---- the rules of a server ----------------------------------------------------------------------

void server_rules::sent(std::string_view bytes) {
  unsent_.append(bytes);
  if (!after_preface_) {
    if (unsent_.size() < preface.size()) return;
    after_preface_ = true;
    unsent_.consume(preface.size());
  }
  while (const std::optional<received_frame> f = cut_frame(unsent_)) on_sent(*f);
  // HEADERS may be refused before they are whole.
  if (unsent_.size() >= frame_head_size && frame_type(unsent_.view()[3]) == frame_type::headers) {
    highest_stream_ = std::max(highest_stream_, number_at(unsent_.view(), 5, 4) & largest_window);
  }
}

void server_rules::on_sent(const received_frame& f) {
  switch (f.type) {
    case frame_type::headers:
      highest_stream_ = std::max(highest_stream_, f.stream);
      break;
    case frame_type::priority:
      prioritized_.insert(f.stream);
      break;
    case frame_type::window_update:
      if (f.payload.size() == 4) streams_[f.stream].granted += f.number(0) & largest_window;
      break;
    case frame_type::ping:
      if (!f.has(flag::ack)) ++unanswered_pings_;
      break;
    case frame_type::settings:
      if (!f.has(flag::ack)) on_settings(f);
      break;
    default:
      break;
  }
}

void server_rules::on_settings(const received_frame& f) {
  ++unanswered_settings_;
  for (std::size_t at = 0; at + 6 <= f.payload.size(); at += 6) {
    const std::uint32_t value = f.number(at + 2);
    switch (setting(number_at(f.payload, at, 2))) {
      case setting::initial_window_size:
        largest_initial_window_ = std::max<std::int64_t>(largest_initial_window_, value);
        break;
      case setting::max_frame_size:
        largest_frame_ = std::max(largest_frame_, value);
        break;
      default:
        break;
    }
  }
}

void server_rules::received(const received_frame& f) {
  const bool is_settings = f.type == frame_type::settings && !f.has(flag::ack);
  require(!is_first_ || is_settings, "the first frame is no SETTINGS (section 3.4)", f);
  is_first_ = false;
  switch (f.type) {
    case frame_type::headers:
      return on_headers(f, opened(f));
    case frame_type::data:
      return on_data(f, opened(f));
    case frame_type::rst_stream:
      opened(f).was_reset = f.stream <= highest_stream_;
      break;
    case frame_type::ping:
      require(!f.has(flag::ack) || unanswered_pings_-- > 0, "an answer to no PING", f);
      break;
    case frame_type::settings:
      require(is_settings || unanswered_settings_-- > 0, "an answer to no SETTINGS", f);
      break;
    case frame_type::window_update:
      require((f.number(0) & largest_window) != 0, "an increment of 0", f);
      break;
    case frame_type::push_promise:
      require(false, "nobody asked for a push", f);
      break;
    default:
      break;
  }
}

server_rules::stream_state& server_rules::opened(const received_frame& f) {
  // RFC 7540 section 5.3.1 makes an error of PRIORITY one of its stream, which may be idle.
  const bool is_of_priority = f.type == frame_type::rst_stream && prioritized_.contains(f.stream);
  require(is_of_priority || (f.stream <= highest_stream_ && f.stream % 2 == 1),
          "a stream that nobody opened", f);
  stream_state& s = streams_[f.stream];
  if (is_of_priority) return s;
  require(!s.was_reset || f.type == frame_type::rst_stream, "a frame behind RST_STREAM", f);
  return s;
}

// Sections 8.1 and 8.2.
void server_rules::on_headers(const received_frame& f, stream_state& s) {
  require(!s.has_ended, "HEADERS behind the end of the stream", f);
  const int status = f.status();
  if (s.has_head) {
    require(f.ends_stream() && status == 0, "a second head", f);
  } else {
    require(status >= 100 && status <= 599, "no valid :status", f);
    require(!f.fields.empty() && f.fields.front().first == ":status", ":status is not first", f);
    require(status >= 200 || !f.ends_stream(), "an interim answer ends the stream", f);
    s.has_head = status >= 200;
  }
  for (const auto& [name, value] : f.fields) {
    require(std::ranges::none_of(name, [](char c) { return c >= 'A' && c <= 'Z'; }),
            "a name in capitals", f);
    require(name != "connection" && name != "transfer-encoding" && name != "keep-alive" &&
                name != "upgrade" && name != "proxy-connection",
            "a field of HTTP/1 connections", f);
    require(value.find_first_of(std::string_view("\0\r\n", 3)) == std::string::npos,
            "a value that HTTP/1 could not carry", f);
  }
  s.has_ended = f.ends_stream();
}

void server_rules::on_data(const received_frame& f, stream_state& s) {
  require(s.has_head, "DATA before the head", f);
  require(!s.has_ended, "DATA behind the end of the stream", f);
  s.has_ended = f.ends_stream();
  const auto size = static_cast<std::int64_t>(f.payload.size());
  s.received += size;
  streams_[0].received += size;
  require(size == 0 || (room(f.stream) >= 0 && room(0) >= 0), "more than a window allows", f);
}

std::int64_t server_rules::room(std::uint32_t stream) const {
  const std::int64_t initial = stream == 0 ? default_window : largest_initial_window_;
  const auto at = streams_.find(stream);
  return at == streams_.end() ? initial : initial + at->second.granted - at->second.received;
}

}  // namespace test_support::http2
