// SPDX-License-Identifier: BSL-1.0
//
// Up: a request at a time, out of the client's text. Down: the answers' text, in order.

#include "testing/http2_gateway.hpp"

#include "testing/http2_heads.hpp"
#include "testing/shown.hpp"
#include "websocket/handshake.hpp"

#include <asio_httpd/field.hpp>
#include <asio_httpd/testing/error.hpp>

#include <algorithm>
#include <utility>

namespace asio_httpd::testing {
namespace {

// What is too large is for the server to refuse: as large as the parser can.
constexpr http1::head_limits limits{65'535, 65'535, 65'535};

// A head, and what comes in one piece behind it.
constexpr std::size_t most_input = 128 * 1024;

}  // namespace

// --- the client ----------------------------------------------------------------------------------

std::size_t http2_gateway::room() const noexcept {
  return most_input - std::min(most_input, input_.size());
}

void http2_gateway::from_client(std::string_view text) {
  has_spoken_ = has_spoken_ || !text.empty();
  input_.append(text);
  read_on();
}

void http2_gateway::end_of_client() {
  client_ended_ = true;
  if (reading_ == reading::tunnel && input_.empty()) end_content();
}

std::string_view http2_gateway::text() const noexcept {
  return answers_.empty() ? std::string_view() : answers_.front()->text();
}

void http2_gateway::took(std::size_t size) {
  http2_exchange& front = *answers_.front();
  const std::size_t freed = front.took(size);
  if (!front.is_closed() && freed != 0) server_.consume(front.stream, freed);
  pop_answered();
}

bool http2_gateway::is_over() const noexcept {
  if (is_cut()) return text().empty();
  if (!answers_.empty()) return false;
  return server_ended_ || server_.is_going_away() || reading_ == reading::nothing ||
         (client_ended_ && reading_ != reading::request);
}

void http2_gateway::pop_answered() {
  while (!answers_.empty() && answers_.front()->is_answered() && text().empty()) {
    const http2_exchange& front = *answers_.front();
    if (front.is_tunnel() || front.closes()) reading_ = reading::nothing;
    if (front.is_tunnel()) end_content();
    answers_.pop_front();
  }
}

// --- the client's requests -----------------------------------------------------------------------

void http2_gateway::read_on() {
  while (read_step()) continue;
  if (client_ended_ && reading_ == reading::tunnel && input_.empty()) end_content();
}

bool http2_gateway::read_step() {
  switch (reading_) {
    case reading::head:
      return read_head();
    case reading::request:
      return begin_request();
    case reading::content:
      return read_content();
    case reading::handshake:
      return read_handshake();
    case reading::tunnel:
      return read_tunnel();
    case reading::nothing:
      break;
  }
  return drop_input();
}

bool http2_gateway::drop_input() {
  input_.clear();
  return false;
}

void http2_gateway::refuse(std::string_view what) {
  reading_ = reading::nothing;
  throw error("HTTP/2 cannot carry this request: " + std::string(what) +
              shown(input_.view(), input_.size()));
}

bool http2_gateway::read_head() {
  while (input_.view().starts_with("\r\n")) input_.consume(2);
  if (input_.empty() || input_.view() == "\r" || server_.is_going_away()) return false;
  const auto parsed = http1::parse_head(input_.data(), input_.size(), limits, head_, fields_);
  if (parsed == http1::parse_state::need_more) return false;
  if (parsed == http1::parse_state::failed) refuse(to_string(head_.broken));
  if (head_.version_minor == 0) refuse("it is HTTP/1.0");
  reading_ = reading::request;
  return true;
}

bool http2_gateway::begin_request() {
  http1::field_sink::borrow(fields_, input_.data());
  framing_ = {};
  const auto broken = http1::read_framing(fields_, head_.version_minor, framing_);
  if (broken != http1::rule::none) refuse(to_string(broken));
  const request_head r{head_.method.of(input_.data()), head_.target.of(input_.data()), fields_,
                       framing_};
  if (r.asks_for_websocket() && !server_.has_settings()) return false;
  const bool is_handshake = r.asks_for_websocket() && server_.takes_websockets();
  http2_exchange::question q{r.method == "HEAD", !framing_.keep_alive, {}};
  if (is_handshake) q.accept = ws::accept_key(fields_.get(field::sec_websocket_key));
  reading_ = is_handshake ? reading::handshake : reading::content;
  open_stream(to_http2(r, scheme_, is_handshake), framing_.has_body() || is_handshake,
              std::move(q));
  return true;
}

void http2_gateway::open_stream(const header_lines& lines, bool has_content,
                                http2_exchange::question q) {
  up_ = std::make_shared<http2_exchange>(std::move(q));
  up_->stream = server_.request(lines, has_content);
  streams_.emplace(up_->stream, up_);
  answers_.push_back(up_);
  content_.begin(framing_);
  input_.consume(head_.size);
}

bool http2_gateway::read_content() {
  if (!up_->has_room() && !up_->is_closed()) return false;
  const auto piece = content_.next(input_, limits, trailers_);
  switch (piece.at) {
    case http1::body_reader::state::need_more:
      return false;
    case http1::body_reader::state::failed:
      refuse(to_string(content_.broken()));
    case http1::body_reader::state::content:
      if (up_->is_closed()) return true;  // the server does not want it
      up_->send(piece.content);
      server_.resume(up_->stream);
      return true;
    case http1::body_reader::state::complete:
      break;
  }
  end_content();
  next_request();
  return true;
}

void http2_gateway::end_content() {
  up_->end_content(to_http2(trailers_));
  if (!up_->is_closed()) server_.resume(up_->stream);
}

void http2_gateway::next_request() {
  content_.release(input_);
  http1::field_sink::clear(trailers_);
  http1::field_sink::clear(fields_);
  head_ = {};
  reading_ = up_->closes() ? reading::nothing : reading::head;
}

// Where the server does not agree, the client's next request follows.
bool http2_gateway::read_handshake() {
  if (!up_->has_head() && !up_->is_closed()) return false;
  if (up_->is_tunnel()) {
    reading_ = reading::tunnel;
  } else {
    end_content();
    next_request();
  }
  return true;
}

bool http2_gateway::read_tunnel() {
  if (input_.empty() || !up_->has_room()) return false;
  if (up_->is_closed()) return drop_input();
  const std::size_t n = std::min(input_.size(), http2_exchange::most_up);
  up_->send(input_.view().substr(0, n));
  input_.consume(n);
  server_.resume(up_->stream);
  return true;
}

// --- the server ----------------------------------------------------------------------------------

std::string http2_gateway::send() {
  if (!has_spoken_) return {};
  std::string bytes = server_.send();
  read_on();  // there may be room for more content
  return bytes;
}

void http2_gateway::receive(std::string_view bytes) {
  server_.receive(bytes);
  pop_answered();
  read_on();
}

void http2_gateway::end_of_server() {
  server_ended_ = true;
  for (auto& [id, open] : std::exchange(streams_, {})) open->on_close();
}

bool http2_gateway::give_up() {
  if (!client_ended_) return false;
  return std::erase_if(streams_, [this](const auto& open) {
           if (open.second->is_tunnel()) return false;  // which has told the server that it ended
           server_.cancel(open.first);
           open.second->on_close();
           return true;
         }) != 0;
}

void http2_gateway::leave() {
  if (!has_spoken_ || server_ended_) return;
  for (auto& [id, open] : std::exchange(streams_, {})) server_.cancel(id);
  server_.leave();
}

http2_exchange* http2_gateway::find(http2_client::stream_id stream) const {
  const auto at = streams_.find(stream);
  return at == streams_.end() ? nullptr : at->second.get();
}

void http2_gateway::on_head(http2_client::stream_id stream, const header_lines& lines,
                            bool is_end) {
  if (auto* e = find(stream)) e->on_head(lines, is_end, server_.is_going_away());
}

void http2_gateway::on_content(http2_client::stream_id stream, std::string_view content) {
  if (auto* e = find(stream)) e->on_content(content);
}

void http2_gateway::on_end(http2_client::stream_id stream) {
  if (auto* e = find(stream)) e->on_end();
}

void http2_gateway::on_close(http2_client::stream_id stream, std::uint32_t) {
  if (auto* e = find(stream)) e->on_close();
  streams_.erase(stream);
}

http2_client::piece http2_gateway::read_content(http2_client::stream_id stream, char* to,
                                                std::size_t size) {
  auto* const e = find(stream);
  return e ? e->take_content(to, size) : http2_client::piece{0, true, {}};
}

}  // namespace asio_httpd::testing
