// SPDX-License-Identifier: BSL-1.0
//
// libnghttp2 as a server.

#include "support/http2_peer.hpp"

#include <doctest/doctest.h>
#include <nghttp2/nghttp2.h>

#include <array>

namespace test_support {
namespace {

std::uint8_t* bytes_of(const std::string& text) {
  return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
}

std::vector<nghttp2_nv> pairs_of(const http2_peer::lines& lines) {
  std::vector<nghttp2_nv> made;
  for (const auto& [name, value] : lines) {
    made.push_back({bytes_of(name), bytes_of(value), name.size(), value.size(), 0});
  }
  return made;
}

std::string text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

http2_peer& self(void* user) {
  return *static_cast<http2_peer*>(user);
}

}  // namespace

struct http2_peer::callbacks {
  static int on_begin_headers(nghttp2_session*, const nghttp2_frame* f, void* user) {
    self(user).in_trailers_ = f->headers.cat != NGHTTP2_HCAT_REQUEST;
    return 0;
  }
  static int on_header(nghttp2_session*, const nghttp2_frame* f, const std::uint8_t* name,
                       std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                       std::uint8_t, void* user) {
    request& r = self(user).requests[f->hd.stream_id];
    std::string& to = self(user).in_trailers_ ? r.trailers : r.head;
    to += text_of(name, name_size) + ": " + text_of(value, value_size) + "\n";
    return 0;
  }
  static int on_frame(nghttp2_session*, const nghttp2_frame* f, void* user) {
    if (f->hd.type == NGHTTP2_GOAWAY) self(user).was_left = true;
    const bool is_message = f->hd.type == NGHTTP2_HEADERS || f->hd.type == NGHTTP2_DATA;
    if (is_message && (f->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
      self(user).requests[f->hd.stream_id].ended = true;
    }
    return 0;
  }
  static int on_content(nghttp2_session*, std::uint8_t, std::int32_t stream,
                        const std::uint8_t* data, std::size_t size, void* user) {
    self(user).requests[stream].content += text_of(data, size);
    return 0;
  }
  static int on_close(nghttp2_session*, std::int32_t stream, std::uint32_t code, void* user) {
    request& r = self(user).requests[stream];
    r.closed = true;
    r.code = code;
    return 0;
  }
  static ssize_t read(nghttp2_session* s, std::int32_t stream, std::uint8_t* to, std::size_t size,
                      std::uint32_t* flags, nghttp2_data_source*, void* user) {
    http2_peer::content& c = self(user).outgoing_[stream];
    const std::size_t n = c.content.copy(reinterpret_cast<char*>(to), size);
    c.content.erase(0, n);
    if (!c.content.empty() || !c.ended) {
      return n == 0 ? static_cast<ssize_t>(NGHTTP2_ERR_DEFERRED) : static_cast<ssize_t>(n);
    }
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (!c.trailers.empty()) {
      *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      const auto pairs = pairs_of(c.trailers);
      nghttp2_submit_trailer(s, stream, pairs.data(), pairs.size());
    }
    return static_cast<ssize_t>(n);
  }
};

http2_peer::http2_peer(bool takes_websockets) {
  nghttp2_session_callbacks* calls = nullptr;
  REQUIRE(nghttp2_session_callbacks_new(&calls) == 0);
  nghttp2_session_callbacks_set_on_begin_headers_callback(calls, callbacks::on_begin_headers);
  nghttp2_session_callbacks_set_on_header_callback(calls, callbacks::on_header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(calls, callbacks::on_frame);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(calls, callbacks::on_content);
  nghttp2_session_callbacks_set_on_stream_close_callback(calls, callbacks::on_close);
  nghttp2_option* options = nullptr;
  REQUIRE(nghttp2_option_new(&options) == 0);
  nghttp2_option_set_no_auto_window_update(options, 1);
  REQUIRE(nghttp2_session_server_new2(&session_, calls, this, options) == 0);
  nghttp2_option_del(options);
  nghttp2_session_callbacks_del(calls);
  const std::array<nghttp2_settings_entry, 1> settings{
      {{NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, takes_websockets ? 1U : 0U}}};
  REQUIRE(nghttp2_submit_settings(session_, 0, settings.data(), settings.size()) == 0);
}

http2_peer::~http2_peer() {
  nghttp2_session_del(session_);
}

void http2_peer::receive(std::string_view bytes) {
  const ssize_t taken = nghttp2_session_mem_recv(
      session_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  REQUIRE(taken == static_cast<ssize_t>(bytes.size()));
}

std::string http2_peer::send() {
  std::string all;
  const std::uint8_t* data = nullptr;
  while (const ssize_t size = nghttp2_session_mem_send(session_, &data)) {
    REQUIRE(size > 0);
    all += text_of(data, static_cast<std::size_t>(size));
  }
  return all;
}

void http2_peer::head(std::int32_t stream, const lines& l) {
  const auto pairs = pairs_of(l);
  REQUIRE(nghttp2_submit_headers(session_, 0, stream, nullptr, pairs.data(), pairs.size(),
                                 nullptr) == 0);
}

void http2_peer::answer(std::int32_t stream, const lines& l, std::string text, bool end,
                        lines trailers) {
  const bool has_content = !text.empty() || !end || !trailers.empty();
  outgoing_[stream] = {std::move(text), end, std::move(trailers)};
  const auto pairs = pairs_of(l);
  nghttp2_data_provider provider{};
  provider.read_callback = callbacks::read;
  REQUIRE(nghttp2_submit_response(session_, stream, pairs.data(), pairs.size(),
                                  has_content ? &provider : nullptr) == 0);
}

void http2_peer::more(std::int32_t stream, std::string_view text) {
  outgoing_[stream].content += text;
  nghttp2_session_resume_data(session_, stream);
}

void http2_peer::end(std::int32_t stream) {
  outgoing_[stream].ended = true;
  nghttp2_session_resume_data(session_, stream);
}

void http2_peer::reset(std::int32_t stream, std::uint32_t code) {
  REQUIRE(nghttp2_submit_rst_stream(session_, 0, stream, code) == 0);
}

void http2_peer::go_away() {
  const std::int32_t last = nghttp2_session_get_last_proc_stream_id(session_);
  REQUIRE(nghttp2_submit_goaway(session_, 0, last, NGHTTP2_NO_ERROR, nullptr, 0) == 0);
}

}  // namespace test_support
