// SPDX-License-Identifier: BSL-1.0
//
// A stream of HTTP/2 as the session knows it (RFC 9113 section 5): what came in of a request and
// was not read yet, and how far its answer is. Belongs to whoever serves it; where it ends before
// the protocol's stream does, the peer is told by RST_STREAM.

#pragma once

#include "base/block_pool.hpp"
#include "base/byte_buffer.hpp"
#include "http/field_sink.hpp"
#include "http/rule.hpp"
#include "http2/message_rules.hpp"
#include "http2/priority.hpp"

#include <asio_httpd/fields.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace asio_httpd::http2 {

class session;

// The head of a request as it came. Views hold as long as the stream.
struct request_head {
  std::string text;  // names and values, one after the other
  std::string cookies;
  asio_httpd::fields lines;
  http::piece method;
  http::piece scheme;
  http::piece authority;
  http::piece path;
  http::piece protocol;  // RFC 8441 section 4; empty where it is no extended CONNECT
  http::rule broken = http::rule::none;

  request_head();
  std::string_view of(http::piece p) const noexcept { return p.of(text.data()); }
};

class stream : public base::pooled {
 public:
  static constexpr std::uint64_t no_size = std::numeric_limits<std::uint64_t>::max();

  stream(session& of, std::int32_t id) : session_(&of), id_(id) {}
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;
  ~stream();

  std::int32_t id() const noexcept { return id_; }
  // Null once that is gone.
  http2::session* of() const noexcept { return session_; }
  request_head& head() noexcept { return head_; }
  const asio_httpd::fields& trailers() const noexcept { return trailers_; }
  asio_httpd::fields& trailers() noexcept { return trailers_; }
  // What Content-Length says; message_rules::no_length where there is none.
  std::uint64_t content_length() const noexcept { return rules_.content_length(); }
  // Content that came in and was not taken out yet.
  std::string_view received() const noexcept { return received_.view(); }
  // Takes out; the peer may send so much more.
  void consume(std::size_t n);
  // The peer has sent all: nothing comes behind `received()`.
  bool has_ended() const noexcept { return has_ended_; }
  // ... and there was none, or all of it was taken out.
  bool is_without_content() const noexcept { return has_ended_ && received_.empty(); }
  // By both sides.
  bool is_closed() const noexcept { return is_closed_; }
  // It was broken off, by either side, or is about to be; or the session is gone.
  bool is_broken() const noexcept { return is_broken_ || is_malformed_ || session_ == nullptr; }
  const http2::priority& priority() const noexcept { return priority_; }

  // Whether content could be sent now.
  bool has_window() const noexcept;
  // The same, as far as its own window goes.
  bool has_own_window() const noexcept;
  // All content was given to the session, but END_STREAM waits for a window, or for room.
  bool owes_end() const noexcept { return left_ == 0 && !end_is_sent_ && !is_closed_; }
  // The error code (RFC 9113 section 7) that the peer is told where this ends before the answer
  // does.
  void break_off(std::uint32_t code) noexcept { code_ = code; }

  // For who serves it.
  void* context = nullptr;

 private:
  friend class session;

  http2::session* session_;
  std::int32_t id_;
  request_head head_;
  message_rules rules_;
  std::string trailer_text_;
  asio_httpd::fields trailers_;
  std::size_t section_size_ = 0;  // of the field section that comes in, in bytes
  base::byte_buffer received_;
  http2::priority priority_;
  std::uint32_t code_ = 0x2;  // INTERNAL_ERROR
  bool head_is_whole_ = false;
  bool has_ended_ = false;
  bool is_broken_ = false;
  bool is_malformed_ = false;  // which the peer is told
  bool is_closed_ = false;     // by both sides
  bool end_is_sent_ = false;   // END_STREAM is in the output
  bool is_touched_ = false;

  std::size_t place_ = 0;         // among the session's
  std::uint64_t left_ = no_size;  // up to the end of what is sent; no_size: not known yet
  const asio_httpd::fields* trailers_to_send_ = nullptr;
};

}  // namespace asio_httpd::http2
