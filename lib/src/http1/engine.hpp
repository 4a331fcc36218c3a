// SPDX-License-Identifier: BSL-1.0
//
// The server's side of an HTTP/1.x connection as a value: bytes go in, actions come out.
//
//   for (;;) switch (engine.next()) {
//     case action::read:     send engine.output(), then put bytes into engine.input()
//     case action::head:     find the route; then accept_body(limit) or stream_body(limit), or
//                            respond() to refuse
//     case action::dispatch: run the handler, which may read_content(); respond()
//     case action::stream:   write_content() as long as there is some; end_content()
//     case action::refuse:   a rule was broken: respond() with the answer to broken()
//     case action::upgrade:  the rest of the stream belongs to another protocol
//     case action::close:    send engine.output(), then close; reason() says why
//   }
//
// It owns the receive buffer, the request, and the output. No input or output happens here and no
// time passes. The request and all views into it hold from `head` to the next call of `next` after
// `respond`. Requests are taken one at a time and answered in order. Allocates nothing per request
// once its buffers have their size.

#pragma once

#include "base/byte_buffer.hpp"
#include "http/path.hpp"
#include "http1/body_reader.hpp"
#include "http1/framing.hpp"
#include "http1/head_parser.hpp"
#include "http1/output.hpp"
#include "http1/rule.hpp"

#include <asio_httpd/close_reason.hpp>
#include <asio_httpd/request.hpp>
#include <asio_httpd/response.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace asio_httpd::http1 {

enum class action : std::uint8_t { read, head, dispatch, stream, refuse, upgrade, close };

class engine {
 public:
  enum class phase : std::uint8_t { between, head, body };

  engine() = default;
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  // Ready for a new connection, or for going on with one that was idle. Keeps memory.
  void reset(const head_limits& limits) noexcept;

  base::byte_buffer& input() noexcept { return input_; }
  http1::output& output() noexcept { return output_; }
  // The peer will send no more.
  void commit_eof() noexcept { eof_ = true; }

  action next();

  // After `head` and up to `respond`:
  asio_httpd::request& request() noexcept { return request_; }
  const http::path& path() const noexcept { return path_; }
  const http1::framing& framing() const noexcept { return framing_; }
  // Whether the request line was understood; otherwise the request says nothing.
  bool knows_method() const noexcept { return head_read_; }
  // "*" was asked (OPTIONS only).
  bool targets_server() const noexcept { return target_form_ == target_form::server; }
  // The path is one that no resource can have.
  bool targets_nothing() const noexcept { return target_form_ == target_form::nothing; }

  // After `head`: the route takes a body of at most `limit` bytes. Queues `100 Continue` where the
  // peer waits for it. Where the length that was announced is larger, `refuse` follows.
  void accept_body(std::uint64_t limit);
  // The same, but `dispatch` follows at once, and the content is read from then on, up to the end
  // of the response.
  void stream_body(std::uint64_t limit);
  // The next piece of it; it holds up to the next call. `need_more`: put bytes into input(), after
  // sending output(), which may hold `100 Continue`. `failed`: broken() says why, or the peer ended
  // in the middle of it where that is `none`.
  body_reader::piece read_content();
  bool has_unread_content() const noexcept { return !body_reader_.is_complete(); }

  // After `head`, `dispatch` or `refuse`: queues the response. `common` is serialize_options's.
  // The response's text and file may be moved from. `close` ends the connection after it.
  void respond(response& r, std::string_view common, bool close);
  // After `stream`: queues a piece of the content. False where it is longer than was announced.
  bool write_content(std::string_view content);
  // The end. False where it is shorter than was announced: then the connection must be closed.
  bool end_content(const fields& trailers);
  // Bytes of content queued by write_content.
  std::uint64_t written() const noexcept { return written_; }

