// SPDX-License-Identifier: BSL-1.0
//
// Whether a peer takes what it is sent: bytes that reached it, not bytes that the kernel took,
// because megabytes may wait there for a peer that reads a byte a second.

#pragma once

#include "net/transport.hpp"

#include <asio_httpd/limits.hpp>

#include <cstdint>

namespace asio_httpd::serving {

class write_progress {
 public:
  void wrote(std::uint64_t n) noexcept { written_ += n; }

  // At the end of a period: has the peer taken what `d` asks for? A new period begins.
  bool is_enough(const net::transport& t, const deadlines& d) noexcept {
    const std::uint64_t unsent = t.unsent();
    const std::uint64_t delivered = written_ > unsent ? written_ - unsent : 0;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(d.write).count();
    const std::uint64_t wanted = d.write_rate * static_cast<std::uint64_t>(seconds);
    // Of a Unix socket, what is unsent is counted with the kernel's overhead.
    const std::uint64_t taken = delivered > before_ ? delivered - before_ : 0;
    const bool enough = taken >= (wanted == 0 ? 1 : wanted);
    before_ = delivered;
    return enough;
  }

 private:
  std::uint64_t written_ = 0;
  std::uint64_t before_ = 0;  // delivered when the period began
};

}  // namespace asio_httpd::serving
