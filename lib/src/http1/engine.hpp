// SPDX-License-Identifier: BSL-1.0
//
// The server's side of an HTTP/1.x connection, as the seam http/engine.hpp has it: requests are
// taken one at a time and answered in order, out of one receive buffer. Allocates nothing per
// request once its buffers have their size.

#pragma once

#include "http/engine.hpp"
#include "http1/body_reader.hpp"
#include "http1/framing.hpp"
#include "http1/head_parser.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace asio_httpd::http1 {

using http::action;

class engine final : public http::engine {
 public:
  // Ready for a new connection, or for going on with one that was idle. Keeps memory.
  void reset(const head_limits& limits) noexcept;

  action next() override;

  const http1::framing& framing() const noexcept { return framing_; }
  bool offers(std::string_view protocol) const noexcept override;
  std::optional<std::uint64_t> content_length() const noexcept override;

  void accept_body(std::uint64_t limit) override;
  void stream_body(std::uint64_t limit) override;
  http::content_piece read_content() override;
  bool has_unread_content() const noexcept override { return !body_reader_.is_complete(); }

  void respond(response& r, const http::common_lines& common, bool close) override;
  bool write_content(std::string_view content) override;
  bool end_content(const fields& trailers) override;
  void inform(status s, const fields& f) override;

  bool is_closing() const noexcept override { return state_ == state::closed; }
  bool is_streaming() const noexcept override { return state_ == state::streaming; }
  bool ends_by_close() const noexcept override { return !chunks_content_ && !has_size_to_write(); }
  // Not behind an empty line: they are counted, however they are cut.
  bool is_idle() const noexcept override {
    return state_ == state::head && input_.empty() && output_.empty() && !eof_ && !in_head_ &&
           empty_lines_ == 0;
  }
  std::size_t memory() const noexcept override {
    return input_.capacity() + head_text_.capacity() + body_.capacity() + known_host_.capacity() +
           output_.memory();
  }
  bool owes_an_answer() const noexcept override {
    if (state_ == state::head) return reading() == phase::head;
    return state_ != state::discard && state_ != state::closed && state_ != state::answered &&
           state_ != state::streaming;
  }
  bool left_body_unread() const noexcept override { return left_body_unread_; }
  phase reading() const noexcept override;
  std::uint64_t body_received() const noexcept override { return body_reader_.received(); }

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

  action read_head();
  bool skip_empty_lines();
  action finish_head();
  rule read_request_line(const char* message);
  action read_body();
  action discard_body();
  bool takes_body(std::uint64_t limit);
  void begin_body();
  void ask_for_body();
  body_reader::state take_body();
  http::content_piece next_piece();
  bool may_discard() const noexcept;
  void reason_of_close(const response& r, bool close, bool unread) noexcept;
  void begin_stream(const response& r, bool keep);
  bool has_size_to_write() const noexcept { return size_to_write_ != no_size; }
  void after_response(bool close, bool early);
  action go_on();
  void next_request() noexcept;
  action need_more() noexcept;
  action refuse(rule r);
  action close(close_reason r) noexcept;

  base::byte_buffer head_text_;  // holds the head while a body comes in
  head_limits limits_;
  head head_;
  http1::framing framing_;
  http1::body_reader body_reader_;
  std::string known_host_;  // the last Host that was well-formed: most clients send it again
  std::size_t known_name_size_ = 0;  // without its port
  std::string body_;
  std::uint64_t body_limit_ = 0;
  std::uint64_t size_to_write_ = 0;  // of content that is streamed
  std::size_t message_size_ = 0;     // of a message that lies whole in input_
  unsigned empty_lines_ = 0;
  state state_ = state::head;
  bool in_head_ = false;
  bool asked_for_body_ = false;  // 100 was sent
  bool chunks_content_ = false;
  bool keep_after_stream_ = false;
  bool left_body_unread_ = false;
  bool is_fresh_ = false;  // nothing is left of the request before
};

}  // namespace asio_httpd::http1
