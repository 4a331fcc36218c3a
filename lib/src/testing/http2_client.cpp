// SPDX-License-Identifier: BSL-1.0
//
// libnghttp2 as a client.

#include "testing/http2_client.hpp"

#include <asio_httpd/testing/error.hpp>

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>

namespace asio_httpd::testing {
namespace {

// One stream that nobody reads must not hold up the others (RFC 9113 section 5.2.2): so the window
// of the connection is as large as can be, and those of the streams bound what is kept.
constexpr std::int32_t connection_window = std::numeric_limits<std::int32_t>::max();

// Requests with larger heads are for the server to refuse.
constexpr std::size_t most_head = std::size_t{1} << 20;

std::uint8_t* bytes_of(const std::string& text) noexcept {
  return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
}

std::vector<nghttp2_nv> pairs_of(const header_lines& lines) {
  std::vector<nghttp2_nv> made;
  for (const auto& [name, value] : lines) {
    made.push_back({bytes_of(name), bytes_of(value), name.size(), value.size(), 0});
  }
  return made;
}

std::string text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

bool is_end(const nghttp2_frame* frame) noexcept {
  return (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
}

http2_client& self(void* user) noexcept {
  return *static_cast<http2_client*>(user);
}

}  // namespace

struct http2_client::session {
  ~session() { nghttp2_session_del(handle); }
  nghttp2_session* handle = nullptr;
};

// No exception passes libnghttp2: what can be thrown there is bad_alloc, and ends the test.
struct http2_client::callbacks {
  static int on_begin_headers(nghttp2_session*, const nghttp2_frame*, void* user) noexcept {
    self(user).lines_.clear();
    return 0;
  }

  static int on_header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t* name,
                       std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                       std::uint8_t, void* user) noexcept {
    self(user).lines_.emplace_back(text_of(name, name_size), text_of(value, value_size));
    return 0;
  }

  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user) noexcept {
    http2_client& c = self(user);
    switch (frame->hd.type) {
      case NGHTTP2_HEADERS:
        c.events_.on_head(frame->hd.stream_id, c.lines_, is_end(frame));
        [[fallthrough]];
      case NGHTTP2_DATA:
        if (is_end(frame)) c.events_.on_end(frame->hd.stream_id);
        break;
      case NGHTTP2_SETTINGS:
        if ((frame->hd.flags & NGHTTP2_FLAG_ACK) == 0) c.has_settings_ = true;
        break;
      case NGHTTP2_GOAWAY:
        c.going_away_ = true;
        break;
      default:
        break;
    }
    return 0;
  }

  static int on_content(nghttp2_session* s, std::uint8_t, std::int32_t stream,
                        const std::uint8_t* data, std::size_t size, void* user) noexcept {
    nghttp2_session_consume_connection(s, size);
    self(user).events_.on_content(stream, {reinterpret_cast<const char*>(data), size});
    return 0;
  }

  static int on_close(nghttp2_session*, std::int32_t stream, std::uint32_t code,
                      void* user) noexcept {
    self(user).events_.on_close(stream, code);
    return 0;
  }

  static int on_invalid_frame(nghttp2_session*, const nghttp2_frame*, int code,
                              void* user) noexcept {
    self(user).broken_ = nghttp2_strerror(code);
    return 0;
  }

  // Of what libnghttp2 cannot go on behind, it tells the server.
  static int on_sent(nghttp2_session*, const nghttp2_frame* frame, void* user) noexcept {
    if (frame->hd.type != NGHTTP2_GOAWAY || frame->goaway.error_code == NGHTTP2_NO_ERROR) return 0;
    std::string& broken = self(user).broken_;
    broken = nghttp2_http2_strerror(frame->goaway.error_code);
    broken += ". " + text_of(frame->goaway.opaque_data, frame->goaway.opaque_data_len);
    return 0;
  }

  static int on_not_sent(nghttp2_session*, const nghttp2_frame* frame, int, void* user) noexcept {
    if (frame->hd.type == NGHTTP2_HEADERS) {
      self(user).events_.on_close(frame->hd.stream_id, NGHTTP2_REFUSED_STREAM);
    }
    return 0;
  }

