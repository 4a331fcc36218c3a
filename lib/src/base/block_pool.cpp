// SPDX-License-Identifier: BSL-1.0
//
// Free blocks are lists, one for each size, linked through the blocks.

#include "base/block_pool.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace asio_httpd::base {
namespace {

// As malloc's: 8, 24, 40 ... bytes, of which none are wasted in front of its next block.
constexpr std::size_t first = 8;
constexpr std::size_t step = 16;

constexpr std::size_t place_of(std::size_t size) noexcept {
  return (std::max(size, first) - first + step - 1) / step;
}

constexpr std::size_t sizes = place_of(block_pool::largest) + 1;

struct free_block {
  free_block* next;
};

struct list {
  free_block* first;
  std::size_t size;
};

// Trivial, so that it can be used up to the very end of its thread.
constinit thread_local std::array<list, sizes> kept{};
enum class life : std::uint8_t { keeps_nothing, keeps, is_over };
constinit thread_local life now = life::keeps_nothing;

struct end_of_thread {
  ~end_of_thread() {
    now = life::is_over;
    for (list& l : kept) {
      while (free_block* const b = l.first) {
        l.first = b->next;
        std::free(b);
      }
    }
  }
  bool is_watched = false;
};

thread_local end_of_thread at_end;

// Before the first block is kept, whoever made it.
bool may_keep() noexcept {
  if (now == life::keeps_nothing) {
    at_end.is_watched = true;  // makes it
    now = life::keeps;
  }
  return now == life::keeps;
}

}  // namespace

void* block_pool::allocate(std::size_t size) noexcept {
  if (size > largest) return std::malloc(size);
  const std::size_t place = place_of(size);
  list& from = kept[place];
  free_block* const found = from.first;
  if (found == nullptr) return std::malloc(first + place * step);
  from.first = found->next;
  --from.size;
  return found;
}

void block_pool::free(void* block, std::size_t size) noexcept {
  if (block == nullptr) return;
  if (size > largest || !may_keep()) return std::free(block);
  list& to = kept[place_of(size)];
  if (to.size == most_kept) return std::free(block);
  to.first = ::new (block) free_block{to.first};
  ++to.size;
}

// --- with the size in front of the block ---------------------------------------------------------

namespace {

struct alignas(std::max_align_t) head {
  std::size_t room;  // behind this
};

// Fewer sizes, of which more blocks are used again.
constexpr std::size_t coarse_step = 64;

head* head_of(void* block) noexcept {
  return static_cast<head*>(block) - 1;
}

}  // namespace

void* malloc_of_pool::allocate(std::size_t size) noexcept {
  if (size > SIZE_MAX - sizeof(head) - coarse_step) return nullptr;
  const std::size_t whole = (sizeof(head) + size + coarse_step - 1) / coarse_step * coarse_step;
  auto* const made = static_cast<head*>(block_pool::allocate(whole));
  if (made == nullptr) return nullptr;
  made->room = whole - sizeof(head);
  return made + 1;
}

void malloc_of_pool::free(void* block) noexcept {
  if (block == nullptr) return;
  head* const freed = head_of(block);
  block_pool::free(freed, sizeof(head) + freed->room);
}

void* malloc_of_pool::allocate_zeroed(std::size_t count, std::size_t size) noexcept {
  if (size != 0 && count > SIZE_MAX / size) return nullptr;
  void* const made = allocate(count * size);
  if (made != nullptr) std::memset(made, 0, count * size);
  return made;
}

void* malloc_of_pool::reallocate(void* block, std::size_t size) noexcept {
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
