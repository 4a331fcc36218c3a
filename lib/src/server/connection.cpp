// SPDX-License-Identifier: BSL-1.0
//
// THE LOOP: the life of a request on an HTTP connection.
//
//   1  net/listener accepts; server/server makes a connection and starts it     (serve)
//   2  the connection waits for bytes and holds nothing but itself              (wake_up, rest)
//   3  bytes go into http1/engine, which says what to do next                   (read_now)
//   4  at the end of the head server/exchange finds the route and its policy    (on_head)
//   5  the handler is called, directly or as a coroutine             (on_dispatch, on_coroutine)
//   6  http1/engine frames the response behind those that wait already          (respond)
//      where the handler reads or writes content piece by piece, it drives (connection_content.cpp)
//   7  when there is nothing left to take up, all of them are sent in one write (send_now, flush);
//      a file goes from the disk to the peer (connection_file.cpp)
//   8  back to 2 or 3; or the end: send, linger, close                                 (linger)
//
// Where the peer speaks HTTP/2, server/http2_link takes its connection over after step 2, and each
// of its streams goes through the steps from 4 on, with a transport and an engine of its own.
//
// Nothing here blocks, and nothing here waits without a deadline. The steps that have to wait are
// coroutines of their own, so that a request for which nothing waits makes no frame.

#include "server/connection.hpp"

#include "base/printable.hpp"
#include "http/common_fields.hpp"
#include "http/request_access.hpp"
#include "http/response_content.hpp"
#include "server/http2_link.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace asio_httpd::serving {
namespace {

namespace asio = boost::asio;
using http::action;
using net::transport;

constexpr std::size_t first_read = 8 * 1024;
constexpr std::size_t body_read = 32 * 1024;
constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

constexpr std::string_view speaks_tls =
    "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 35\r\n"
    "Content-Type: text/plain\r\n\r\nThis port speaks TLS; use https://\n";

// Date and Server, made once a second for each thread.
http::common_lines common_fields_of(const core& c) {
  thread_local std::uint64_t owner = 0;
  thread_local std::optional<http::common_fields> fields;
  if (owner != c.metrics.id()) {
    fields.emplace(c.options.server_name);
    owner = c.metrics.id();
  }
  return fields->at(c.clock().unix_time());
}

[[noreturn]] void refuse_stream_of_hook() {
  throw std::logic_error("a hook cannot answer with content that is written piece by piece");
}

}  // namespace

connection::connection(std::shared_ptr<net::worker> owner, std::shared_ptr<core> c,
                       std::unique_ptr<net::transport> t, std::unique_ptr<workspace> w,
                       clock::time_point arrival)
    : io_session(std::move(owner), std::move(c), std::move(t), kind::stream),
      work_(std::move(w)),
      turn_time_(arrival) {
  request_access::peer(work_->engine.request(), this);
}

connection::~connection() {
  take_back();
  if (idle_) count().idle_ended.add(1);
  workspace::give_back(std::move(work_));
}

net::task<> connection::serve() {
  if (!is_stream()) begin_idle();
  if (!is_stream()) wait_for(waiting::first_byte, core_->options.deadlines.head);
  while (!has_failed()) {
    if (!work_) {
      check_wait(co_await wait(transport::wait::read));
      wake_up();
      if (speaks_http2()) co_return co_await run_http2();
      continue;
    }
    switch (work_->engine.next()) {
      case action::read:
        if (send_now() == sending::blocked) co_await flush();
        end_turn();
        if (has_failed() || rest()) break;
        set_read_deadline();
        if (!input_was_full_) check_wait(co_await wait(transport::wait::read));
        read_now();
        break;
      case action::head:
        if (must_flush() && send_now() == sending::blocked) co_await flush();
        if (!has_failed()) on_head();
        break;
      case action::dispatch:
        if (exchange_.route->run.is_coroutine()) {
          co_await on_coroutine();
        } else {
          on_dispatch();
        }
        break;
      case action::stream:
        co_await on_stream();
        break;
      case action::refuse:
        if (must_flush() && send_now() == sending::blocked) co_await flush();
        if (!has_failed()) on_refuse();
        break;
      case action::http2:
        if (requests_ == 0) co_return co_await run_http2();
        on_refuse();
        break;
      case action::upgrade:
        co_await hand_over();
        co_return;
      case action::close:
        set_reason(work_->engine.reason());
        // The last bytes share a packet with the end of the connection, and with what TLS says of
        // it.
        closing_ = true;
        if (send_now() == sending::blocked) co_await flush();
        if (!has_failed() && must_linger()) co_await linger();
        co_return;
    }
  }
}

