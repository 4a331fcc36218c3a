// SPDX-License-Identifier: BSL-1.0
//
// How often this thread allocated with operator new: what a hot path must not do. A program that
// calls this gets a counting operator new.

#pragma once

#include <cstddef>

namespace test_support {

std::size_t allocations_of_this_thread() noexcept;

}  // namespace test_support
