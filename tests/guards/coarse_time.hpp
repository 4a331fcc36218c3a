// SPDX-License-Identifier: BSL-1.0
//
// The kernel's coarse clock (CLOCK_MONOTONIC_COARSE), by which the library tells how long it has
// known a file. In a program that links this, it goes on by a step whenever somebody looks at it,
// and by nothing else.

#pragma once

#include <chrono>
#include <cstdint>

namespace guards {

// None at first: it stands still.
void set_coarse_step(std::chrono::nanoseconds step) noexcept;
// How often somebody has looked.
std::uint64_t coarse_looks() noexcept;

}  // namespace guards
