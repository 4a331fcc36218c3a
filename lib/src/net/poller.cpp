// SPDX-License-Identifier: BSL-1.0
//
// Events in batches, then what was deferred meanwhile.

#include "net/poller.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <array>
#include <cerrno>
#include <utility>

#include <sys/epoll.h>
#include <unistd.h>

namespace asio_httpd::net {

namespace asio = boost::asio;

// Asio first: it needs descriptors of its own, and what fails must leave none behind.
poller::poller(asio::io_context& context) : context_(context) {
  epoll_.emplace(context);
  const int made = ::epoll_create1(EPOLL_CLOEXEC);
  if (made < 0) throw boost::system::system_error(errno, boost::system::system_category());
  error_code ec;
  epoll_->assign(made, ec);
  if (!ec) return;
  ::close(made);
  throw boost::system::system_error(ec);
}

poller::~poller() {
  shut_down();
}

// --- descriptors ---------------------------------------------------------------------------------

error_code poller::add(int descriptor, std::uint32_t events, client& c) {
  if (shut_down_) return asio::error::operation_aborted;
  const auto at = static_cast<std::size_t>(descriptor);
  if (at >= slots_.size()) slots_.resize(at + 1);
  ++slots_[at].generation;
  if (const error_code ec = control(EPOLL_CTL_ADD, descriptor, events)) return ec;
  slots_[at].to = &c;
  ++registered_;
  arm();
  return {};
}

error_code poller::modify(int descriptor, std::uint32_t events) noexcept {
  if (shut_down_) return asio::error::operation_aborted;
  return control(EPOLL_CTL_MOD, descriptor, events);
}

// The kernel forgets a descriptor when it is closed, unless a child process holds a duplicate; then
// its events come still, under a generation that is over.
void poller::remove(int descriptor) noexcept {
  slots_[static_cast<std::size_t>(descriptor)].to = nullptr;
  if (shut_down_) return;
  --registered_;
  if (lets_go_) let_go();
}

std::uint64_t poller::key_of(int descriptor) const noexcept {
  const slot& s = slots_[static_cast<std::size_t>(descriptor)];
  return std::uint64_t{s.generation} << 32 | static_cast<std::uint32_t>(descriptor);
}

error_code poller::control(int operation, int descriptor, std::uint32_t events) noexcept {
  epoll_event event{};
  event.events = events;
  event.data.u64 = key_of(descriptor);
  if (::epoll_ctl(epoll_->native_handle(), operation, descriptor, &event) == 0) return {};
  return {errno, boost::system::system_category()};
}

// --- events --------------------------------------------------------------------------------------

// Only while there is something to wait for: what waits keeps a context from ending.
void poller::arm() {
  if (armed_ || in_batch_ || registered_ == 0) return;
  armed_ = true;
  epoll_->async_wait(descriptor_type::wait_read,
                     [this, self = weak_from_this()](const error_code& ec) {
                       if (!self.expired()) on_ready(ec);
                     });
}

void poller::on_ready(error_code ec) {
  armed_ = false;
  if (ec || shut_down_) return;
  in_batch_ = true;
  for (int batches = 0; take_batch() != 0 && ++batches < most_batches;) run_deferred();
  in_batch_ = false;
  run_deferred();
  arm();
  if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
}

// One who throws does not cost the others their events, which come only once.
template <class F>
void poller::shield(F f) noexcept {
  try {
    f();
  } catch (...) {
    if (!thrown_) thrown_ = std::current_exception();
  }
}

int poller::take_batch() {
  std::array<epoll_event, batch_size> events;
  const int n = ::epoll_wait(epoll_->native_handle(), events.data(), batch_size, 0);
  for (int i = 0; i < n; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    const auto descriptor = static_cast<std::uint32_t>(event.data.u64);
    const slot& s = slots_[descriptor];
    if (s.to == nullptr || s.generation != event.data.u64 >> 32) continue;
    shield([&] { s.to->on_events(event.events); });
  }
  return n;
}

// --- what was deferred ---------------------------------------------------------------------------

void poller::defer(completion done, error_code ec) {
  if (shut_down_) return;
  deferred_.push_back({std::move(done), ec});
  if (!in_batch_) wake_for_deferred();
}

void poller::wake_for_deferred() {
  if (std::exchange(posted_, true)) return;
  asio::post(context_, [this, self = weak_from_this()] {
    if (self.expired()) return;
    posted_ = false;
    run_deferred();
    if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
  });
}

// What is deferred by these calls comes in the next round, behind other handlers of the context.
void poller::run_deferred() {
  running_.swap(deferred_);
  for (deferred_call& call : running_) {
    if (shut_down_) break;
    shield([&] { call.done(call.error); });
  }
  running_.clear();
  if (!deferred_.empty() && !in_batch_) wake_for_deferred();
}

// --- the end -------------------------------------------------------------------------------------

void poller::let_go() {
  lets_go_ = true;
  error_code ignored;
  if (registered_ == 0) epoll_->cancel(ignored);
}

// Sessions end while what they wait for is dropped, and take themselves out.
void poller::shut_down() noexcept {
  if (std::exchange(shut_down_, true)) return;
  for (std::size_t at = 0; at < slots_.size(); ++at) {
    if (client* c = std::exchange(slots_[at].to, nullptr)) c->on_shut_down();
  }
  std::vector<deferred_call>().swap(deferred_);
  epoll_.reset();
}

}  // namespace asio_httpd::net
