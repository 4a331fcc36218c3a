// SPDX-License-Identifier: BSL-1.0

#include "base/block_pool.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <set>
#include <thread>
#include <vector>

using asio_httpd::base::block_pool;

namespace {

bool is_aligned(const void* block) {
  return reinterpret_cast<std::uintptr_t>(block) % alignof(std::max_align_t) == 0;
}

}  // namespace

TEST_CASE("blocks of all sizes are apart from each other, and aligned") {
  std::set<void*> blocks;
  for (std::size_t size = 0; size <= 2 * block_pool::largest; size += 7) {
    void* const made = block_pool::allocate(size);
    REQUIRE(made != nullptr);
    CHECK(is_aligned(made));
    std::memset(made, 0xa5, size);
    CHECK(blocks.insert(made).second);
  }
  for (void* block : blocks) block_pool::free(block);
}

TEST_CASE("what was freed serves what is as large, and no more is kept than may be") {
  std::vector<void*> blocks;
  for (std::size_t i = 0; i < 3 * 64; ++i) blocks.push_back(block_pool::allocate(100));
  void* const last = blocks[block_pool::most_kept];
  for (std::size_t i = 0; i <= block_pool::most_kept; ++i) block_pool::free(blocks[i]);
  void* const again = block_pool::allocate(100);
  if (block_pool::most_kept != 0) CHECK(again == blocks[block_pool::most_kept - 1]);
  if (block_pool::most_kept != 0) CHECK(again != last);
  block_pool::free(again);
  for (std::size_t i = block_pool::most_kept + 1; i < blocks.size(); ++i) {
    block_pool::free(blocks[i]);
  }
}

TEST_CASE("zeroed blocks are zero also where they were used before") {
  void* const used = block_pool::allocate(64);
  std::memset(used, 0xff, 64);
  block_pool::free(used);
  auto* const made = static_cast<unsigned char*>(block_pool::allocate_zeroed(8, 8));
  for (std::size_t i = 0; i < 64; ++i) CHECK(made[i] == 0);
  block_pool::free(made);
  CHECK(block_pool::allocate_zeroed(std::numeric_limits<std::size_t>::max() / 2, 3) == nullptr);
}

TEST_CASE("what grows or shrinks keeps its bytes") {
  auto* block = static_cast<char*>(block_pool::reallocate(nullptr, 10));
  std::memcpy(block, "0123456789", 10);
  for (const std::size_t size : {20u, 200u, 2000u, 20000u, 1000u, 10u}) {
    block = static_cast<char*>(block_pool::reallocate(block, size));
    REQUIRE(block != nullptr);
    CHECK(std::memcmp(block, "0123456789", 10) == 0);
    std::memset(block + 10, 'x', size - 10);
  }
  block_pool::free(block);
  block_pool::free(nullptr);
}

TEST_CASE("blocks may be freed by another thread") {
  void* const made = block_pool::allocate(100);
  std::thread([made] { block_pool::free(made); }).join();
  const auto shared =
      std::allocate_shared<std::uint64_t>(asio_httpd::base::pool_allocator<std::uint64_t>(), 7);
  CHECK(*shared == 7);
}
