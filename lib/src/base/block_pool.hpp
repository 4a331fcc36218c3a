// SPDX-License-Identifier: BSL-1.0
//
// Small blocks of memory that come and go with each request, kept by the thread that frees them for
// its next ones: a third of what malloc and free take, which is much where a library allocates five
// times a request.
//
// A thread keeps at most `most_kept` blocks of each size; what is larger than `largest` is
// malloc's.

#pragma once

#include <cstddef>
#include <new>

namespace asio_httpd::base {

// None for a sanitizer, which is to see what is used after it was freed.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr std::size_t block_pool_keeps = 0;
#elif defined(__has_feature)
inline constexpr std::size_t block_pool_keeps = __has_feature(address_sanitizer) ? 0 : 64;
#else
inline constexpr std::size_t block_pool_keeps = 64;
#endif

// For those who know how large what they free is. Such a block takes no more than malloc's would.
class block_pool {
 public:
  static constexpr std::size_t largest = 1024;
  static constexpr std::size_t most_kept = block_pool_keeps;

  // Aligned as malloc does it. Null where there is no memory.
  // Not inlined: a coroutine may go on in another thread, where an address that was worked out
  // before would be of the wrong one.
  [[gnu::noinline]] static void* allocate(std::size_t size) noexcept;
  // A block of `allocate` with that size, or null.
  [[gnu::noinline]] static void free(void* block, std::size_t size) noexcept;
};

// As malloc, free, calloc and realloc, out of the pool: for libraries in C.
struct malloc_of_pool {
  static void* allocate(std::size_t size) noexcept;
  static void free(void* block) noexcept;
  static void* allocate_zeroed(std::size_t count, std::size_t size) noexcept;
  static void* reallocate(void* block, std::size_t size) noexcept;
};

// For classes of which one is made for each request: base of those.
struct pooled {
  static void* operator new(std::size_t size) {
    if (void* const made = block_pool::allocate(size)) return made;
    throw std::bad_alloc();
  }
  static void operator delete(void* block, std::size_t size) noexcept {
    block_pool::free(block, size);
  }
};

// For std::allocate_shared.
template <class T>
struct pool_allocator {
  static_assert(alignof(T) <= alignof(std::max_align_t));
  using value_type = T;

  pool_allocator() = default;
  template <class U>
  pool_allocator(const pool_allocator<U>&) noexcept {}
  T* allocate(std::size_t n) { return static_cast<T*>(pooled::operator new(n * sizeof(T))); }
  void deallocate(T* block, std::size_t n) noexcept { block_pool::free(block, n * sizeof(T)); }
  friend bool operator==(pool_allocator, pool_allocator) noexcept { return true; }
};

}  // namespace asio_httpd::base
