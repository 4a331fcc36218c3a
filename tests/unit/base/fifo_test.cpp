// SPDX-License-Identifier: BSL-1.0

#include "base/fifo.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <memory>

using asio_httpd::base::fifo;

TEST_CASE("what is pushed first is popped first, however many wait") {
  fifo<int> queue;
  std::deque<int> expected;
  int next = 0;
  for (const int wave : {1, 3, 1, 40, 2, 7, 100, 1}) {
    for (int i = 0; i < wave; ++i) {
      queue.push(next);
      expected.push_back(next++);
    }
    for (int i = 0; i < wave * 2 / 3; ++i) {
      CHECK(queue.front() == expected.front());
      CHECK(queue.pop() == expected.front());
      expected.pop_front();
    }
    CHECK(queue.size() == expected.size());
  }
  for (; !queue.empty(); expected.pop_front()) CHECK(queue.pop() == expected.front());
  CHECK(expected.empty());
}

TEST_CASE("an element is let go when it is popped, and all are when it is cleared") {
  const auto witness = std::make_shared<int>();
  fifo<std::shared_ptr<int>> queue;
  for (int i = 0; i < 10; ++i) queue.push(witness);
  for (int i = 0; i < 3; ++i) queue.pop();
  CHECK(witness.use_count() == 8);
  queue.clear();
  CHECK(witness.use_count() == 1);
  CHECK(queue.empty());
}
