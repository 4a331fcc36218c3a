// SPDX-License-Identifier: BSL-1.0
//
// One stream of HTTP/2 as the seam http/engine.hpp has it: a request comes in, a response goes out,
// and that is all. The head of the response is given to the session at once; content is in
// output(), and whoever sends gives it to the stream as far as that takes it.

#pragma once

#include "http/engine.hpp"
#include "http2/header_lines.hpp"
#include "http2/session.hpp"
#include "http2/stream.hpp"

#include <string>

namespace asio_httpd::http2 {

using http::action;

class engine final : public http::engine {
 public:
  // For a stream whose head is whole, which must live longer. Keeps memory.
  void begin(stream& s);
  // Nothing is left of it.
  void clear() noexcept;

  action next() override;

  bool offers(std::string_view protocol) const noexcept override;
  bool must_upgrade() const noexcept override { return is_extended_; }
  std::optional<std::uint64_t> content_length() const noexcept override;

  void accept_body(std::uint64_t limit) override;
  void stream_body(std::uint64_t limit) override;
  http::content_piece read_content() override;
  bool has_unread_content() const noexcept override { return has_body_ && !is_read_; }

  void respond(response& r, const http::common_lines& common, bool close) override;
  bool write_content(std::string_view content) override;
  bool end_content(const fields& trailers) override;
  void inform(status s, const fields& f) override;

  // The connection goes on; but for a handler that wants its end.
  bool is_closing() const noexcept override { return false; }
  bool is_streaming() const noexcept override { return state_ == state::streaming; }
  bool ends_by_close() const noexcept override { return false; }
  bool is_idle() const noexcept override { return false; }
  bool owes_an_answer() const noexcept override { return state_ < state::streaming; }
  bool left_body_unread() const noexcept override { return false; }
  phase reading() const noexcept override { return phase::body; }
  std::uint64_t body_received() const noexcept override { return received_; }
  std::size_t memory() const noexcept override {
    return input_.capacity() + body_.capacity() + output_.memory();
  }

 private:
  enum class state : std::uint8_t {
    head,  // to be looked at
    body,  // which the route takes
    ready,
    refused,
    streaming,
    upgraded,
    answered,
  };

  http::rule read_head();
  static http::rule check_target(const request_head& head) noexcept;
  action read_body();
  action refuse(http::rule r);
  bool takes_body(std::uint64_t limit);
  void ask_for_body();
  void respond_upgrade(const response& r, const http::common_lines& common);

  stream* stream_ = nullptr;
  header_lines lines_;
  fields trailers_;  // of the response
  std::string body_;
  std::optional<std::uint64_t> content_length_;
  std::uint64_t body_limit_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t size_to_write_ = 0;  // of content that is streamed
  std::size_t handed_out_ = 0;       // of the input
  state state_ = state::head;
  bool has_body_ = false;
  bool is_extended_ = false;  // CONNECT with a protocol
  bool is_read_ = false;      // all of it
  bool expects_continue_ = false;
};

}  // namespace asio_httpd::http2