  // After `refuse`.
  rule broken() const noexcept { return broken_; }
  // After `close`.
  close_reason reason() const noexcept { return reason_; }
  // Whether the next `close` is the result of an answer, not of the peer's leaving.
  bool is_closing() const noexcept { return state_ == state::closed; }
  // Whether content is to be written still.
  bool is_streaming() const noexcept { return state_ == state::streaming; }
  // Whether only the close tells the end of that (HTTP/1.0).
  bool ends_by_close() const noexcept { return !chunks_content_ && !has_size_to_write(); }

  // Between two requests, nothing received and nothing queued: the engine may be given up. Not
  // behind an empty line: they are counted, however they are cut.
  bool is_idle() const noexcept {
    return state_ == state::head && input_.empty() && output_.empty() && !eof_ && !in_head_ &&
           empty_lines_ == 0;
  }
  // Bytes that its buffers hold.
  std::size_t memory() const noexcept {
    return input_.capacity() + head_text_.capacity() + body_.capacity() + known_host_.capacity() +
           output_.memory();
  }
  // Whether a request has begun that has no answer yet.
  bool owes_an_answer() const noexcept {
    if (state_ == state::head) return reading() == phase::head;
    return state_ != state::discard && state_ != state::closed && state_ != state::answered &&
           state_ != state::streaming;
  }
  // It closes although the peer may still be sending a body.
  bool left_body_unread() const noexcept { return left_body_unread_; }
  // Which deadline holds while it wants to read.
  phase reading() const noexcept;
  // Bytes of the current body that came in.
  std::uint64_t body_received() const noexcept { return body_reader_.received(); }

 private:
  enum class state : std::uint8_t {
    head,        // reading one
    head_ready,  // it is read; the route is to be found
    body,        // reading one that the route takes
    ready,       // the request is whole
    refused,     // it broke a rule
    streaming,   // its answer is under way
    answered,    // and what it was is still there to be looked at
    discard,     // answered, but its body still comes in
    upgraded,
    closed,
  };
  static constexpr std::uint64_t no_size = std::numeric_limits<std::uint64_t>::max();
  enum class target_form : std::uint8_t { path, server, nothing };

  action read_head();
  bool skip_empty_lines();
  action finish_head();
  rule read_request_line(const char* message);
  rule read_target(method m, std::string_view raw);
  action read_body();
  action discard_body();
  bool takes_body(std::uint64_t limit) noexcept;
  void begin_body();
  void ask_for_body();
  body_reader::state take_body();
  body_reader::piece next_piece();
  bool may_discard() const noexcept;
  void reason_of_close(const response& r, bool close, bool unread) noexcept;
  void begin_stream(const response& r, bool keep);
  bool has_size_to_write() const noexcept { return size_to_write_ != no_size; }
  void after_response(bool close, bool early);
  action go_on();
  void next_request() noexcept;
  action need_more() noexcept;
  action refuse(rule r) noexcept;
  action close(close_reason r) noexcept;

  base::byte_buffer input_;
  base::byte_buffer head_text_;  // holds the head while a body comes in
  http1::output output_;
  head_limits limits_;
  head head_;
  http1::framing framing_;
  http::path path_;
  asio_httpd::request request_;
  http1::body_reader body_reader_;
  std::string known_host_;  // the last Host that was well-formed: most clients send it again
  std::size_t known_name_size_ = 0;  // without its port
  std::string body_;
  std::uint64_t body_limit_ = 0;
  std::uint64_t written_ = 0;
  std::uint64_t size_to_write_ = 0;  // of content that is streamed
  std::size_t message_size_ = 0;     // of a message that lies whole in input_
  unsigned empty_lines_ = 0;
  state state_ = state::head;
  target_form target_form_ = target_form::path;
  rule broken_ = rule::none;
  close_reason reason_ = close_reason::none;
  bool in_head_ = false;
  bool asked_for_body_ = false;  // 100 was sent
  bool chunks_content_ = false;
  bool keep_after_stream_ = false;
  bool head_read_ = false;  // the request's method is known
  bool eof_ = false;
  bool left_body_unread_ = false;
  bool is_fresh_ = false;  // nothing is left of the request before
};

}  // namespace asio_httpd::http1
