// SPDX-License-Identifier: BSL-1.0
//
// Functions stand in the order of a message's way: in, to the handler, out; then the deadline and
// the end.

#include "server/websocket_link.hpp"

#include "base/utf8.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <stdexcept>
#include <utility>

namespace asio_httpd {

namespace asio = boost::asio;
using implementation = websocket::implementation;
using net::transport;
using serving::waiting;

namespace {

constexpr std::size_t read_size = 4 * 1024;

}  // namespace

// Where the executor goes away without running what waits, the handler's coroutine goes with this:
// it is kept by the link's slot, and itself keeps the link.
struct websocket::implementation::keeper {
  explicit keeper(std::shared_ptr<implementation> l) noexcept : link(std::move(l)) {}
  keeper(const keeper&) = delete;
  keeper& operator=(const keeper&) = delete;
  ~keeper() {
    if (link) link->receiver_.clear();
  }
  std::shared_ptr<implementation> link;
};

websocket::implementation::implementation(std::shared_ptr<serving::io_session> s,
                                          const ws::engine_options& codec, websocket_options o,
                                          std::string agreed)
    : protocol(std::move(agreed)),
      executor(s->transport().executor()),
      handler_executor(s->handler_executor()),
      session_(std::move(s)),
      options_(std::move(o)),
      engine_(codec) {
  session_->observe(this);
}

void implementation::begin(std::string_view leftover) {
  engine_.input().append(leftover);
  set_deadline();
  pump();
}

// For what is called by nobody who could take an exception.
template <class F>
void implementation::guard(F f) {
  if (const auto session = session_) session->guard(f);
}

// --- in ------------------------------------------------------------------------------------------

// Up to the next message, the end, or something to wait for. The receiver comes last: it may end
// everything.
void implementation::pump() {
  while (!has_message_ && !is_lent_ && !ended_ && session_ && !session_->has_failed()) {
    switch (engine_.next()) {
      case ws::action::read:
        flush();
        return wait_to_read();
      case ws::action::write:
        flush();
        if (waits_to_write_) return;
        break;
      case ws::action::pong:
        break;
      case ws::action::message:
        has_message_ = !is_finishing_;
        break;
      case ws::action::close:
        flush();
        end();
        break;
    }
  }
  if (is_ready()) wake_receiver({});
}

void implementation::wait_to_read() {
  if (std::exchange(waits_to_read_, true)) return;
  if (!keeper_) keeper_ = std::make_shared<keeper>(shared_from_this());
  session_->transport().async_wait(transport::wait::read,
                                   {std::move(keeper_), &implementation::on_readable, this});
}

void implementation::on_readable(void* self, std::shared_ptr<void> owner, net::error_code ec) {
  auto& link = *static_cast<implementation*>(self);
  const auto kept = link.shared_from_this();
  link.waits_to_read_ = false;
  if (link.session_) link.keeper_ = std::static_pointer_cast<keeper>(std::move(owner));
  if (ec || !link.session_) return;
  link.active_ = true;
  link.guard([&] { link.take_input(); });
}

void implementation::take_input() {
  if (drops_input_) return drop_input();
  if (has_message_ || is_lent_) return look_at_peer();
  read_now();
  pump();
}

// While a message is with the handler nothing is read; but a peer that has gone is noticed.
void implementation::look_at_peer() {
  switch (session_->transport().look_at_peer()) {
    case net::peer_state::gone:
      return session_->fail(close_reason::client_aborted);
    case net::peer_state::has_sent:
      return;
    case net::peer_state::silent:
      return wait_to_read();
  }
}

void implementation::read_now() {
  auto& input = engine_.input();
  input.prepare(read_size);
  const auto result = session_->transport().read(input.write_position(), input.room());
  if (result.error) {
    if (result.error != asio::error::would_block) session_->fail(close_reason::client_aborted);
  } else if (result.size == 0) {
    engine_.commit_eof();
  } else {
    input.commit(result.size);
    session_->received(result.size);
  }
}

void implementation::end() {
  const auto& how = engine_.closed();
  closed = {static_cast<std::uint16_t>(how.code), how.reason};
  ended_ = true;
  open_.store(false, std::memory_order_release);
  if (room_) room_->cancel();
  if (!waits_to_write_) set_deadline();
}

// --- to the handler ------------------------------------------------------------------------------

void implementation::require_session() const {
  if (session_ && !session_->has_failed()) return;
  throw stream_error(asio::error::operation_aborted);
}

asio::awaitable<std::optional<websocket_message>> implementation::receive() {
  const auto kept = shared_from_this();
  require_session();
  if (is_lent_) {
    lend(false);
    pump();
    end_overdue_close();
  }
  if (!is_ready()) co_await wait_until_ready();
  require_session();
  if (!std::exchange(has_message_, false)) co_return std::nullopt;
  lend(true);
  wait_to_read();  // for the peer's leaving
  const ws::message& m = engine_.received();
  co_return websocket_message{m.data, m.kind == ws::message_kind::text};
}

void implementation::lend(bool is_lent) {
  is_lent_ = is_lent;
  if (engine_.is_closing() && !waits_to_write_) set_deadline();
}

// The handler may end in this, and with it the session.
void implementation::wake_receiver(net::error_code ec) {
  if (receiver_.empty()) return;
  if (!session_) return receiver_.complete(ec);
  const auto lender = session_;
  const auto holds = lender->hold_thread();
  receiver_.complete(ec);
}

// By the time that this is heard, it may be another one that waits.
void implementation::cancel_wait(std::uint64_t wait) {
  asio::post(executor, [link = shared_from_this(), wait] {
    if (wait == link->waits_) link->wake_receiver(asio::error::operation_aborted);
  });
}

// A handler that is busy with one message after the other is at this place between any two.
void implementation::end_overdue_close() {
  if (!said_close_ || ended_ || !session_ || session_->has_failed()) return;
  const auto linger = session_->shared().options.deadlines.linger;
  if (session_->now() - *said_close_ >= linger) session_->fail(close_reason::idle_timeout);
}

// No coroutine of its own: a wait costs one frame less, and Asio keeps the memory of two.
asio::awaitable<void> implementation::wait_until_ready() {
  auto initiate = [this](auto handler) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected()) {
      slot.assign([weak = weak_from_this(), wait = ++waits_](asio::cancellation_type) {
        if (const auto link = weak.lock()) link->cancel_wait(wait);
      });
    }
    receiver_.store(std::move(handler));
  };
  return asio::async_initiate<decltype(asio::use_awaitable), void(net::error_code)>(
      initiate, asio::use_awaitable);
}

