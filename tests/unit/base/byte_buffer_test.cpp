// SPDX-License-Identifier: BSL-1.0
//
// The receive buffer: bytes in and out, and the NUL and the readable bytes behind them, which the
// scans rely on.

#include "base/byte_buffer.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <random>
#include <string>
#include <utility>

using asio_httpd::base::byte_buffer;

namespace {

// The promise: a NUL behind the last byte, and `padding` bytes that may be read.
void require_padded(const byte_buffer& b) {
  REQUIRE(b.data() != nullptr);
  CHECK(b.data()[b.size()] == '\0');
  volatile char sum = 0;
  for (std::size_t i = 0; i < byte_buffer::padding; ++i) {
    sum = static_cast<char>(sum ^ b.data()[b.size() + i]);  // an address sanitizer looks
  }
}

}  // namespace

TEST_CASE("empty at first, without memory") {
  const byte_buffer b;
  CHECK(b.empty());
  CHECK(b.size() == 0);
  CHECK(b.capacity() == 0);
  CHECK(b.view().empty());
}

TEST_CASE("bytes are appended and used up from the front") {
  byte_buffer b;
  b.append("hello ");
  b.append("world");
  CHECK(b.view() == "hello world");
  require_padded(b);
  b.consume(6);
  CHECK(b.view() == "world");
  require_padded(b);
  b.consume(5);
  CHECK(b.empty());
  require_padded(b);
}

TEST_CASE("prepare gives room for what is written there") {
  byte_buffer b;
  b.prepare(10);
  REQUIRE(b.room() >= 10);
  std::memcpy(b.write_position(), "0123456789", 10);
  b.commit(10);
  CHECK(b.view() == "0123456789");
  require_padded(b);
}

TEST_CASE("committing up to the last byte of the room leaves the padding readable") {
  byte_buffer b;
  b.prepare(1);
  const std::size_t room = b.room();
  std::memset(b.write_position(), 'x', room);
  b.commit(room);
  CHECK(b.room() == 0);
  CHECK(b.size() == b.capacity());
  require_padded(b);
}

TEST_CASE("room comes from compacting before growing") {
  byte_buffer b;
  b.prepare(100);
  const std::size_t capacity = b.capacity();
  b.append(std::string(capacity, 'a'));
  b.consume(capacity - 2);
  b.prepare(capacity - 2);
  CHECK(b.capacity() == capacity);
  CHECK(b.view() == "aa");
  require_padded(b);
  b.prepare(capacity - 1);
  CHECK(b.capacity() >= 2 * capacity);
  CHECK(b.view() == "aa");
  require_padded(b);
}

TEST_CASE("clear keeps the memory, release gives it back") {
  byte_buffer b;
  b.append("hello");
  const std::size_t capacity = b.capacity();
  b.clear();
  CHECK(b.empty());
  CHECK(b.capacity() == capacity);
  require_padded(b);
  b.append("x");
  b.release();
  CHECK(b.empty());
  CHECK(b.capacity() == 0);
  b.append("again");
  CHECK(b.view() == "again");
}

TEST_CASE("swap and move take the bytes where they are") {
  byte_buffer a;
  byte_buffer b;
  a.append("one");
  b.append("two!");
  const char* const where = a.data();
  a.swap(b);
  CHECK(a.view() == "two!");
  CHECK(b.view() == "one");
  CHECK(b.data() == where);
  const byte_buffer c(std::move(b));
  CHECK(c.view() == "one");
  CHECK(c.data() == where);
  a = byte_buffer();
  CHECK(a.empty());
}

TEST_CASE("a run of random steps: the bytes are those of a string") {
  std::mt19937 random(20240305);
  byte_buffer b;
  std::string expected;
  for (int step = 0; step < 5000; ++step) {
    if (random() % 2 == 0) {
      const std::string piece(random() % 50, static_cast<char>('a' + random() % 26));
      b.append(piece);
      expected += piece;
    } else {
      const std::size_t n = random() % (expected.size() + 1);
      b.consume(n);
      expected.erase(0, n);
    }
    REQUIRE(b.view() == expected);
    if (b.capacity() != 0) REQUIRE(b.data()[b.size()] == '\0');
  }
  CHECK(b.capacity() < 100000);
}

TEST_CASE("the last bytes can be taken back, and all of them changed in place") {
  byte_buffer b;
  b.append("hello world");
  b.consume(2);
  b.retract(6);
  CHECK(b.view() == "llo");
  require_padded(b);
  b.mutable_data()[0] = 'L';
  CHECK(b.view() == "Llo");
  b.append("!");
  CHECK(b.view() == "Llo!");
}