// Of a stream, its peer is told why: what was asked for is not worth anything any more, or it is
// our fault.
void connection::on_fail() noexcept {
  file_.cancel();
  if (!is_stream()) return;
  const bool is_fault =
      reason() == close_reason::internal_error || reason() == close_reason::content_changed;
  carrier().break_off(is_fault ? http2::error::internal_error : http2::error::cancel);
}

// Only of a stream.
http2_stream& connection::carrier() noexcept {
  return static_cast<http2_stream&>(transport());
}

// A stream may wait for others of its connection, while their peer takes what it can.
bool connection::waits_for_peer_to_take() noexcept {
  const auto& d = core_->options.deadlines;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(d.write).count();
  const std::uint64_t wanted = d.write_rate * static_cast<std::uint64_t>(seconds);
  return !is_stream() || !carrier().waits_for_others(std::max<std::uint64_t>(wanted, 1));
}

// A wait that was not cancelled and fails is one that the kernel has no room for.
void connection::check_wait(net::error_code ec) {
  if (ec && !has_failed()) fail(close_reason::internal_error);
}

// --- 2: idle and awake ---------------------------------------------------------------------------

bool connection::is_idle() const noexcept {
  return !work_ && (idle_ || waiting_ == waiting::stream_read);
}

void connection::begin_idle() {
  idle_ = true;
  count().idle_begun.add(1);
}

void connection::end_idle() {
  idle_ = false;
  count().idle_ended.add(1);
}

void connection::wake_up() {
  if (has_failed()) return;
  end_idle();
  auto taken = http1_workspace::take();
  taken->codec.reset(core_->head_limits);
  work_ = std::move(taken);
  request_access::peer(work_->engine.request(), this);
  read_now();
}

// Gives everything back where nothing is under way; true where that was so.
bool connection::rest() {
  if (!work_->engine.is_idle() || input_was_full_) return false;
  workspace::give_back(std::move(work_));
  begin_idle();
  if (core_->draining) {
    fail(close_reason::drained);
  } else if (waiting_ != waiting::first_byte) {
    wait_for(waiting::next_request, core_->options.deadlines.idle, turn_time());
  }
  return true;
}

// --- 3: reading ----------------------------------------------------------------------------------

void connection::set_read_deadline() {
  const auto& d = core_->options.deadlines;
  const auto& engine = work_->engine;
  using phase = http::engine::phase;
  if (engine.reading() == phase::body) {
    if (waiting_ == waiting::body) return;
    body_before_ = engine.body_received();
    wait_for(waiting::body, d.body);
  } else if (waiting_ != waiting::head) {
    wait_for(waiting::head, d.head);
  }
}

// At the end of a period: did the body come in fast enough? A new period begins.
bool connection::body_goes_on() noexcept {
  begin_body_period();
  const auto& d = core_->options.deadlines;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(d.body).count();
  const std::uint64_t wanted = d.body_rate * static_cast<std::uint64_t>(seconds);
  const std::uint64_t before = std::exchange(body_before_, work_->engine.body_received());
  return body_before_ - before >= std::max<std::uint64_t>(wanted, 1);
}

// A read that filled the buffer is followed by another at once, up to a point: a peer that sends
// faster than we read must not keep the thread from others.
void connection::end_turn() noexcept {
  if (input_was_full_ && ++reads_in_turn_ < most_reads_in_turn) return;
  reads_in_turn_ = 0;
  input_was_full_ = false;
}

// True where something came, be it the end.
bool connection::read_now() {
  turn_time_ = {};
  if (has_failed()) return true;
  auto& input = work_->engine.input();
  const bool in_body = work_->engine.reading() == http::engine::phase::body;
  input.prepare(in_body ? body_read : input.capacity() == 0 ? first_read : first_read / 4);
  const auto result = transport().read(input.write_position(), input.room());
  input_was_full_ = result.size == input.room();
  input.commit(result.size);  // also of nothing: what is behind may have been overwritten
  note_handshake();
  if (result.error) {
    if (result.error == asio::error::would_block) return false;
    if (handshake_failed()) return true;
    const bool between = work_->engine.reading() == http::engine::phase::between;
    fail(between ? close_reason::client_done : close_reason::client_aborted);
  } else if (result.size == 0) {
    work_->engine.commit_eof();
  } else {
    received(result.size);
  }
  return true;
}

