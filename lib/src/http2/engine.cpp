// SPDX-License-Identifier: BSL-1.0
//
// Functions stand in the order of a request's life: head, body, response.

#include "http2/engine.hpp"

#include "base/ascii.hpp"
#include "http/method.hpp"
#include "http/request_access.hpp"
#include "http/response_content.hpp"
#include "http/target.hpp"

#include <utility>

namespace asio_httpd::http2 {

using http::content_piece;
using http::rule;
using piece_state = content_piece::state;

void engine::begin(stream& s) {
  clear();
  stream_ = &s;
  state_ = state::head;
}

void engine::clear() noexcept {
  stream_ = nullptr;
  request_access::clear(request_);
  input_.clear();
  output_.clear();
  body_.clear();
  trailers_.clear();
  content_length_.reset();
  received_ = written_ = size_to_write_ = 0;
  handed_out_ = 0;
  broken_ = rule::none;
  reason_ = close_reason::none;
  head_read_ = is_extended_ = eof_ = has_body_ = is_read_ = expects_continue_ = false;
}

action engine::next() {
  switch (state_) {
    case state::head:
      if (!head_read_) {
        if (const rule r = read_head(); r != rule::none) return refuse(r);
      }
      return action::head;
    case state::body:
      return read_body();
    case state::ready:
      return action::dispatch;
    case state::refused:
      return action::refuse;
    case state::streaming:
      return action::stream;
    case state::upgraded:
      return action::upgrade;
    case state::answered:
      break;
  }
  return action::close;
}

// --- the head ------------------------------------------------------------------------------------

rule engine::read_head() {
  request_head& head = stream_->head();
  std::swap(request_access::fields(request_), head.lines);
  request_access::version(request_, http_version::http_2);
  const fields& f = request_.fields();
  // RFC 8441: what is a GET in HTTP/1.1 is a CONNECT that names a protocol.
  const bool is_extended = head.protocol.size != 0;
  const auto m = is_extended ? method::get : http::method_from(head.of(head.method));
  if (m) request_access::method(request_, *m);
  head_read_ = m.has_value();
  if (head.broken != rule::none) return head.broken;
  if (!m || *m == method::connect) return rule::method_unknown;
  is_extended_ = is_extended;
  if (const rule r = check_target(head); r != rule::none) return r;
  has_body_ = !stream_->is_without_content() && !is_extended;
  if (f.contains(field::content_length)) {
    content_length_ = stream_->content_length();
  } else if (!has_body_) {
    content_length_ = 0;
  }
  if (f.contains(field::expect)) {
    if (!base::iequals(f.get(field::expect), "100-continue")) return rule::expectation_unknown;
    expects_continue_ = true;
  }
  return read_target(*m, head.of(head.path), http::host_without_port(f.get(field::host)));
}

// No target of HTTP/2 has an authority in its path (RFC 9113 section 8.3.1), so that there is one
// host.
rule engine::check_target(const request_head& head) noexcept {
  const std::string_view path = head.of(head.path);
  const std::string_view scheme = head.of(head.scheme);
  const bool is_ours = base::iequals(scheme, "http") || base::iequals(scheme, "https");
  return is_ours && (path == "*" || path.starts_with('/')) ? rule::none : rule::target_syntax;
}

bool engine::offers(std::string_view protocol) const noexcept {
  return stream_->head().of(stream_->head().protocol) == protocol;
}

std::optional<std::uint64_t> engine::content_length() const noexcept {
  return content_length_;
}

// --- the body ------------------------------------------------------------------------------------

void engine::accept_body(std::uint64_t limit) {
  if (!takes_body(limit)) return;
  ask_for_body();
  state_ = state::body;
}

void engine::stream_body(std::uint64_t limit) {
  takes_body(limit);
}

bool engine::takes_body(std::uint64_t limit) {
  body_limit_ = limit;
  state_ = state::ready;
  if (!has_body_) return false;
  if (content_length_.value_or(0) <= limit) return true;
  refuse(rule::body_too_large);
  return false;
}

void engine::ask_for_body() {
  if (!std::exchange(expects_continue_, false) || !stream_->received().empty()) return;
  inform(status::continue_, fields());
}

action engine::read_body() {
  for (;;) {
    const auto [at, content] = read_content();
    switch (at) {
      case piece_state::content:
        body_.append(content);
        break;
      case piece_state::need_more:
        return action::read;
      case piece_state::failed:
        return refuse(broken_);
      case piece_state::complete:
        request_access::body(request_, body_);
        state_ = state::ready;
        return action::dispatch;
    }
  }
}

content_piece engine::read_content() {
  input_.consume(std::exchange(handed_out_, 0));
  if (!has_body_ || is_read_) return {piece_state::complete, {}};
  if (!input_.empty()) {
    handed_out_ = input_.size();
    received_ += handed_out_;
    if (received_ <= body_limit_) return {piece_state::content, input_.view()};
    broken_ = rule::body_too_large;
    return {piece_state::failed, {}};
  }
  if (!eof_) {
    if (state_ == state::ready) ask_for_body();
    return {piece_state::need_more, {}};
  }
  is_read_ = true;
  std::swap(request_access::trailers(request_), stream_->trailers());
  return {piece_state::complete, {}};
}

// --- the response --------------------------------------------------------------------------------

action engine::refuse(rule r) {
  broken_ = r;
  state_ = state::refused;
  return action::refuse;
}

void engine::respond(response& r, const http::common_lines& common, bool) {
  if (r.closes_connection() && stream_->of() != nullptr) stream_->of()->ask_for_end();
  if (r.upgrade_handler()) return respond_upgrade(r, common);
  const bool head_only = head_read_ && request_.method() == method::head;
  const bool sends = http::sends_content(r, head_only);
  const bool streams = sends && r.kind() == response::content::stream;
  std::optional<std::uint64_t> announced;
  if (!forbids_content(r.status()) && r.has_size()) announced = http::announced_size(r);
  size_to_write_ = streams ? announced.value_or(stream::no_size) : 0;
  const auto head = lines_.of(r.status(), r.fields(), common, announced);
  // What is streamed has its end once its handler has: until then it may turn out to be broken.
  const std::uint64_t size = !sends ? 0 : streams ? stream::no_size : *announced;
  if (sends && !streams) output_.add_last_content(r);
  output_.sent(
      stream_->of() == nullptr
          ? 0
          : stream_->of()->send_head(*stream_, head, size, output_.first(), output_.second()));
  state_ = streams ? state::streaming : state::answered;
}

// RFC 8441 section 5: 200 instead of 101, and the stream is the other protocol's.
void engine::respond_upgrade(const response& r, const http::common_lines& common) {
  const auto head = lines_.of(status::ok, r.fields(), common, std::nullopt);
  if (stream_->of() != nullptr) stream_->of()->send_head(*stream_, head, stream::no_size, {}, {});
  state_ = state::upgraded;
}

bool engine::write_content(std::string_view content) {
  if (size_to_write_ != stream::no_size && content.size() > size_to_write_ - written_) return false;
  written_ += content.size();
  output_.bytes().append(content);
  return true;
}

bool engine::end_content(const fields& trailers) {
  if (size_to_write_ != stream::no_size && written_ != size_to_write_) return false;
  if (size_to_write_ == stream::no_size) trailers_ = trailers;
  if (stream_->of() != nullptr) {
    stream_->of()->send_end(*stream_, output_.pending(), &trailers_);
  }
  state_ = state::answered;
  return true;
}

void engine::inform(status s, const fields& f) {
  if (stream_->of() != nullptr) stream_->of()->send_interim(*stream_, lines_.of(s, f));
}

}  // namespace asio_httpd::http2
