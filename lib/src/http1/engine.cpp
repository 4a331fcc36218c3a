// SPDX-License-Identifier: BSL-1.0
//
// The engine. Functions stand in the order of a request's life: head, body, response, next.

#include "http1/engine.hpp"

#include "base/ascii.hpp"
#include "http/method.hpp"
#include "http/request_access.hpp"
#include "http/response_content.hpp"
#include "http/target.hpp"
#include "http1/serializer.hpp"

#include <utility>

namespace asio_httpd::http1 {

using http::sends_content;

namespace {

// Empty lines before a request line: some old clients send one behind a body (RFC 9112 2.2).
constexpr unsigned most_empty_lines = 4;
// A body that nobody wants is read up to this size to keep the connection.
constexpr std::uint64_t most_discarded = 64 * 1024;

// As far as it looks like a request (RFC 9113 section 3.4).
constexpr std::string_view http2_preface = "PRI * HTTP/2.0\r\n";

// What an answer to a broken rule is, as the reason of the close behind it.
close_reason reason_of(rule r) noexcept {
  switch (answer_to(r)) {
    case status::content_too_large:
      return close_reason::body_limit;
    case status::uri_too_long:
    case status::request_header_fields_too_large:
      return close_reason::head_limit;
    default:
      return close_reason::parse_error;
  }
}

}  // namespace

void engine::reset(const head_limits& limits) noexcept {
  limits_ = limits;
  input_.clear();
  output_.clear();
  eof_ = false;
  left_body_unread_ = false;
  broken_ = rule::none;
  reason_ = close_reason::none;
  empty_lines_ = 0;
  message_size_ = 0;
  state_ = state::head;
  if (!is_fresh_) next_request();
}

action engine::next() {
  switch (state_) {
    case state::head:
      return read_head();
    case state::head_ready:
      return action::head;
    case state::body:
      return read_body();
    case state::ready:
      return action::dispatch;
    case state::refused:
      return broken_ == rule::version_unsupported && input_.view().starts_with(http2_preface)
                 ? action::http2
                 : action::refuse;
    case state::streaming:
      return action::stream;
    case state::answered:
      return go_on();
    case state::discard:
      return discard_body();
    case state::upgraded:
      return action::upgrade;
    case state::closed:
      input_.consume(std::exchange(message_size_, 0));  // what is left was not asked for
      break;
  }
  return action::close;
}

http::engine::phase engine::reading() const noexcept {
  if (!body_reader_.is_complete()) return phase::body;
  return in_head_ || !input_.empty() ? phase::head : phase::between;
}

// --- the head ------------------------------------------------------------------------------------

action engine::read_head() {
  if (!in_head_ && !skip_empty_lines()) {
    return broken_ == rule::none ? need_more() : refuse(broken_);
  }
  in_head_ = true;
  is_fresh_ = false;
  const auto parsed =
      parse_head(input_.data(), input_.size(), limits_, head_, request_access::fields(request_));
  field_sink::borrow(request_access::fields(request_), input_.data());
  if (parsed == parse_state::need_more) return need_more();
  if (parsed == parse_state::failed) return refuse(head_.broken);
  return finish_head();
}

// True when the first byte of a request is there.
bool engine::skip_empty_lines() {
  while (input_.view().starts_with("\r\n")) {
    if (++empty_lines_ > most_empty_lines) {
      broken_ = rule::empty_lines;
      return false;
    }
    input_.consume(2);
  }
  return !input_.empty() && input_.view() != "\r";
}

action engine::finish_head() {
  if (rule r = read_request_line(input_.data()); r != rule::none) return refuse(r);
  state_ = state::head_ready;
  message_size_ = head_.size;
  return action::head;
}

rule engine::read_request_line(const char* message) {
  const auto m = http::method_from(head_.method.of(message));
  if (m) request_access::method(request_, *m);
  head_read_ = m.has_value();
  request_access::version(
      request_, head_.version_minor == 0 ? http_version::http_1_0 : http_version::http_1_1);
  // Framing first: where it is broken, nothing else of the message can be trusted.
  const rule r = read_framing(request_.fields(), head_.version_minor, framing_, known_host_);
  if (r != rule::none) return r;
  if (!framing_.host_is_known) {
    known_host_ = framing_.host;
    known_name_size_ = http::host_without_port(known_host_).size();
  }
  if (!m) return rule::method_unknown;
  return read_target(*m, head_.target.of(message),
                     std::string_view(framing_.host).substr(0, known_name_size_));
}

bool engine::offers(std::string_view protocol) const noexcept {
  if (!framing_.wants_upgrade) return false;
  bool named = false;
  for (auto [id, name, value] : request_.fields()) {
    if (id != field::upgrade) continue;
    base::for_each_element(value, [&](std::string_view element) {
      named = named || base::iequals(element, protocol) ||
              base::iequals(element.substr(0, element.find('/')), protocol);
    });
  }
  return named;
}

// --- the body ------------------------------------------------------------------------------------

void engine::accept_body(std::uint64_t limit) {
  if (!takes_body(limit)) return;
  const std::size_t behind_head = input_.size() - head_.size;
  if (!framing_.chunked && behind_head >= framing_.content_length) {
    message_size_ = head_.size + static_cast<std::size_t>(framing_.content_length);
    request_access::body(request_, input_.view().substr(head_.size, message_size_ - head_.size));
    state_ = state::ready;
    return;
  }
  begin_body();
  ask_for_body();
  state_ = state::body;
}

void engine::stream_body(std::uint64_t limit) {
  if (!takes_body(limit)) return;
  begin_body();
  state_ = state::ready;
}

std::optional<std::uint64_t> engine::content_length() const noexcept {
  if (framing_.chunked) return std::nullopt;
  return framing_.content_length;
}

// False where there is none, or where it is refused.
bool engine::takes_body(std::uint64_t limit) {
  body_limit_ = limit;
  state_ = state::ready;
  if (!framing_.has_body()) return false;
  if (framing_.content_length <= limit) return true;
  refuse(rule::body_too_large);
  return false;
}

// A peer that waits for 100 has sent nothing of the body; one that has sent some does not wait.
void engine::ask_for_body() {
  if (!framing_.expects_continue || asked_for_body_ || !input_.empty()) return;
  asked_for_body_ = true;
  output_.bytes().append("HTTP/1.1 100 Continue\r\n\r\n");
}

// Leaves the head where it is, so that every view stays good, and goes on with another buffer.
void engine::begin_body() {
  head_text_.swap(input_);
  input_.clear();
  input_.append(head_text_.view().substr(head_.size));
  message_size_ = 0;
  body_reader_.begin(framing_);
}

action engine::read_body() {
  switch (take_body()) {
    case body_reader::state::need_more:
      return need_more();
    case body_reader::state::failed:
      return refuse(broken_);
    default:
      request_access::body(request_, body_);
      state_ = state::ready;
      return action::dispatch;
  }
}

// The response went out before the body came in; what is left of it is read and dropped.
action engine::discard_body() {
  switch (take_body()) {
    case body_reader::state::need_more:
      return need_more();
    case body_reader::state::failed:
      return close(close_reason::request_refused);
    default:
      next_request();
      return read_head();
  }
}

// All that is there.
body_reader::state engine::take_body() {
  for (;;) {
    const auto [at, content] = next_piece();
    if (at != body_reader::state::content) return at;
    if (state_ == state::body) body_.append(content);
  }
}

http::content_piece engine::next_piece() {
  auto piece = body_reader_.next(input_, limits_, request_access::trailers(request_));
  const std::uint64_t limit = state_ == state::discard ? most_discarded : body_limit_;
  if (body_reader_.received() > limit) {
    broken_ = rule::body_too_large;
    return {body_reader::state::failed, {}};
  }
  if (piece.at == body_reader::state::failed) broken_ = body_reader_.broken();
  return piece;
}

http::content_piece engine::read_content() {
  const auto [at, bytes] = next_piece();
  if (at != body_reader::state::need_more) return {at, bytes};
  if (eof_) return {body_reader::state::failed, {}};
  if (state_ == state::ready) ask_for_body();
  return {at, {}};
}

// --- the response --------------------------------------------------------------------------------

void engine::respond(response& r, const http::common_lines& common, bool close) {
  const bool early = state_ == state::head_ready;
  const bool unread = early ? framing_.has_body() : !body_reader_.is_complete();
  const bool head_only = head_read_ && request_.method() == method::head;
  const bool streams = r.kind() == response::content::stream && sends_content(r, head_only);
  const bool by_close = streams && !r.has_size() && head_.version_minor == 0;
  const bool keep = !close && !r.closes_connection() && broken_ == rule::none &&
                    framing_.keep_alive && !by_close && (!unread || streams || may_discard());
  if (r.status() == status::switching_protocols) framing_.keep_alive = true;
  serialize_head(r, {head_only, keep, head_.version_minor, common.lines}, output_.bytes());
  if (!keep) reason_of_close(r, close, unread);
  if (r.status() == status::switching_protocols) {
    input_.consume(message_size_);
    state_ = state::upgraded;
    return;
  }
  if (streams) {
    if (early && framing_.has_body()) begin_body();
    return begin_stream(r, keep);
  }
  if (sends_content(r, head_only)) output_.add_content(r);
  after_response(!keep, early);
}

void engine::reason_of_close(const response& r, bool close, bool unread) noexcept {
  if (reason_ != close_reason::none) return;
  reason_ = broken_ != rule::none      ? reason_of(broken_)
            : r.closes_connection()    ? close_reason::handler_requested
            : close                    ? close_reason::drained
            : unread && !may_discard() ? close_reason::request_refused
                                       : close_reason::client_requested;
}

// Whether the body of a request that is answered before its end is worth reading on. A peer that
// waits for 100 may send it or not, so nobody knows where the next request begins.
bool engine::may_discard() const noexcept {
  const bool waits = framing_.expects_continue && !asked_for_body_;
  return !waits && framing_.content_length <= most_discarded &&
         body_reader_.received() <= most_discarded;
}

void engine::after_response(bool close, bool early) {
  if (early && framing_.has_body() && !close) begin_body();
  body_reader_.release(input_);
  const bool unread = early ? framing_.has_body() : !body_reader_.is_complete();
  if (close) {
    left_body_unread_ = unread;
    state_ = state::closed;
  } else {
    state_ = unread ? state::discard : state::answered;
  }
}

// HTTP/1.0 has none (RFC 9110 section 15.2).
void engine::inform(status s, const fields& f) {
  if (head_.version_minor == 0) return;
  serialize_interim(s, f, output_.bytes());
}

// --- content that is written piece by piece ------------------------------------------------------

void engine::begin_stream(const response& r, bool keep) {
  keep_after_stream_ = keep;
  chunks_content_ = !r.has_size() && head_.version_minor != 0;
  size_to_write_ = r.has_size() ? r.content_size() : no_size;
  state_ = state::streaming;
}

bool engine::write_content(std::string_view content) {
  if (content.empty()) return true;  // an empty chunk would be the last
  if (content.size() > size_to_write_ - written_) return false;
  written_ += content.size();
  auto& bytes = output_.bytes();
  if (chunks_content_) append_chunk_line(content.size(), bytes);
  bytes.append(content);
  if (chunks_content_) bytes.append("\r\n");
  return true;
}

bool engine::end_content(const fields& trailers) {
  if (has_size_to_write() && written_ != size_to_write_) return false;
  if (chunks_content_) append_last_chunk(trailers, output_.bytes());
  const bool close = !keep_after_stream_ || (!body_reader_.is_complete() && !may_discard());
  if (close && reason_ == close_reason::none) reason_ = close_reason::request_refused;
  after_response(close, false);
  return true;
}

action engine::go_on() {
  input_.consume(message_size_);
  next_request();
  return read_head();
}

void engine::next_request() noexcept {
  state_ = state::head;
  head_ = head();
  framing_ = http1::framing();
  request_access::clear(request_);
  head_text_.clear();
  body_.clear();
  body_reader_.clear();
  written_ = 0;
  message_size_ = 0;
  empty_lines_ = 0;
  in_head_ = false;
  asked_for_body_ = false;
  head_read_ = false;
  is_fresh_ = true;
}

// --- the ends ------------------------------------------------------------------------------------

action engine::need_more() noexcept {
  if (!eof_) return action::read;
  return close(reading() == phase::between ? close_reason::client_done
                                           : close_reason::client_aborted);
}

action engine::refuse(rule r) {
  broken_ = r;
  state_ = state::refused;
  return next();
}

action engine::close(close_reason r) noexcept {
  reason_ = r;
  state_ = state::closed;
  return action::close;
}

}  // namespace asio_httpd::http1