// --- out -----------------------------------------------------------------------------------------

asio::awaitable<send_result> implementation::send(websocket_message m) {
  const auto kept = shared_from_this();
  require_session();
  while (is_open() && queued() > options_.queue_limit) co_await wait_for_room();
  require_session();
  const auto kind = m.is_text ? ws::message_kind::text : ws::message_kind::binary;
  if (!is_open() || !engine_.send(kind, m.data)) co_return send_result::closed;
  flush();
  co_return engine_.output().empty() ? send_result::sent : send_result::queued;
}

asio::awaitable<void> implementation::wait_for_room() {
  if (!room_) room_.emplace(executor, asio::steady_timer::time_point::max());
  net::error_code cancelled;
  co_await room_->async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  if (!session_ || session_->has_failed()) throw stream_error(asio::error::operation_aborted);
}

void implementation::flush() {
  auto& output = engine_.output();
  while (!output.empty() && !waits_to_write_ && session_ && !session_->has_failed()) {
    output.consume(write_now(output.view()));
  }
  output_size_.store(output.size(), std::memory_order_relaxed);
  if (room_ && queued() <= options_.queue_limit) room_->cancel();
}

// What the transport takes; where it is not all, waits for more.
std::size_t implementation::write_now(std::string_view bytes) {
  const auto result = session_->transport().write(bytes, {}, false);
  if (result.error == asio::error::would_block) {
    wait_to_write();
  } else if (result.error) {
    session_->fail(close_reason::client_aborted);
  }
  session_->sent(result.size);
  return result.size;
}

