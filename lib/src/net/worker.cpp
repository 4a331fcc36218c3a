// SPDX-License-Identifier: BSL-1.0
//
// Sessions come and go, and are looked through at each tick.

#include "net/worker.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace asio_httpd::net {

namespace asio = boost::asio;

session::session(std::shared_ptr<worker> owner, std::unique_ptr<net::transport> t)
    : owner_(std::move(owner)), transport_(std::move(t)) {}

session::~session() {
  owner_->remove(*this);
}

completion session::wait_operation::begin(std::coroutine_handle<> waiting) noexcept {
  waiting_ = waiting;
  return {std::move(session_.self_), &resume, this};
}

void session::wait_operation::resume(void* self, std::shared_ptr<void> owner, error_code ec) {
  auto& operation = *static_cast<wait_operation*>(self);
  operation.error_ = ec;
  // Keeps the session up to the end of this turn, in which it may end itself.
  auto running = std::static_pointer_cast<session>(std::move(owner));
  running->self_ = running;
  operation.waiting_.resume();
}

worker::worker(asio::any_io_executor executor, std::shared_ptr<asio_httpd::clock> clock,
               std::function<void(bool)> on_tick)
    : executor_(std::move(executor)),
      clock_(std::move(clock)),
      on_tick_(std::move(on_tick)),
      timer_(executor_),
      drain_timer_(executor_) {}

worker::~worker() = default;

void worker::run(std::shared_ptr<session> s) {
  add(*s);
  arm();
  s->start();
  if (is_draining()) s->drain();
}

void worker::watch(session& s) {
  add(s);
  arm();
  if (is_draining()) s.drain();
}

void worker::add(session& s) {
  const std::lock_guard lock(mutex_);
  s.listed_ = true;
  s.next_ = first_;
  if (first_ != nullptr) first_->previous_ = &s;
  first_ = &s;
  ++size_;
}

// Most streams of HTTP/2 never were in the list. Only their owners put them there, of whom nobody
// is left now.
void worker::remove(session& s) noexcept {
  if (!s.listed_) return;
  const std::lock_guard lock(mutex_);
  (s.previous_ != nullptr ? s.previous_->next_ : first_) = s.next_;
  if (s.next_ != nullptr) s.next_->previous_ = s.previous_;
  --size_;
}

std::size_t worker::size() const {
  const std::lock_guard lock(mutex_);
  return size_;
}

// --- telling sessions ----------------------------------------------------------------------------

// A session that is being destroyed just now is left out: `lock` fails for it, and its destructor
// waits for the mutex. What is selected is released outside of the mutex for the same reason.
template <class Which>
std::vector<std::shared_ptr<session>> worker::select(Which which) const {
  std::vector<std::shared_ptr<session>> selected;
  const std::lock_guard lock(mutex_);
  for (session* s = first_; s != nullptr; s = s->next_) {
    if (!which(*s)) continue;
    if (auto held = s->weak_from_this().lock()) selected.push_back(std::move(held));
  }
  return selected;
}

namespace {

void tell(std::vector<std::shared_ptr<session>> sessions, void (session::*what)()) {
  for (auto& s : sessions) {
    auto executor = s->transport().executor();
    asio::post(executor, [s = std::move(s), what] { ((*s).*what)(); });
  }
}

}  // namespace

// At once means before whatever is told to them next.
void worker::drain_all(std::chrono::milliseconds within) {
  set_draining(true);
  auto all = select([](const session&) { return true; });
  if (within.count() <= 0) return tell(std::move(all), &session::drain);
  asio::dispatch(executor_, [self = shared_from_this(), within,
                             all = std::vector<std::weak_ptr<session>>(all.begin(), all.end())] {
    self->to_drain_ = all;
    const auto turns = static_cast<std::int64_t>(all.size() / drained_at_once);
    self->drain_some(turns == 0 ? drain_pause : std::min(drain_pause, within / turns));
  });
}

void worker::drain_some(std::chrono::milliseconds pause) {
  std::vector<std::shared_ptr<session>> told;
  for (std::size_t n = 0; n < drained_at_once && !to_drain_.empty(); ++n) {
    if (auto held = to_drain_.back().lock()) told.push_back(std::move(held));
    to_drain_.pop_back();
  }
  tell(std::move(told), &session::drain);
  if (to_drain_.empty()) return;
  drain_timer_.expires_after(pause);
  drain_timer_.async_wait([self = shared_from_this(), pause](const error_code& ec) {
    if (!ec) self->drain_some(pause);
  });
}

void worker::cut_all() {
  tell(select([](const session&) { return true; }), &session::cut);
}

void worker::check_deadlines() {
  const auto now = clock_->now();
  tell(select([now](const session& s) { return s.deadline_passed(now); }), &session::on_deadline);
}

// --- the tick ------------------------------------------------------------------------------------

void worker::arm() {
  {
    const std::lock_guard lock(mutex_);
    if (armed_ || stopped_) return;
    armed_ = true;
  }
  if (clock_->is_manual()) {
    clock_subscription_ = clock_->on_advance([weak = weak_from_this()] {
      if (auto self = weak.lock()) asio::post(self->executor_, [self] { self->tick(); });
    });
    return;
  }
  asio::dispatch(executor_, [self = shared_from_this()] {
    self->timer_.expires_after(tick_interval);
    self->timer_.async_wait([self](const error_code& ec) {
      if (!ec) self->tick();
    });
  });
}

// The next one first: what throws here must not be the end of all deadlines.
void worker::tick() {
  bool is_last = false;
  {
    const std::lock_guard lock(mutex_);
    is_last = size_ == 0;
    armed_ = armed_ && clock_->is_manual();
  }
  if (!is_last) arm();
  check_deadlines();
  if (on_tick_) on_tick_(is_last);
}

void worker::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  asio::dispatch(executor_, [self = shared_from_this()] {
    self->timer_.cancel();
    self->drain_timer_.cancel();
    self->to_drain_.clear();
    self->clock_subscription_.reset();
  });
}

}  // namespace asio_httpd::net