void connection::note_handshake() noexcept {
  if (handshake_noted_ || is_stream()) return;
  const net::security* security = transport().security();
  handshake_noted_ = security == nullptr || security->is_established();
  if (security == nullptr || !handshake_noted_) return;
  count().add_handshake(security->version(), security->protocol(), security->is_resumed());
}

// A read has failed: whether that was the handshake. A browser that was sent to the wrong scheme
// is told so.
bool connection::handshake_failed() {
  const net::security* security = transport().security();
  if (security == nullptr || security->is_established()) return false;
  count().failed_handshakes.add(1);
  core_->log(log_level::info, peer_name() + ": TLS handshake failed: " + security->failure());
  if (security->is_plain_http()) transport().write(speaks_tls, {}, false);
  fail(close_reason::tls_handshake);
  return true;
}

std::optional<tls_info> connection::tls() const {
  const net::security* security = transport().security();
  return security != nullptr ? std::optional(security->info()) : std::nullopt;
}

// --- 4 and 5: requests ---------------------------------------------------------------------------

void connection::on_head() {
  auto& [engine, response] = *work_;
  wait_is_over();
  exchange_.started = turn_time();
  if (!admit()) return respond();
  const route& r = *exchange_.route;
  if (r.run.streams_body()) {
    return engine.stream_body(r.options.body_limit.value_or(no_limit));
  }
  engine.accept_body(r.options.body_limit.value_or(core_->options.limits.body));
}

// Content that is written piece by piece needs a handler that is called.
bool connection::admit() {
  try {
    if (find_route(*core_, *work_, exchange_)) return true;
    if (work_->response.kind() == response::content::stream) refuse_stream_of_hook();
  } catch (...) {
    answer_handler_exception(std::current_exception());
  }
  return false;
}

void connection::on_dispatch() {
  auto& [engine, response] = *work_;
  wait_is_over();
  try {
    const running_handler holds(count().turn, exchange_.route);
    exchange_.route->run(engine.request(), response);
  } catch (...) {
    answer_handler_exception(std::current_exception());
  }
  respond();
}

net::task<> connection::on_coroutine() {
  auto& [engine, response] = *work_;
  const route& r = *exchange_.route;
  exchange_.called = now();
  begin_call();
  const std::exception_ptr error = co_await call(r.run.async_call(engine.request(), response));
  end_call();
  if (has_failed()) co_return;
  if (handler_timed_out_) {
    response = error_response(status::service_unavailable);
    if (!is_stream()) response.close_connection();
    set_reason(close_reason::handler_timeout);
  } else if (error) {
    answer_handler_exception(error);
  }
  turn_time_ = {};
  respond();
  record_latency();
  if (!engine.is_streaming()) take_back();
}

// What is finished does not wait for what is not; and the handler must not outlast its client.
void connection::on_call_waits() {
  if (!work_) return;  // a stream's handler looks after itself
  if (work_->engine.is_streaming()) {
    flush_soon();
  } else if (send_now() == sending::failed) {
    return;
  }
  begin_watch();
}

// Not while content is unread: then a peer that sends is as good as one that leaves.
void connection::begin_watch() {
  const bool detached = exchange_.route != nullptr && exchange_.route->options.detached;
  if (detached || watching_ || work_->engine.has_unread_content()) return;
  watching_ = true;
  watch();
}

void connection::watch() {
  transport().async_wait(transport::wait::read, {shared_from_this(), &connection::on_watch, this});
}

// Bytes may be a pipelined request; then nothing tells any more, and one has to ask.
void connection::on_watch(void* self, std::shared_ptr<void>, net::error_code ec) {
  auto& watched = *static_cast<connection*>(self);
  if (watched.watching_ && !watched.has_failed()) watched.guard([&] { watched.look_at_peer(ec); });
}

void connection::look_at_peer(net::error_code ec) {
  // Whoever waits beside this cancels both; the watch goes on.
  if (ec == asio::error::operation_aborted) return watch();
  if (ec) return;
  switch (transport().look_at_peer()) {
    case net::peer_state::gone:
      return fail(close_reason::client_aborted);
    case net::peer_state::has_sent:
      cannot_watch_ = true;
      if (waiting_ == waiting::nothing) set_call_deadline();
      return;
    case net::peer_state::silent:
      return watch();
  }
}

void connection::end_watch() noexcept {
  cannot_watch_ = false;
  if (std::exchange(watching_, false)) transport().cancel();
}