void implementation::wait_to_write() {
  waits_to_write_ = true;
  if (!is_finishing_) session_->begin_writing();
  session_->transport().async_wait(
      transport::wait::write,
      {std::make_shared<keeper>(shared_from_this()), &implementation::on_writable, this});
}

void implementation::on_writable(void*, std::shared_ptr<void> owner, net::error_code ec) {
  const auto kept = std::exchange(static_cast<keeper*>(owner.get())->link, nullptr);
  auto& link = *kept;
  link.waits_to_write_ = false;
  if (!ec) link.guard([&] { link.write_on(); });
}

void implementation::write_on() {
  flush();
  if (waits_to_write_) return;
  set_deadline();
  take_inbox();
  pump();
}

// --- from other threads --------------------------------------------------------------------------

std::size_t implementation::queued() const noexcept {
  return output_size_.load(std::memory_order_relaxed) + inbox_size_.load(std::memory_order_relaxed);
}

send_result implementation::post(const frame& m) {
  const std::lock_guard lock(mutex_);
  if (is_detached_ || !is_open() || close_asked_) return send_result::closed;
  const std::size_t size = m->encoded.plain().size();
  if (!make_room(size)) {
    if (options_.policy != slow_consumer::close) return send_result::dropped;
    close_asked_ = {static_cast<std::uint16_t>(ws::close_code::try_again_later), "too slow"};
    inbox_.clear();
    inbox_size_ = 0;
    tell_executor();
    return send_result::closed;
  }
  inbox_.push(m);
  inbox_size_ += size;
  tell_executor();
  return send_result::queued;
}

// With the mutex held.
bool implementation::make_room(std::size_t size) noexcept {
  if (options_.policy == slow_consumer::drop_oldest) {
    while (!inbox_.empty() && queued() + size > options_.queue_limit) take_first();
  }
  return queued() + size <= options_.queue_limit;
}

implementation::frame implementation::take_first() noexcept {
  frame first = inbox_.pop();
  inbox_size_ -= first->encoded.plain().size();
  return first;
}

void implementation::post_close(std::uint16_t code, std::string reason) {
  if (!base::is_utf8(reason)) {
    throw std::invalid_argument("asio_httpd: the reason of a close is UTF-8");
  }
  const std::lock_guard lock(mutex_);
  if (is_detached_ || !is_open() || close_asked_) return;
  close_asked_ = {code, std::move(reason)};
  tell_executor();
}

// With the mutex held, so that the executor is there: whoever ends this detaches it first.
void implementation::tell_executor() {
  if (std::exchange(is_told_, true)) return;
  asio::post(executor, [link = shared_from_this()] {
    link->guard([&] {
      link->take_inbox();
      link->pump();
    });
  });
}

void implementation::take_inbox() {
  for (bool has_more = true; has_more;) {
    flush();
    if (waits_to_write_ || !session_ || session_->has_failed()) return;
    const order next = take_order();
    if (next.message) write_frame(*next.message);
    if (next.close) say_close(static_cast<ws::close_code>(next.close->code), next.close->reason);
    has_more = next.has_more;
  }
  flush();
}

// With one look at what other threads put there; Close is behind all messages.
implementation::order implementation::take_order() {
  const std::lock_guard lock(mutex_);
  order next;
  if (!inbox_.empty()) {
    next.message = take_first();
  } else if (!ended_) {
    next.close = close_asked_;
  }
  next.has_more = !inbox_.empty() || (next.message && close_asked_);
  if (!next.has_more) is_told_ = false;
  return next;
}

