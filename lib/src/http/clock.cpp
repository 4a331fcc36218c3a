// SPDX-License-Identifier: BSL-1.0
//
// The real clock, and the one that stands still.

#include <asio_httpd/clock.hpp>

#include <ctime>
#include <mutex>
#include <vector>

namespace asio_httpd {
namespace {

class system_clock final : public clock {
 public:
  // steady_clock's, without the call in between.
  time_point now() const noexcept override {
    timespec t{};
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    return time_point(std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec));
  }
  std::int64_t unix_time() const noexcept override {
    timespec t{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &t);
    return t.tv_sec;
  }
};

}  // namespace

std::shared_ptr<clock> system_clock_source() {
  static const auto source = std::make_shared<system_clock>();
  return source;
}

struct manual_clock::state {
  static constexpr std::int64_t first_second = 784111777;  // Sun, 06 Nov 1994 08:49:37 GMT

  mutable std::mutex mutex;
  duration passed{};
  std::vector<std::weak_ptr<std::function<void()>>> waiting;
};

manual_clock::manual_clock() : state_(std::make_shared<state>()) {}
manual_clock::~manual_clock() = default;

clock::time_point manual_clock::now() const noexcept {
  const std::lock_guard lock(state_->mutex);
  return time_point(std::chrono::hours(1)) + state_->passed;
}

std::int64_t manual_clock::unix_time() const noexcept {
  const std::lock_guard lock(state_->mutex);
  return state::first_second +
         std::chrono::duration_cast<std::chrono::seconds>(state_->passed).count();
}

std::shared_ptr<void> manual_clock::on_advance(std::function<void()> f) {
  auto held = std::make_shared<std::function<void()>>(std::move(f));
  const std::lock_guard lock(state_->mutex);
  std::erase_if(state_->waiting, [](auto& weak) { return weak.expired(); });
  state_->waiting.push_back(held);
  return held;
}

void manual_clock::advance(duration d) {
  std::vector<std::weak_ptr<std::function<void()>>> waiting;
  {
    const std::lock_guard lock(state_->mutex);
    state_->passed += d;
    waiting = state_->waiting;
  }
  for (auto& weak : waiting) {
    if (auto f = weak.lock()) (*f)();
  }
}

}  // namespace asio_httpd