void connection::answer_handler_exception(std::exception_ptr error) {
  auto& [engine, response] = *work_;
  handler_failure failure = answer_exception(std::move(error));
  response = std::move(failure.answer);
  if (failure.message.empty()) {
    return negotiate_error(engine.request(), response, std::string(response.text()));
  }
  count().handler_errors.add(1);
  core_->log(log_level::error,
             "handler of " + what_is_answered() + " threw: " + base::printable(failure.message));
}

std::string connection::what_is_answered() const {
  return exchange_.route != nullptr ? exchange_.route->pattern
                                    : base::printable(work_->engine.request().path());
}

// On the answer as it is sent. One that throws has answered, for those outside of it. A connection
// that must end does so whatever they make of the answer.
void connection::call_after_hooks() {
  auto& [engine, response] = *work_;
  const bool closes = response.closes_connection();
  const bool streams = response.kind() == response::content::stream;
  const auto holds = hold_thread();
  for (const middleware& m : std::exchange(exchange_.hooks, nullptr)->after) {
    try {
      m.after(engine.request(), response);
      if (!streams && response.kind() == response::content::stream) refuse_stream_of_hook();
    } catch (...) {
      answer_handler_exception(std::current_exception());
    }
  }
  check_final(engine, response);
  if (engine.knows_method()) negotiate_error(engine.request(), response);
  if (closes) response.close_connection();
}

void connection::on_refuse() {
  auto& [engine, response] = *work_;
  note_broken_rule();
  exchange_ = {nullptr, 0, now(), {}, exchange_.hooks};
  answer_broken_rule(engine.broken(), response);
  respond();
}

void connection::note_broken_rule() {
  const http::rule rule = work_->engine.broken();
  count().broken_rules[static_cast<std::size_t>(rule)].add(1);
  core_->log(log_level::info, peer_name() + ": refused: " + std::string(to_string(rule)) + " (" +
                                  std::string(source_of(rule)) + ")");
}

// --- 6: the response -----------------------------------------------------------------------------

void connection::respond() {
  auto& [engine, response] = *work_;
  ++requests_;
  const auto most = core_->options.limits.requests_per_connection;
  const bool last = core_->draining || (most != 0 && requests_ >= most);
  check_final(engine, response);
  if (engine.knows_method()) negotiate_error(engine.request(), response);
  if (exchange_.hooks != nullptr) call_after_hooks();
  if (!load_small_file()) {
    send_now();  // the answers before this one
    return fail(close_reason::content_changed);
  }
  const bool head_only = engine.request().method() == method::head;
  std::uint64_t content_size = 0;  // for the log; the engine takes the content
  if (core_->options.access_log && http::sends_content(response, head_only)) {
    content_size = response.content_size();
  }
  engine.respond(response, common_fields_of(*core_), last);
  if (last && !core_->draining && engine.reason() == close_reason::drained) {
    set_reason(close_reason::request_refused);
  }
  if (engine.is_closing()) set_reason(engine.reason());
  if (engine.is_streaming()) return;  // at its end
  record(content_size);
  if (!response.upgrade_handler()) response.clear();
}

void connection::inform(status s, const fields& f) {
  if (status_class(s) != 1 || s == status::switching_protocols || s == status::continue_) {
    throw std::invalid_argument("asio_httpd: an interim response is a 1xx other than 100 and 101");
  }
  if (has_failed() || !work_ || !work_->engine.owes_an_answer()) return;
  work_->engine.inform(s, f);
  send_now();
}

void connection::record(std::uint64_t content_size) {
  count_exchange(count(), *work_, exchange_);
  if (exchange_.route != nullptr) ++unrecorded_;
  if (core_->options.access_log) {
    record_latency();  // each by itself: the log says how long each took
    const std::string remote = address();
    const auto took = turn_time() - exchange_.started;
    log_exchange(*core_, *work_, {remote, port(), content_size, reason(), took});
  }
}

// The clock is looked at twice a turn, not twice a request: at its first request and when its
// answers are sent. Whatever waits begins a new turn.
clock::time_point connection::turn_time() noexcept {
  if (turn_time_ == clock::time_point()) turn_time_ = now();
  return turn_time_;
}

// Of the answers that are about to be sent.
void connection::record_latency() noexcept {
  if (unrecorded_ == 0) return;
  const auto ended = now();
  const auto took = static_cast<std::uint64_t>((ended - exchange_.started).count());
  count().latency.record(took, std::exchange(unrecorded_, 0));
  turn_time_ = ended;
}

