// SPDX-License-Identifier: BSL-1.0
//
// Turns of the io_context, counted so that they end.

#include "testing/loop.hpp"

#include <asio_httpd/testing/error.hpp>

#include <algorithm>
#include <utility>

namespace asio_httpd::testing {
namespace {

// In one call. A second of work; no test that rests at all gets there.
constexpr std::size_t most_handlers = 1'000'000;

}  // namespace

class loop::holder {
 public:
  explicit holder(loop& l) noexcept : held_(l.held_) { ++held_; }
  ~holder() { --held_; }
  holder(const holder&) = delete;
  holder& operator=(const holder&) = delete;

 private:
  unsigned& held_;
};

void loop::speak(protocol p) {
  how_.speaks = p;
  carriers_.push_back(make_carriers(*context_, how_));
}

std::unique_ptr<net::transport> loop::connect(std::unique_ptr<net::transport> pipe,
                                              const net::endpoint& remote) {
  for (auto& c : carriers_.back()) pipe = c->connect(std::move(pipe), remote);
  return pipe;
}

void loop::run() {
  if (is_over() || held_ != 0) return;
  const holder running(*this);
  do run_handlers();
  while (carry());
}

bool loop::carry() {
  bool any = false;
  for (auto& way : carriers_) {
    for (auto& c : way) any = c->carry() || any;
  }
  return any;
}

void loop::run_handlers() {
  context_->restart();
  std::size_t ran = 0;
  while (context_->poll_one() != 0) {
    if (++ran == most_handlers) {
      throw error("the server does not come to rest: a million handlers ran, and more are ready");
    }
  }
}

bool loop::run_until(const std::function<bool()>& done, std::chrono::milliseconds at_most) {
  const auto end = std::chrono::steady_clock::now() +
                   std::min<std::chrono::milliseconds>(at_most, std::chrono::hours(24));
  for (;;) {
    run();
    if (done()) return true;
    if (!wait_for_one(end)) return done();
  }
}

bool loop::wait_for_one(std::chrono::steady_clock::time_point end) {
  if (is_over() || held_ != 0) return false;
  const holder running(*this);
  context_->restart();
  return context_->run_one_until(end) != 0;
}

void loop::hold(const std::function<void()>& f) {
  {
    const holder held(*this);
    f();
  }
  run();
}

}  // namespace asio_httpd::testing
