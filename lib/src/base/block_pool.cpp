// SPDX-License-Identifier: BSL-1.0
//
// Free blocks are lists, one for each size, linked through the blocks. In front of each block
// stands which size it has.

#include "base/block_pool.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace asio_httpd::base {
namespace {

constexpr std::size_t step = 64;
constexpr std::size_t sizes = block_pool::largest / step + 1;  // the first one is malloc's

struct alignas(std::max_align_t) head {
  std::size_t room;  // behind this, a multiple of `step` where it is one of ours
  head* next;
};

struct list {
  head* first;
  std::size_t size;
};

// Trivial, so that it can be used up to the very end of its thread.
constinit thread_local std::array<list, sizes> kept{};
constinit thread_local bool is_over = false;

struct end_of_thread {
  ~end_of_thread() {
    is_over = true;
    for (list& l : kept) {
      while (head* const h = l.first) {
        l.first = h->next;
        std::free(h);
      }
    }
  }
  bool is_watched = false;
};

thread_local end_of_thread at_end;

head* head_of(void* block) noexcept {
  return static_cast<head*>(block) - 1;
}

head* make(std::size_t room) noexcept {
  if (room > SIZE_MAX - sizeof(head)) return nullptr;
  if (!is_over) at_end.is_watched = true;  // makes it
  auto* const made = static_cast<head*>(std::malloc(sizeof(head) + room));
  if (made != nullptr) made->room = room;
  return made;
}

}  // namespace

void* block_pool::allocate(std::size_t size) noexcept {
  if (size > largest) {
    head* const made = make(size);
    return made != nullptr ? made + 1 : nullptr;
  }
  const std::size_t place = (std::max<std::size_t>(size, 1) + step - 1) / step;
  list& from = kept[place];
  head* found = from.first;
  if (found != nullptr) {
    from.first = found->next;
    --from.size;
  } else {
    found = make(place * step);
  }
  return found != nullptr ? found + 1 : nullptr;
}

void block_pool::free(void* block) noexcept {
  if (block == nullptr) return;
  head* const freed = head_of(block);
  if (freed->room > largest || is_over) return std::free(freed);
  list& to = kept[freed->room / step];
  if (to.size == most_kept) return std::free(freed);
  freed->next = to.first;
  to.first = freed;
  ++to.size;
}

void* block_pool::allocate_zeroed(std::size_t count, std::size_t size) noexcept {
  if (size != 0 && count > SIZE_MAX / size) return nullptr;
  void* const made = allocate(count * size);
  if (made != nullptr) std::memset(made, 0, count * size);
  return made;
}

void* block_pool::reallocate(void* block, std::size_t size) noexcept {
  if (block == nullptr) return allocate(size);
  const std::size_t room = head_of(block)->room;
  if (size <= room && size > room / 2) return block;
  void* const made = allocate(size);
  if (made == nullptr) return nullptr;
  std::memcpy(made, block, std::min(room, size));
  free(block);
  return made;
}

}  // namespace asio_httpd::base
