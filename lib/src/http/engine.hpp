// SPDX-License-Identifier: BSL-1.0
//
// The seam between the connection loop and the protocols: the server's side of one exchange after
// the other (HTTP/1.x, http1/engine.hpp), or of a single one (a stream of HTTP/2,
// http2/engine.hpp), as a value: bytes go in, actions come out.
//
//   for (;;) switch (engine.next()) {
//     case action::read:     send what is queued, then put bytes into engine.input()
//     case action::head:     find the route; then accept_body(limit) or stream_body(limit), or
//                            respond() to refuse
//     case action::dispatch: run the handler, which may read_content(); respond()
//     case action::stream:   write_content() as long as there is some; end_content()
//     case action::refuse:   a rule was broken: respond() with the answer to broken()
//     case action::http2:    the same, but all that came is in input(), and is the beginning of
//                            HTTP/2 with prior knowledge (RFC 9113 section 3.3)
//     case action::upgrade:  the rest of the stream belongs to another protocol
//     case action::close:    send what is queued, then close; reason() says why
//   }
//
// It owns the request, the bytes that came in and what waits to be sent. No input or output happens
// here and no time passes. The request and all views into it hold from `head` to the next call of
// `next` after `respond`. What is not virtual here is what both protocols do alike.

#pragma once

#include "base/byte_buffer.hpp"
#include "http/common_fields.hpp"
#include "http/output.hpp"
#include "http/path.hpp"
#include "http/rule.hpp"

#include <asio_httpd/close_reason.hpp>
#include <asio_httpd/request.hpp>
#include <asio_httpd/response.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace asio_httpd::http {

enum class action : std::uint8_t { read, head, dispatch, stream, refuse, http2, upgrade, close };

// Content of a request.
struct content_piece {
  enum class state : std::uint8_t {
    need_more,
    content,   // a piece, never empty
    complete,  // and the trailers are read
    failed,
  };
  state at;
  std::string_view content;
};

class engine {
 public:
  enum class phase : std::uint8_t { between, head, body };

  engine() = default;
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;
  virtual ~engine() = default;

  base::byte_buffer& input() noexcept { return input_; }
  http::output& output() noexcept { return output_; }
  // The peer will send no more.
  void commit_eof() noexcept { eof_ = true; }

  virtual action next() = 0;

  // After `head` and up to `respond`:
  asio_httpd::request& request() noexcept { return request_; }
  const http::path& path() const noexcept { return path_; }
  // Whether the request's first line was understood; otherwise the request says nothing.
  bool knows_method() const noexcept { return head_read_; }
  // "*" was asked (OPTIONS only).
  bool targets_server() const noexcept { return target_form_ == target_form::server; }
  // The path is one that no resource can have.
  bool targets_nothing() const noexcept { return target_form_ == target_form::nothing; }
  // Whether the peer offers to go on with that protocol (RFC 9110 section 7.8, RFC 8441).
  virtual bool offers(std::string_view protocol) const noexcept = 0;
  // To this request, any 2xx says that this was done (RFC 8441 section 5).
  virtual bool must_upgrade() const noexcept { return false; }
  // What was announced of the content; nothing where its end is told otherwise.
  virtual std::optional<std::uint64_t> content_length() const noexcept = 0;

  // After `head`: the route takes a body of at most `limit` bytes. Queues `100 Continue` where the
  // peer waits for it. Where the length that was announced is larger, `refuse` follows.
  virtual void accept_body(std::uint64_t limit) = 0;
  // The same, but `dispatch` follows at once, and the content is read from then on, up to the end
  // of the response.
  virtual void stream_body(std::uint64_t limit) = 0;
  // The next piece of it; it holds up to the next call. `need_more`: put bytes into input(), after
  // sending what is queued, which may be `100 Continue`. `failed`: broken() says why, or the peer
  // ended in the middle of it where that is `none`.
  virtual content_piece read_content() = 0;
  virtual bool has_unread_content() const noexcept = 0;

  // After `head`, `dispatch` or `refuse`: queues the response. Its text and file may be moved from.
  // `close` ends the connection after it.
  virtual void respond(response& r, const common_lines& common, bool close) = 0;
  // After `stream`: queues a piece of the content. False where it is longer than was announced.
  virtual bool write_content(std::string_view content) = 0;
  // The end. False where it is shorter than was announced: then the exchange must be broken off.
  virtual bool end_content(const fields& trailers) = 0;
  // Bytes of content queued by write_content.
  std::uint64_t written() const noexcept { return written_; }
  // Before `respond`: queues an interim response (1xx), where the peer knows these.
  virtual void inform(status s, const fields& f) = 0;

  // After `refuse`.
  rule broken() const noexcept { return broken_; }
  // After `close`; `none` where the connection goes on without this exchange.
  close_reason reason() const noexcept { return reason_; }
  // Whether the next `close` is the result of an answer, not of the peer's leaving.
  virtual bool is_closing() const noexcept = 0;
  // Whether content is to be written still.
  virtual bool is_streaming() const noexcept = 0;
  // Whether only the close tells the end of that (HTTP/1.0).
  virtual bool ends_by_close() const noexcept = 0;
  // Between two requests, nothing received and nothing queued: the engine may be given up.
  virtual bool is_idle() const noexcept = 0;
  // Whether a request has begun that has no answer yet.
  virtual bool owes_an_answer() const noexcept = 0;
  // It closes although the peer may still be sending a body.
  virtual bool left_body_unread() const noexcept = 0;
  // Which deadline holds while it wants to read.
  virtual phase reading() const noexcept = 0;
  // Bytes of the current body that came in.
  virtual std::uint64_t body_received() const noexcept = 0;
  // Bytes that its buffers hold.
  virtual std::size_t memory() const noexcept = 0;

 protected:
  enum class target_form : std::uint8_t { path, server, nothing };

  // Takes the target of a request apart; `host` is who it is for where the target does not say.
  rule read_target(method m, std::string_view raw, std::string_view host);

  base::byte_buffer input_;
  http::output output_;
  asio_httpd::request request_;
  http::path path_;
  std::uint64_t written_ = 0;
  rule broken_ = rule::none;
  close_reason reason_ = close_reason::none;
  target_form target_form_ = target_form::path;
  bool head_read_ = false;  // the request's method is known
  bool eof_ = false;
};

}  // namespace asio_httpd::http
