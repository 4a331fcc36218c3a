// SPDX-License-Identifier: BSL-1.0
//
// How often this process has allocated, in any of its threads: operator new, malloc, and what else
// takes memory from the heap. A program that links this has a malloc that counts.

#pragma once

#include <cstddef>

namespace guards {

std::size_t allocations_of_this_process() noexcept;

}  // namespace guards