  static ssize_t read_content(nghttp2_session* s, std::int32_t stream, std::uint8_t* to,
                              std::size_t size, std::uint32_t* flags, nghttp2_data_source*,
                              void* user) noexcept {
    const piece p = self(user).events_.read_content(stream, reinterpret_cast<char*>(to), size);
    if (p.size == 0 && !p.is_last) return NGHTTP2_ERR_DEFERRED;
    if (p.is_last) *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (p.is_last && !p.trailers.empty()) {
      *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      const auto pairs = pairs_of(p.trailers);
      nghttp2_submit_trailer(s, stream, pairs.data(), pairs.size());
    }
    return static_cast<ssize_t>(p.size);
  }

  static nghttp2_session_callbacks* make() {
    nghttp2_session_callbacks* made = nullptr;
    if (nghttp2_session_callbacks_new(&made) != 0) throw std::bad_alloc();
    nghttp2_session_callbacks_set_on_begin_headers_callback(made, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(made, on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(made, on_frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, on_content);
    nghttp2_session_callbacks_set_on_stream_close_callback(made, on_close);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(made, on_invalid_frame);
    nghttp2_session_callbacks_set_on_frame_send_callback(made, on_sent);
    nghttp2_session_callbacks_set_on_frame_not_send_callback(made, on_not_sent);
    return made;
  }
};

http2_client::http2_client(events& e) : events_(e), session_(std::make_unique<session>()) {
  const std::unique_ptr<nghttp2_session_callbacks, void (*)(nghttp2_session_callbacks*)> calls(
      callbacks::make(), nghttp2_session_callbacks_del);
  nghttp2_option* raw = nullptr;
  if (nghttp2_option_new(&raw) != 0) throw std::bad_alloc();
  const std::unique_ptr<nghttp2_option, void (*)(nghttp2_option*)> options(raw, nghttp2_option_del);
  nghttp2_option_set_no_auto_window_update(options.get(), 1);
  nghttp2_option_set_max_send_header_block_length(options.get(), most_head);
  require(nghttp2_session_client_new3(&session_->handle, calls.get(), this, options.get(), nullptr),
          "session");
  const std::array<nghttp2_settings_entry, 1> no_push{{{NGHTTP2_SETTINGS_ENABLE_PUSH, 0}}};
  nghttp2_submit_settings(session_->handle, NGHTTP2_FLAG_NONE, no_push.data(), no_push.size());
  nghttp2_session_set_local_window_size(session_->handle, NGHTTP2_FLAG_NONE, 0, connection_window);
}

http2_client::~http2_client() = default;

void http2_client::require(int result, std::string_view what) const {
  if (result >= 0) return;
  throw error("HTTP/2: " + std::string(what) + ": " + nghttp2_strerror(result));
}

http2_client::stream_id http2_client::request(const header_lines& lines, bool has_content) {
  const auto pairs = pairs_of(lines);
  nghttp2_data_provider content{};
  content.read_callback = callbacks::read_content;
  const auto id = nghttp2_submit_request(session_->handle, nullptr, pairs.data(), pairs.size(),
                                         has_content ? &content : nullptr, nullptr);
  require(id, "a request");
  return id;
}

void http2_client::resume(stream_id stream) {
  nghttp2_session_resume_data(session_->handle, stream);
}

void http2_client::cancel(stream_id stream) {
  nghttp2_submit_rst_stream(session_->handle, NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL);
}

void http2_client::consume(stream_id stream, std::size_t size) {
  nghttp2_session_consume_stream(session_->handle, stream, size);
}

void http2_client::leave() {
  nghttp2_submit_goaway(session_->handle, NGHTTP2_FLAG_NONE, 0, NGHTTP2_NO_ERROR, nullptr, 0);
}

std::string http2_client::send() {
  std::string all;
  for (;;) {
    const std::uint8_t* data = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_->handle, &data);
    require(static_cast<int>(std::min<ssize_t>(size, 0)), "what is sent");
    if (size == 0) break;
    all += text_of(data, static_cast<std::size_t>(size));
  }
  require_sound();
  return all;
}

void http2_client::receive(std::string_view bytes) {
  const ssize_t taken = nghttp2_session_mem_recv(
      session_->handle, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  require(static_cast<int>(std::min<ssize_t>(taken, 0)), "the server breaks a rule");
  require_sound();
}

void http2_client::require_sound() const {
  if (!broken_.empty()) throw error("HTTP/2: the server breaks a rule: " + broken_);
}

bool http2_client::takes_websockets() const noexcept {
  return nghttp2_session_get_remote_settings(session_->handle,
                                             NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL) == 1;
}

}  // namespace asio_httpd::testing
