// SPDX-License-Identifier: BSL-1.0
//
// The engine. Functions stand in the order of a request's life: head, body, response, next.

#include "http1/engine.hpp"

#include "http/method.hpp"
#include "http/request_access.hpp"
#include "http/target.hpp"
#include "http1/serializer.hpp"

#include <algorithm>
#include <utility>

namespace asio_httpd::http1 {
namespace {

// Empty lines before a request line: some old clients send one behind a body (RFC 9112 2.2).
constexpr unsigned most_empty_lines = 4;
// A body that nobody wants is read up to this size to keep the connection.
constexpr std::uint64_t most_discarded = 64 * 1024;

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
      return action::refuse;
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

engine::phase engine::reading() const noexcept {
  if (state_ == state::body || state_ == state::discard) return phase::body;
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
  request_access::version_minor(request_, head_.version_minor);
  // Framing first: where it is broken, nothing else of the message can be trusted.
  const rule r = read_framing(request_.fields(), head_.version_minor, framing_, known_host_);
  if (r != rule::none) return r;
  if (!framing_.host_is_known) {
    known_host_ = framing_.host;
    known_name_size_ = http::host_without_port(known_host_).size();
  }
  if (!m) return rule::method_unknown;
  return read_target(*m, head_.target.of(message));
}

rule engine::read_target(method m, std::string_view raw) {
  http::target parsed;
  if (http::parse_target(raw, m, parsed) != http::target_error::none) return rule::target_syntax;
  if (parsed.kind == http::target::form::authority) return rule::method_unknown;  // CONNECT
  // The target's authority replaces the Host field, also where they differ (section 3.2.2).
  const std::string_view host = parsed.authority.empty()
                                    ? framing_.host.substr(0, known_name_size_)
                                    : http::host_without_port(parsed.authority);
  request_access::target(request_, raw, parsed.query, host);
  target_form_ = target_form::path;
  if (parsed.kind == http::target::form::asterisk) {
    target_form_ = target_form::server;
    request_access::path(request_, "*");
    return rule::none;
  }
  const http::path_error error = path_.parse(parsed.path);
  // No route has control bytes: well-formed, and not found.
  if (error == http::path_error::control_byte) target_form_ = target_form::nothing;
  if (error != http::path_error::none && target_form_ != target_form::nothing) {
    return rule::path_syntax;
  }
  request_access::path(request_, path_.text());
  return rule::none;
}

// --- the body ------------------------------------------------------------------------------------

void engine::accept_body(std::uint64_t limit) {
  body_limit_ = limit;
  if (!framing_.has_body()) {
    state_ = state::ready;
    return;
  }
  if (framing_.content_length > limit) {
    refuse(rule::body_too_large);
    return;
  }
  const std::size_t behind_head = input_.size() - head_.size;
  if (!framing_.chunked && behind_head >= framing_.content_length) {
    message_size_ = head_.size + static_cast<std::size_t>(framing_.content_length);
    request_access::body(request_, input_.view().substr(head_.size, message_size_ - head_.size));
    state_ = state::ready;
    return;
  }
  if (framing_.expects_continue && behind_head == 0) {
    output_.bytes().append("HTTP/1.1 100 Continue\r\n\r\n");
  }
  detach_head();
  state_ = state::body;
}

// Leaves the head where it is, so that every view stays good, and goes on with another buffer.
void engine::detach_head() {
  head_text_.swap(input_);
  input_.clear();
  input_.append(head_text_.view().substr(head_.size));
  message_size_ = 0;
  body_left_ = framing_.content_length;
  chunks_.reset();
  in_trailers_ = false;
}

action engine::read_body() {
  switch (take_body()) {
    case body_progress::need_more:
      return need_more();
    case body_progress::failed:
      return refuse(broken_);
    case body_progress::complete:
      break;
  }
  request_access::body(request_, body_);
  state_ = state::ready;
  return action::dispatch;
}

// The response went out before the body came in; what is left of it is read and dropped.
action engine::discard_body() {
  switch (take_body()) {
    case body_progress::need_more:
      return need_more();
    case body_progress::failed:
      return close(close_reason::request_refused);
    case body_progress::complete:
      break;
  }
  next_request();
  return read_head();
}

engine::body_progress engine::take_body() {
  if (!framing_.chunked) return take_length();
  return in_trailers_ ? take_trailers() : take_chunks();
}

engine::body_progress engine::take_length() {
  const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(body_left_, input_.size()));
  keep_content(input_.view().substr(0, n));
  input_.consume(n);
  body_left_ -= n;
  return body_left_ == 0 ? body_progress::complete : body_progress::need_more;
}

engine::body_progress engine::take_chunks() {
  for (;;) {
    const auto result = chunks_.decode(input_.view());
    const bool fits = keep_content(result.content);
    input_.consume(result.consumed);
    if (!fits) return fail(rule::body_too_large);
    switch (result.at) {
      case chunked_decoder::state::need_more:
        return body_progress::need_more;
      case chunked_decoder::state::failed:
        return fail(chunks_.broken());
      case chunked_decoder::state::content:
        break;
      case chunked_decoder::state::trailers:
        in_trailers_ = true;
        head_ = head::of_trailers();
        return take_trailers();
    }
  }
}

engine::body_progress engine::take_trailers() {
  fields& trailers = request_access::trailers(request_);
  const auto parsed = parse_head(input_.data(), input_.size(), limits_, head_, trailers);
  if (parsed == parse_state::need_more) return body_progress::need_more;
  if (parsed == parse_state::failed) {
    const bool too_large = answer_to(head_.broken) == status::request_header_fields_too_large;
    return fail(too_large ? rule::trailers_too_large : head_.broken);
  }
  field_sink::borrow(trailers, input_.data());
  trailers = fields(trailers);  // own the text: the buffer goes on
  input_.consume(head_.size);
  return body_progress::complete;
}

engine::body_progress engine::fail(rule r) noexcept {
  broken_ = r;
  return body_progress::failed;
}

// False where the limit is passed.
bool engine::keep_content(std::string_view content) {
  body_received_ += content.size();
  if (state_ == state::discard) return body_received_ <= most_discarded;
  if (body_received_ > body_limit_) return false;
  body_.append(content);
  return true;
}

// --- the response --------------------------------------------------------------------------------

void engine::respond(response& r, std::string_view common, bool close) {
  const bool early = state_ == state::head_ready;
  const bool keep = !close && !r.closes_connection() && state_ != state::refused &&
                    framing_.keep_alive && (!early || may_discard());
  const bool head_only = head_read_ && request_.method() == method::head;
  if (r.status() == status::switching_protocols) framing_.keep_alive = true;
  serialize_head(r, {head_only, keep, head_.version_minor, common}, output_.bytes());
  if (sends_content(r, head_only)) output_.add_content(r);
  if (!keep && reason_ == close_reason::none) {
    reason_ = state_ == state::refused  ? reason_of(broken_)
              : r.closes_connection()   ? close_reason::handler_requested
              : close                   ? close_reason::drained
              : early && !may_discard() ? close_reason::request_refused
                                        : close_reason::client_requested;
  }
  if (r.status() == status::switching_protocols) {
    input_.consume(message_size_);
    state_ = state::upgraded;
    return;
  }
  after_response(!keep, early);
}

// Whether the body of a request that was answered at its head is worth reading to its end. A peer
// that waits for 100 may send it or not, so nobody knows where the next request begins.
bool engine::may_discard() const noexcept {
  return !framing_.expects_continue && framing_.content_length <= most_discarded;
}

void engine::after_response(bool close, bool early) {
  if (close) {
    left_body_unread_ = early && framing_.has_body();
    state_ = state::closed;
    return;
  }
  if (early && framing_.has_body()) {
    detach_head();
    state_ = state::discard;
    return;
  }
  state_ = state::answered;
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
  body_received_ = 0;
  message_size_ = 0;
  empty_lines_ = 0;
  in_head_ = false;
  in_trailers_ = false;
  head_read_ = false;
  is_fresh_ = true;
}

// --- the ends ------------------------------------------------------------------------------------

action engine::need_more() noexcept {
  if (!eof_) return action::read;
  return close(reading() == phase::between ? close_reason::client_done
                                           : close_reason::client_aborted);
}

action engine::refuse(rule r) noexcept {
  broken_ = r;
  state_ = state::refused;
  return action::refuse;
}

action engine::close(close_reason r) noexcept {
  reason_ = r;
  state_ = state::closed;
  return action::close;
}

}  // namespace asio_httpd::http1
