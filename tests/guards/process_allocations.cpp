// SPDX-License-Identifier: BSL-1.0
//
// Stands before glibc's malloc, which operator new ends up in as well. The sanitizers bring a
// malloc of their own, which cannot be replaced, and call back for each allocation.

#include "guards/process_allocations.hpp"

#include <atomic>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_MALLOC_OF_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_MALLOC_OF_SANITIZER 1
#endif
#endif

#ifdef HAS_MALLOC_OF_SANITIZER
#include <sanitizer/allocator_interface.h>
#else
#include <cerrno>
#include <cstdlib>
#endif

namespace {
std::atomic<std::size_t> count{0};
}

std::size_t guards::allocations_of_this_process() noexcept {
  return count;
}

#ifdef HAS_MALLOC_OF_SANITIZER

namespace {
const bool installed =
    __sanitizer_install_malloc_and_free_hooks([](const volatile void*, std::size_t) { ++count; },
                                              [](const volatile void*) {}) != 0;
}

#else

extern "C" {

// glibc's own, under the names that are not replaced.
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t number, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size) noexcept {
  ++count;
  return __libc_malloc(size);
}

void* calloc(std::size_t number, std::size_t size) noexcept {
  ++count;
  return __libc_calloc(number, size);
}

void* realloc(void* memory, std::size_t size) noexcept {
  ++count;
  return __libc_realloc(memory, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  ++count;
  return __libc_memalign(alignment, size);
}

int posix_memalign(void** memory, std::size_t alignment, std::size_t size) noexcept {
  ++count;
  *memory = __libc_memalign(alignment, size);
  return *memory == nullptr ? ENOMEM : 0;
}

}  // extern "C"

#endif
