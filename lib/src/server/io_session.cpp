// SPDX-License-Identifier: BSL-1.0
//
// Deadlines, the end of a session, and calls of users' coroutines.

#include "server/io_session.hpp"

#include "base/printable.hpp"
#include "server/stream_implementation.hpp"
#include "server/watched_executor.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <new>
#include <string>
#include <utility>

namespace asio_httpd::serving {

namespace asio = boost::asio;

std::string_view to_string(waiting w) noexcept {
  switch (w) {
    case waiting::first_byte:
      return "for its first request";
    case waiting::next_request:
      return "for its next request";
    case waiting::head:
      return "for the rest of a request's head";
    case waiting::body:
      return "for the rest of a request's content";
    case waiting::stream_read:
      return "for the client to send";
    case waiting::write:
      return "for the client to take what is sent";
    case waiting::file:
      return "for a file to be read from the disk";
    case waiting::nothing:  // in which the handler waits for something of its own
    case waiting::handler:
    case waiting::producer:
      break;
    case waiting::linger:
      return "for the client to close";
  }
  return "for its handler";
}

io_session::io_session(std::shared_ptr<net::worker> owner, std::shared_ptr<core> c,
                       std::unique_ptr<net::transport> t, kind k)
    : session(std::move(owner), std::move(t)), core_(std::move(c)), kind_(k) {
  if (is_stream()) return;
  count().accepted.add(1);
  core_->one_more();
}

io_session::~io_session() {
  finish();
}

void io_session::start() {
  if (core_->threads != 0) counters_ = &core_->metrics.local();
  self_ = shared_from_this();
  root_ = run();
  root_.start();
}

// The root: nothing leaves it.
net::task<> io_session::run() {
  try {
    co_await serve();
  } catch (...) {
    log_exception();
    set_reason(close_reason::internal_error);
  }
  finish();
  self_.reset();  // whoever resumed this coroutine still holds the session
}

// Of the exception that is being handled.
void io_session::log_exception() noexcept {
  try {
    try {
      throw;
    } catch (const std::exception& e) {
      core_->log(log_level::error, peer_name() + ": " + base::printable(e.what()));
    } catch (...) {
      core_->log(log_level::error, peer_name() + ": an exception of unknown type");
    }
  } catch (const std::bad_alloc&) {
    core_->log(log_level::error, "a connection is closed for want of memory");
  }
}

void io_session::fail_by_exception() noexcept {
  log_exception();
  fail(close_reason::internal_error);
}

void io_session::finish() noexcept {
  if (std::exchange(ended_, true)) return;
  clear_deadline();
  transport().close();
  if (is_stream()) return;
  set_reason(close_reason::drain_deadline);
  count().closed[static_cast<std::size_t>(reason_)].add(1);
  core_->one_is_gone();
}

std::string io_session::peer_name() const {
  const auto& remote = transport().remote();
  const std::string name = remote.address();
  if (remote.port == 0) return name;
  const bool is_ipv6 = remote.kind == net::endpoint::family::ipv6;
  return (is_ipv6 ? "[" + name + "]:" : name + ":") + std::to_string(remote.port);
}

// --- deadlines -----------------------------------------------------------------------------------

void io_session::wait_for(waiting what, std::chrono::milliseconds d,
                          clock::time_point from) noexcept {
  constexpr std::chrono::hours no_end(24 * 365);
  waiting_ = what;
  if (d >= no_end) return clear_deadline();
  set_deadline(from + d);
}

void io_session::wait_is_over() noexcept {
  waiting_ = waiting::nothing;
  clear_deadline();
}

void io_session::begin_writing() noexcept {
  const auto& d = core_->options.deadlines;
  progress_.is_enough(transport(), d);
  wait_for(waiting::write, d.write);
}

void io_session::go_on_writing(clock::time_point end) noexcept {
  if (end == clock::time_point()) return begin_writing();
  if (end > now()) return wait_until(waiting::write, end);
  const auto& d = core_->options.deadlines;
  if (!progress_.is_enough(transport(), d) && waits_for_peer_to_take()) {
    return fail(close_reason::write_timeout);
  }
  wait_for(waiting::write, d.write);
}

void io_session::on_deadline() {
  if (!ended_ && deadline_passed(now())) guard([this] { deadline_is_over(); });
}

void io_session::deadline_is_over() {
  const auto& d = core_->options.deadlines;
  switch (waiting_) {
    case waiting::nothing:
      return;
    case waiting::first_byte:
      return fail(close_reason::head_timeout);
    case waiting::next_request:
    case waiting::stream_read:
      return fail(close_reason::idle_timeout);
    case waiting::linger:
      return fail(reason_ == close_reason::none ? close_reason::idle_timeout : reason_);
    case waiting::write:
      if (progress_.is_enough(transport(), d) || !waits_for_peer_to_take()) {
        return wait_for(waiting::write, d.write);
      }
      return fail(close_reason::write_timeout);
    case waiting::file:
      core_->log(log_level::error, peer_name() + ": reading the file takes too long");
      return fail(close_reason::internal_error);
    case waiting::handler:
      handler_timed_out_ = true;
      clear_deadline();
      return cancel_call();
    case waiting::producer:
      return on_quiet();
    case waiting::head:
      out_of_time(waiting::head);
      return fail(close_reason::head_timeout);
    case waiting::body:
      if (body_goes_on()) return wait_for(waiting::body, d.body);
      out_of_time(waiting::body);
      return fail(close_reason::body_timeout);
  }
}

void io_session::fail(close_reason r) noexcept {
  set_reason(r);
  failed_ = true;
  clear_deadline();
  transport().cancel();
  on_fail();
  cancel_call();
}

void io_session::on_quiet() {
  if (observer_ != nullptr) observer_->on_quiet();
}

void io_session::drain() {
  if (!ended_ && !failed_) guard([this] { on_drain(); });
}

void io_session::on_drain() {
  if (observer_ != nullptr) return observer_->on_drain();
  if (is_idle()) fail(close_reason::drained);
}

void io_session::cut() {
  if (ended_) return;
  if (!failed_) note_cut();
  fail(close_reason::drain_deadline);
}

// Its pattern; "" for none.
std::string io_session::route_under_way() const {
  const bool is_called = waiting_ == waiting::nothing || waiting_ > waiting::head;
  if (!is_called || served_route() == nullptr) return {};
  return served_route()->pattern;
}

void io_session::note_cut() noexcept {
  if (observer_ != nullptr && observer_->carries_sessions()) return;
  const bool other_protocol = observer_ != nullptr && waiting_ == waiting::producer;
  const bool peers_turn = other_protocol && observer_->waits_for_peer();
  const waiting what = peers_turn ? waiting::linger : waiting_;
  try {
    core_->note_cut({peer_name(), route_under_way(), std::string(to_string(what))});
  } catch (const std::bad_alloc&) {  // it is counted all the same
  }
}

// --- calls ---------------------------------------------------------------------------------------

namespace {

// Behind a coroutine that has not waited for anything, co_spawn itself waits, and where it was
// cancelled meanwhile, that throws: into the executor, with nobody told of the end. So it ends
// uncancelled.
asio::awaitable<void> to_its_end(asio::awaitable<void> what) {
  std::exception_ptr error;
  try {
    co_await std::move(what);
  } catch (...) {
    error = std::current_exception();
  }
  co_await asio::this_coro::throw_if_cancelled(false);
  if (error) std::rethrow_exception(error);
}

}  // namespace

static_assert(sizeof(watched_executor<asio::io_context::executor_type, own_place>) <=
              sizeof(std::shared_ptr<void>) + sizeof(void*));  // an any_io_executor's room

asio::any_io_executor io_session::handler_executor() const {
  auto plain = transport().executor();
  if (!core_->watches()) return plain;
  const route* r = core_->watched(served_route());
  const auto* own = plain.target<asio::io_context::executor_type>();
  if (counters_ == nullptr || own == nullptr) {
    return watched_executor(std::move(plain), any_place{core_->shared_metrics, r});
  }
  return watched_executor(*own, own_place{&counters_->turn, r});
}

// What co_spawn calls at the end. Where something that the coroutine awaits throws before it waits,
// the exception passes the coroutine by: Asio drops it and this, uncalled.
struct io_session::call_operation::completion {
  completion(call_operation& o, std::shared_ptr<session> s) noexcept
      : operation(&o), owner(std::move(s)) {}
  completion(completion&&) noexcept = default;
  completion& operator=(completion&&) = delete;
  ~completion() {
    if (owner) static_cast<io_session&>(*owner).lose_call();
  }
  void operator()(std::exception_ptr e) { operation->done(std::move(owner), std::move(e)); }

