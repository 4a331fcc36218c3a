// SPDX-License-Identifier: BSL-1.0
//
// Stands before the C library's function; every other clock is the kernel's.

#include "guards/coarse_time.hpp"

#include <atomic>
#include <ctime>

#include <sys/syscall.h>
#include <unistd.h>

namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t first = 3600 * second;

std::atomic<std::int64_t> passed{0};
std::atomic<std::int64_t> step{0};
std::atomic<std::uint64_t> looks{0};

}  // namespace

void guards::set_coarse_step(std::chrono::nanoseconds s) noexcept {
  step = s.count();
}

std::uint64_t guards::coarse_looks() noexcept {
  return looks;
}

extern "C" int clock_gettime(clockid_t clock_id, timespec* tp) noexcept {
  if (clock_id != CLOCK_MONOTONIC_COARSE) {
    return static_cast<int>(::syscall(SYS_clock_gettime, clock_id, tp));
  }
  ++looks;
  const std::int64_t now = first + passed.fetch_add(step);
  tp->tv_sec = now / second;
  tp->tv_nsec = now % second;
  return 0;
}
