// SPDX-License-Identifier: BSL-1.0
//
// Replaces the global operator new by one that counts for each thread. The other forms (arrays,
// nothrow) end up in these by default. The thread sanitizer brings an operator new of its own,
// which cannot be replaced: there nothing is counted.

#include "support/allocation_counter.hpp"

#include <cstdlib>
#include <new>

namespace {
thread_local std::size_t count = 0;
}

std::size_t test_support::allocations_of_this_thread() noexcept {
  return count;
}

#if defined(__SANITIZE_THREAD__)
#define HAS_OWN_OPERATOR_NEW 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HAS_OWN_OPERATOR_NEW 1
#endif
#endif

#ifndef HAS_OWN_OPERATOR_NEW

void* operator new(std::size_t size) {
  ++count;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}

void* operator new(std::size_t size, std::align_val_t alignment) {
  ++count;
  const auto unit = static_cast<std::size_t>(alignment);
  const std::size_t rounded = (size + unit - 1) / unit * unit;
  if (void* memory = std::aligned_alloc(unit, rounded == 0 ? unit : rounded)) return memory;
  throw std::bad_alloc();
}

void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

#endif