  call_operation* operation;
  std::shared_ptr<session> owner;
};

// Nothing will come of it. Whoever else keeps the session (the watch for its client) lets it go.
void io_session::lose_call() noexcept {
  set_reason(close_reason::internal_error);
  failed_ = true;
  clear_deadline();
  transport().cancel();
}

bool io_session::call_operation::await_suspend(std::coroutine_handle<> calling) {
  calling_ = calling;
  if (!session_.cancel_) session_.cancel_ = std::make_unique<asio::cancellation_signal>();
  const auto kept = session_.self_;
  try {
    asio::co_spawn(session_.handler_executor(), to_its_end(std::move(what_)),
                   asio::bind_cancellation_slot(session_.cancel_->slot(),
                                                completion(*this, std::move(session_.self_))));
  } catch (...) {
    session_.self_ = kept;
    throw;
  }
  if (state_ == state::done) return false;
  state_ = state::running;
  session_.guard([this] { session_.on_call_waits(); });
  return true;
}

// Where co_spawn runs a coroutine to its end at once (as later versions of Boost may), the caller
// was never suspended, and a long run of such calls does not pile up on the stack. Else the
// connection goes on here, within the handler's last turn.
void io_session::call_operation::done(std::shared_ptr<session> owner, std::exception_ptr error) {
  error_ = std::move(error);
  session_.self_ = owner;
  if (std::exchange(state_, state::done) != state::running) return;
  const running_handler none(session_.count().turn, nullptr);
  calling_.resume();
}

void io_session::cancel_call() noexcept {
  if (!cancel_) return;
  try {
    cancel_->emit(asio::cancellation_type::terminal);
  } catch (...) {
    log_exception();
  }
}

net::task<> io_session::run_stream(const stream_handler& handler, std::string leftover) {
  auto lent = std::make_shared<stream::implementation>(
      std::static_pointer_cast<io_session>(shared_from_this()), std::move(leftover));
  // The handler owns the stream and so the session; were it the session's, it would own itself.
  const std::weak_ptr<stream::implementation> taken = lent;
  const std::exception_ptr error = co_await call(handler.run(stream(std::move(lent))));
  if (const auto kept = taken.lock()) kept->detach();
  wait_is_over();
  if (!error || has_failed()) co_return;
  try {
    std::rethrow_exception(error);
  } catch (const stream_error&) {
    set_reason(close_reason::client_aborted);
  } catch (const std::exception& e) {
    count().handler_errors.add(1);
    core_->log(log_level::error, peer_name() + ": handler of the stream: " + e.what());
    set_reason(close_reason::internal_error);
  } catch (...) {
    count().handler_errors.add(1);
    core_->log(log_level::error, peer_name() + ": handler of the stream threw");
    set_reason(close_reason::internal_error);
  }
}

}  // namespace asio_httpd::serving
