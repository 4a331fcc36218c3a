// SPDX-License-Identifier: BSL-1.0
//
// The part of the loop that a handler drives: it reads the content of its request while that comes
// in, or writes the content of its response. Pieces go straight between the peer and the handler,
// so that who is slow slows the other down and nothing piles up here.

#include "server/connection.hpp"

#include "base/printable.hpp"
#include "server/lent_connection.hpp"
#include "server/stream_implementation.hpp"

#include <asio_httpd/body_writer.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace asio_httpd::serving {

namespace asio = boost::asio;
using http::content_piece;

namespace {

// How often a peer is looked at of which nothing tells when it leaves.
constexpr std::chrono::seconds look_interval{15};

}  // namespace

// --- the call ------------------------------------------------------------------------------------

const std::shared_ptr<lent_connection>& connection::lend() {
  if (!lent_) lent_ = std::make_shared<lent_connection>(*this);
  return lent_;
}

void connection::take_back() noexcept {
  if (lent_) lent_->take_back();
  lent_.reset();
}

// A route's own deadline is for the whole; that of all handlers is for how long one may do neither
// reading nor writing, and does not hold for who only writes: it may wait for events for days.
void connection::set_call_deadline() noexcept {
  const auto whole = exchange_.route != nullptr ? exchange_.route->options.deadline : std::nullopt;
  const auto quiet = heartbeat_interval();
  if (quiet && (!whole || now() + *quiet < exchange_.called + *whole)) {
    return wait_for(waiting::producer, *quiet);
  }
  if (whole) return wait_for(waiting::handler, *whole, exchange_.called);
  if (work_->engine.is_streaming() && !cannot_watch_) return wait_is_over();
  if (work_->engine.is_streaming()) return wait_for(waiting::producer, look_interval);
  wait_for(waiting::handler, core_->options.deadlines.handler);
}

std::optional<std::chrono::milliseconds> connection::heartbeat_interval() const noexcept {
  if (!lent_ || !lent_->writer || lent_->writer->heartbeat.empty()) return std::nullopt;
  return lent_->writer->heartbeat_interval;
}

void connection::begin_call() noexcept {
  handler_timed_out_ = false;
  set_call_deadline();
}

void connection::end_call() noexcept {
  wait_is_over();
  end_watch();
}

// Nothing was written for a while, or nobody watches whether the peer leaves. Where something waits
// to be sent, the peer has enough to take.
void connection::on_quiet() {
  if (!work_) return io_session::on_quiet();
  if (cannot_watch_ && transport().peer_has_ended()) return fail(close_reason::client_aborted);
  auto& engine = work_->engine;
  if (heartbeat_interval() && engine.output().empty()) {
    engine.write_content(lent_->writer->heartbeat);
    send_now();
  }
  if (!has_failed()) set_call_deadline();
}

// Content that has a last word ends with it; other handlers come to their end by themselves.
void connection::on_drain() {
  if (lent_ && lent_->writer && !lent_->writer->farewell.empty()) {
    says_farewell_ = true;
    return cancel_call();
  }
  io_session::on_drain();
}

void connection::end_content_wait(net::transport::wait what) noexcept {
  if (has_failed()) return;
  if (what == net::transport::wait::read) lent_->body_waited += now() - lent_->wait_started;
  if (waiting_ == waiting::write) lent_->write_period_ends = deadline();
  set_call_deadline();
}

// --- reading -------------------------------------------------------------------------------------

std::shared_ptr<body_source> connection::open_body() {
  if (exchange_.route == nullptr || !exchange_.route->run.streams_body()) return nullptr;
  return std::make_shared<lent_body>(lend());
}

std::optional<std::uint64_t> connection::content_length() const noexcept {
  return work_->engine.content_length();
}

const fields& connection::content_trailers() const noexcept {
  return work_->engine.request().trailers();
}

