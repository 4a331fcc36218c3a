// SPDX-License-Identifier: BSL-1.0
//
// Time as the server sees it. `system_clock_source()` is the real one; tests give a `manual_clock`
// and move it by hand, which fires the deadlines that have passed without anybody sleeping.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace asio_httpd {

class clock {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::steady_clock::duration;

  virtual ~clock() = default;
  // Monotonic. Called several times a request: tens of nanoseconds at most.
  virtual time_point now() const noexcept = 0;
  // Seconds since 1970, for Date and logs.
  virtual std::int64_t unix_time() const noexcept = 0;
  // Whether time passes by itself. Where it does not, `on_advance` calls back when it moved.
  virtual bool is_manual() const noexcept { return false; }
  // Returns a token; the call-back is forgotten when the token is destroyed.
  virtual std::shared_ptr<void> on_advance(std::function<void()>) { return nullptr; }
};

// The real time. Shared, stateless.
std::shared_ptr<clock> system_clock_source();

// Stands still until it is advanced. Thread-safe.
class manual_clock final : public clock {
 public:
  // Starts at a fixed date: Sun, 06 Nov 1994 08:49:37 GMT.
  manual_clock();
  ~manual_clock() override;
  time_point now() const noexcept override;
  std::int64_t unix_time() const noexcept override;
  bool is_manual() const noexcept override { return true; }
  std::shared_ptr<void> on_advance(std::function<void()> f) override;
  // Moves the time on, then calls everyone who waits for that.
  void advance(duration d);

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace asio_httpd
