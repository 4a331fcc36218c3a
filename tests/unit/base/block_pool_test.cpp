// SPDX-License-Identifier: BSL-1.0

#include "base/block_pool.hpp"

#include <doctest/doctest.h>
#include <malloc.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <thread>
#include <vector>

using asio_httpd::base::block_pool;
using asio_httpd::base::malloc_of_pool;

namespace {

bool is_aligned(const void* block) {
  return reinterpret_cast<std::uintptr_t>(block) % alignof(std::max_align_t) == 0;
}

}  // namespace

TEST_CASE("blocks of all sizes are apart from each other, and aligned") {
  std::map<void*, std::size_t> blocks;
  for (std::size_t size = 0; size <= 2 * block_pool::largest; size += 7) {
    void* const made = block_pool::allocate(size);
    REQUIRE(made != nullptr);
    CHECK(is_aligned(made));
    std::memset(made, 0xa5, size);
    CHECK(blocks.emplace(made, size).second);
  }
  for (const auto& [block, size] : blocks) block_pool::free(block, size);
}

TEST_CASE("what was freed serves what is as large, and no more is kept than may be") {
  constexpr std::size_t size = 100;
  std::vector<void*> blocks;
  for (std::size_t i = 0; i < 3 * 64; ++i) blocks.push_back(block_pool::allocate(size));
  void* const last = blocks[block_pool::most_kept];
  for (std::size_t i = 0; i <= block_pool::most_kept; ++i) block_pool::free(blocks[i], size);
  void* const again = block_pool::allocate(size);
  if (block_pool::most_kept != 0) CHECK(again == blocks[block_pool::most_kept - 1]);
  if (block_pool::most_kept != 0) CHECK(again != last);
  block_pool::free(again, size);
  for (std::size_t i = block_pool::most_kept + 1; i < blocks.size(); ++i) {
    block_pool::free(blocks[i], size);
  }
}

TEST_CASE("blocks whose size is remembered are apart from each other, and aligned") {
  std::set<void*> blocks;
  for (std::size_t size = 0; size <= 2 * block_pool::largest; size += 7) {
    void* const made = malloc_of_pool::allocate(size);
    REQUIRE(made != nullptr);
    CHECK(is_aligned(made));
    std::memset(made, 0xa5, size);
    CHECK(blocks.insert(made).second);
  }
  for (void* block : blocks) malloc_of_pool::free(block);
  CHECK(malloc_of_pool::allocate(std::numeric_limits<std::size_t>::max()) == nullptr);
}

TEST_CASE("zeroed blocks are zero also where they were used before") {
  void* const used = malloc_of_pool::allocate(64);
  std::memset(used, 0xff, 64);
  malloc_of_pool::free(used);
  auto* const made = static_cast<unsigned char*>(malloc_of_pool::allocate_zeroed(8, 8));
  for (std::size_t i = 0; i < 64; ++i) CHECK(made[i] == 0);
  malloc_of_pool::free(made);
  CHECK(malloc_of_pool::allocate_zeroed(std::numeric_limits<std::size_t>::max() / 2, 3) == nullptr);
}

TEST_CASE("what grows or shrinks keeps its bytes") {
  auto* block = static_cast<char*>(malloc_of_pool::reallocate(nullptr, 10));
  std::memcpy(block, "0123456789", 10);
  for (const std::size_t size : {20u, 200u, 2000u, 20000u, 1000u, 10u}) {
    block = static_cast<char*>(malloc_of_pool::reallocate(block, size));
    REQUIRE(block != nullptr);
    CHECK(std::memcmp(block, "0123456789", 10) == 0);
    std::memset(block + 10, 'x', size - 10);
  }
  malloc_of_pool::free(block);
  malloc_of_pool::free(nullptr);
}

TEST_CASE("blocks may be freed by another thread") {
  void* const made = block_pool::allocate(100);
  std::thread([made] { block_pool::free(made, 100); }).join();
  const auto shared =
      std::allocate_shared<std::uint64_t>(asio_httpd::base::pool_allocator<std::uint64_t>(), 7);
  CHECK(*shared == 7);
}

TEST_CASE("a thread that only frees gives back what it kept, when it ends") {
  constexpr std::size_t size = 1000;
  const auto in_use = [] { return ::mallinfo2().uordblks; };  // 0 where a sanitizer allocates
  const auto before = in_use();
  for (int i = 0; i < 50; ++i) {
    std::vector<void*> blocks(64);
    for (void*& block : blocks) block = block_pool::allocate(size);
    std::thread([&blocks] {
      for (void* block : blocks) block_pool::free(block, size);
    }).join();
  }
  CHECK(in_use() < before + 10 * 64 * size);
}