http::content_piece connection::next_content() {
  auto& engine = work_->engine;
  const auto piece = engine.read_content();
  if (piece.at == content_piece::state::complete) begin_watch();
  if (piece.at != content_piece::state::failed) return piece;
  if (engine.broken() != http::rule::none) {
    note_broken_rule();
    throw http_error(http::answer_to(engine.broken()));
  }
  fail(close_reason::client_aborted);
  throw stream_error(asio::error::operation_aborted);
}

// Sends `100 Continue`, where that is queued. After some reads the thread's other connections get
// their turn: a wait for what is there already.
bool connection::receive_content() {
  if (send_now() == sending::failed) return true;
  if (++reads_in_turn_ >= most_reads_in_turn) {
    reads_in_turn_ = 0;
    return false;
  }
  return read_now();
}

void connection::begin_content_read() noexcept {
  const auto& d = core_->options.deadlines;
  if (lent_->body_waited == clock::duration()) body_before_ = work_->engine.body_received();
  lent_->wait_started = now();
  wait_for(waiting::body, d.body, lent_->wait_started - lent_->body_waited);
}

void connection::begin_body_period() noexcept {
  if (!lent_) return;
  lent_->body_waited = {};
  lent_->wait_started = now();
}

// --- writing -------------------------------------------------------------------------------------

void connection::queue_content(std::string_view piece) {
  if (work_->engine.write_content(piece)) return;
  throw std::length_error("asio_httpd: more content than the size that was announced");
}

bool connection::send_content() {
  const std::uint64_t before = work_->engine.output().pending();
  if (send_now() == sending::blocked) {
    go_on_writing(lent_->write_period_ends);
    return false;
  }
  lent_->write_period_ends = {};
  lent_->sent_in_turn += before;
  if (lent_->sent_in_turn < turn_size) return true;
  lent_->sent_in_turn = 0;  // others' turn
  return false;
}

// The head goes out with the first piece where that comes at once, else by itself.
void connection::flush_soon() {
  asio::post(transport().executor(), [self = shared_from_this(), this] {
    if (!work_ || has_failed() || !work_->engine.is_streaming()) return;
    guard([this] { send_now(); });
  });
}

net::task<> connection::on_stream() {
  auto& [engine, response] = *work_;
  const auto producer = response.release_stream();
  const auto writer = std::make_shared<body_writer::implementation>();
  writer->connection = lend();
  lent_->writer = writer;
  if (exchange_.route == nullptr || !exchange_.route->run.is_coroutine()) exchange_.called = now();
  begin_call();
  const std::exception_ptr error = co_await call(producer->run(body_writer(writer)));
  end_call();
  turn_time_ = {};
  if (!has_failed()) end_stream(error);
  take_back();
  record(engine.written());
  record_latency();
  response.clear();
}

void connection::end_stream(std::exception_ptr error) {
  auto& engine = work_->engine;
  if (std::exchange(says_farewell_, false)) {
    engine.write_content(lent_->writer->farewell);
    error = nullptr;
  }
  if (handler_timed_out_) return abort_stream(close_reason::handler_timeout, "took too long");
  if (error) {
    const auto failure = answer_exception(std::move(error));
    return abort_stream(close_reason::internal_error,
                        failure.message.empty() ? failure.answer.text() : failure.message);
  }
  if (!engine.end_content(lent_->writer->trailers)) {
    return abort_stream(close_reason::internal_error, "wrote less than the size that it announced");
  }
  if (engine.is_closing()) set_reason(engine.reason());
}

// The peer must not take it for whole: no last chunk, fewer bytes than announced, or, where only
// the close would tell, a reset.
void connection::abort_stream(close_reason r, std::string_view why) {
  count().handler_errors.add(1);
  core_->log(log_level::error, "content of " + what_is_answered() + ": " + base::printable(why));
  send_now();
  if (work_->engine.ends_by_close()) transport().close(true);
  fail(r);
}

}  // namespace asio_httpd::serving
