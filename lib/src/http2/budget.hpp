// SPDX-License-Identifier: BSL-1.0
//
// What a peer may make us do for nothing. Frames that cost work and carry none (resets, pings,
// settings, empty DATA, tiny windows) are paid for out of a budget, which fills up again with time
// and with every piece of real work: answers, and content that goes one way or the other. Clients
// that use HTTP/2 as it is meant never come near its end; who floods does so within milliseconds
// (CVE-2019-9511 and those after it, CVE-2023-44487, CVE-2025-8671).

#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace asio_httpd::http2 {

class budget {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  static constexpr std::int64_t most = 4000;
  static constexpr std::int64_t each_second = 200;
  // A stream that is given up before its answer, by either side, has cost the most.
  static constexpr std::int64_t reset = 8;
  // What an exchange that came to its end earns.
  static constexpr std::int64_t answer = 4;
  // So much content earns one frame of another kind, in bytes.
  static constexpr std::int64_t content_unit = 1024;

  void spend(std::int64_t n) noexcept { left_ -= n; }
  void earn(std::int64_t n) noexcept { left_ = std::min(left_ + n, most); }
  // Content that was sent or received.
  void earn_by_content(std::size_t bytes) noexcept {
    content_ += static_cast<std::int64_t>(bytes);
    earn(content_ / content_unit);
    content_ %= content_unit;
  }
  void pass_time(time_point now) noexcept {
    if (last_ == time_point()) last_ = now;
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now - last_).count();
    const std::int64_t earned = passed * each_second / 1000;
    if (earned <= 0) return;
    last_ = now;
    earn(std::min(earned, most));
  }
  bool is_overdrawn() const noexcept { return left_ < 0; }

 private:
  std::int64_t left_ = most;
  std::int64_t content_ = 0;
  time_point last_{};
};

}  // namespace asio_httpd::http2