// --- 7: writing ----------------------------------------------------------------------------------

bool connection::must_flush() const noexcept {
  const auto& output = work_->engine.output();
  return output.has_tail() || output.pending() > core_->options.limits.pending_output;
}

connection::sending connection::send_now() {
  record_latency();
  sending result = send_memory();
  if (result == sending::done) result = send_file();
  if (is_stream() && result == sending::done && !carrier().finish()) result = sending::blocked;
  if (is_stream()) carrier().flush();
  if (result == sending::blocked) remember_file();
  return result;
}

connection::sending connection::send_memory() {
  auto& output = work_->engine.output();
  while (output.pending() != 0) {
    const bool more = output.file_left() != 0 || closing_;
    const auto result = transport().write(output.first(), output.second(), more);
    if (result.error) {
      if (result.error == asio::error::would_block) return sending::blocked;
      fail(close_reason::client_aborted);
      return sending::failed;
    }
    output.sent(result.size);
    sent(result.size);
  }
  return sending::done;
}

net::task<> connection::flush() {
  begin_writing();
  do {
    if (file_.waits_for_disk()) {
      co_await read_file();
    } else {
      check_wait(co_await wait(transport::wait::write));
    }
    if (has_failed()) co_return;
    turn_time_ = {};
  } while (send_now() == sending::blocked);
  if (!has_failed()) wait_is_over();
}

// --- 8: the end ----------------------------------------------------------------------------------

// The peer is owed an answer to what it began to send. There is no waiting any more: what the
// transport does not take now is lost.
void connection::out_of_time(waiting what) {
  if (!work_ || !work_->engine.owes_an_answer()) return;
  set_reason(what == waiting::head ? close_reason::head_timeout : close_reason::body_timeout);
  exchange_ = {nullptr, 0, now(), {}, exchange_.hooks};
  work_->response = error_response(status::request_timeout);
  if (!is_stream()) work_->response.close_connection();
  respond();
  send_now();
}

// Closing while bytes of the peer are unread resets the connection, and the peer may lose the
// answer (RFC 9112 section 9.6).
bool connection::must_linger() noexcept {
  if (work_->engine.left_body_unread()) return true;
  switch (work_->engine.reason()) {
    case close_reason::none:
    case close_reason::client_done:
    case close_reason::client_aborted:
      return false;
    case close_reason::client_requested:
    case close_reason::handler_requested:
    case close_reason::drained:
      return !work_->engine.input().empty() || input_was_full_;
    default:
      return true;
  }
}

// Reads and drops what still comes, up to the peer's end or the deadline: a peer that is stopped in
// the middle of sending might never look at the answer.
net::task<> connection::linger() {
  transport().shutdown_send();
  wait_for(waiting::linger, core_->options.deadlines.linger);
  const auto dropped = std::make_unique_for_overwrite<char[]>(body_read);
  for (unsigned in_turn = 0; !has_failed(); ++in_turn) {
    const auto result = transport().read(dropped.get(), body_read);
    received(result.size);
    const bool nothing_now = result.error == asio::error::would_block;
    if (!nothing_now && (result.error || result.size == 0)) co_return;
    if (!nothing_now && in_turn < most_reads_in_turn) continue;
    in_turn = 0;
    check_wait(co_await wait(transport::wait::read));
  }
}

net::task<> connection::hand_over() {
  if (send_now() == sending::blocked) co_await flush();
  if (has_failed()) co_return;
  const auto handler = work_->response.upgrade_handler();
  std::string leftover(work_->engine.input().view());
  workspace::give_back(std::move(work_));
  co_await run_stream(*handler, std::move(leftover));
  while (is_stream() && !has_failed() && !carrier().finish()) {
    begin_writing();
    check_wait(co_await wait(transport::wait::write));
  }
  set_reason(close_reason::upgraded);
}

// As agreed by ALPN. Without it, only the first bytes tell (`action::http2`).
bool connection::speaks_http2() const noexcept {
  const auto* secure = transport().security();
  return secure != nullptr && work_ && requests_ == 0 && secure->is_established() &&
         secure->protocol() == "h2";
}

net::task<> connection::run_http2() {
  const std::string first(work_->engine.input().view());
  workspace::give_back(std::move(work_));
  http2_link link(*this, core_);
  co_await link.run(first);
  set_reason(link.reason());
  if (!has_failed() && reason() != close_reason::client_done) co_await linger();
}

}  // namespace asio_httpd::serving