// A frame that nothing waits in front of goes out without a copy.
void implementation::write_frame(const prepared_message::implementation& m) {
  std::string_view bytes = engine_.pick(m.encoded);
  if (engine_.output().empty()) bytes.remove_prefix(write_now(bytes));
  engine_.output().append(bytes);
  output_size_.store(engine_.output().size(), std::memory_order_relaxed);
}

void implementation::say_close(ws::close_code code, std::string_view reason) {
  open_.store(false, std::memory_order_release);
  if (engine_.is_closing()) return;
  engine_.close(ws::may_be_sent(code) ? code : ws::close_code::normal, reason);
  flush();
  if (!waits_to_write_) set_deadline();
}

// --- the deadline --------------------------------------------------------------------------------

void implementation::set_deadline() {
  if (is_finishing_ || !session_ || session_->has_failed()) return;
  const auto& deadlines = session_->shared().options.deadlines;
  // For the answer to our Close, whatever else the peer still sends; it cannot be seen while a
  // message is with the handler.
  if (engine_.is_closing() && !ended_ && !is_lent_) {
    if (!said_close_) said_close_ = session_->now();
    return session_->wait_for(waiting::linger, deadlines.linger, *said_close_);
  }
  const auto& pings = options_.ping_interval;
  session_->wait_for(waiting::producer, pings.count() > 0 ? pings : deadlines.idle);
}

// A look at each interval costs less than moving the deadline with each message.
void implementation::on_quiet() {
  const bool has_pings = options_.ping_interval.count() > 0;
  if (has_message_ || is_lent_) {
    if (session_->transport().peer_has_ended()) return session_->fail(close_reason::client_aborted);
    // Nothing is read before the handler asks, so no pong can be seen; but TCP sees by the ping
    // whether there is anybody.
    if (has_pings) ping();
  } else if (std::exchange(active_, false)) {
    is_pinged_ = false;
  } else if (std::exchange(is_pinged_, true) || !has_pings) {
    return session_->fail(close_reason::idle_timeout);
  } else {
    ping();
    if (engine_.is_idle()) release_memory();
  }
  if (!waits_to_write_) set_deadline();
}

void implementation::ping() {
  engine_.ping();
  flush();
}

void implementation::release_memory() {
  engine_.release_memory();
  const std::lock_guard lock(mutex_);
  if (inbox_.empty()) inbox_ = {};
}

void implementation::on_drain() {
  say_close(ws::close_code::going_away, "the server stops");
}

// --- the end -------------------------------------------------------------------------------------

asio::awaitable<void> implementation::finish(ws::close_code code) {
  const auto kept = shared_from_this();
  if (!session_ || session_->has_failed()) co_return;
  take_inbox();
  is_finishing_ = true;
  is_lent_ = has_message_ = false;
  session_->wait_for(waiting::linger, session_->shared().options.deadlines.linger);
  if (!ended_) say_close(code, {});
  pump();
  if (!ended_) co_await wait_until_ready();
  while (session_ && !session_->has_failed() && waits_to_write_) co_await wait_for_room();
  if (engine_.closed().is_clean || !session_ || session_->has_failed()) co_return;
  session_->transport().shutdown_send();
  drops_input_ = true;
  wait_to_read();
  co_await wait_until_ready();
}

// Up to the peer's end, or the deadline: closing while bytes of the peer are unread would reset the
// connection, and our Close might never be seen.
void implementation::drop_input() {
  engine_.input().clear();
  engine_.input().prepare(read_size);
  const auto result =
      session_->transport().read(engine_.input().write_position(), engine_.input().room());
  const bool goes_on = result.error ? result.error == asio::error::would_block : result.size != 0;
  goes_on ? wait_to_read() : wake_receiver({});
}

void implementation::detach() noexcept {
  {
    const std::lock_guard lock(mutex_);
    is_detached_ = true;
    open_.store(false, std::memory_order_release);
    inbox_.clear();
    inbox_size_ = 0;
  }
  if (session_) session_->observe(nullptr);
  session_.reset();
  keeper_.reset();
}

}  // namespace asio_httpd
