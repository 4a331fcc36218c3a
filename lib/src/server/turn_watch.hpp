// SPDX-License-Identifier: BSL-1.0
//
// What the watchdog knows of one thread's turns, from one look to the next. The time of a look is
// given, so this has no clock. A turn counts from the first look that finds it: it has lasted at
// least as long as is said, and one that is shorter is never told of.

#pragma once

#include "server/running_handler.hpp"

#include <chrono>
#include <cstdint>

namespace asio_httpd::serving {

class turn_watch {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::steady_clock::duration;

  // The route whose handler runs, once for each turn that has lasted for `limit`; else null.
  const route* look(const turn_slot& slot, time_point now, duration limit) noexcept {
    const route* running = slot.running.load(std::memory_order_acquire);  // before its number
    const std::uint64_t turn = slot.turns.get();
    const bool is_new = turn != turn_;
    if (is_new || running == nullptr) {
      turn_ = turn;
      since_ = now;
      told_ = told_ && !is_new;
      return nullptr;
    }
    if (told_ || now - since_ < limit) return nullptr;
    told_ = true;
    return running;
  }

 private:
  std::uint64_t turn_ = 0;
  time_point since_{};
  bool told_ = false;
};

}  // namespace asio_httpd::serving
