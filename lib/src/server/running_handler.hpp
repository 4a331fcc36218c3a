// SPDX-License-Identifier: BSL-1.0
//
// Whose handler runs on a thread of the server just now: written by that thread where a handler is
// called or resumed, read by the watchdog. A few plain stores: no clock, no lock, no locked
// instruction.
//
// A turn is the time from when a handler is entered to when the thread is given back. Handlers may
// be entered within one another; that is one turn, and who runs is the innermost.

#pragma once

#include "server/counter.hpp"

#include <atomic>

namespace asio_httpd {
struct route;
}

namespace asio_httpd::serving {

// Of one thread.
struct turn_slot {
  std::atomic<const route*> running{nullptr};  // null: no handler
  counter turns;                               // that began
};

// Says so for as long as it lives, on the thread that the slot is of; so it must not live across a
// co_await. Null: what follows on this stack is not the handler's any more.
class running_handler {
 public:
  running_handler(turn_slot& slot, const route* r) noexcept
      : slot_(slot), before_(slot.running.load(std::memory_order_relaxed)) {
    if (before_ == nullptr) slot_.turns.add(1);
    slot_.running.store(r, std::memory_order_release);
  }
  ~running_handler() { slot_.running.store(before_, std::memory_order_release); }
  running_handler(const running_handler&) = delete;
  running_handler& operator=(const running_handler&) = delete;

 private:
  turn_slot& slot_;
  const route* const before_;
};

}  // namespace asio_httpd::serving
