// SPDX-License-Identifier: BSL-1.0
//
// Memory that the connections of a thread share.

#include "server/lent_output.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>

using asio_httpd::base::byte_buffer;
using asio_httpd::serving::lent_output;

namespace {

constexpr std::size_t usual = 40 * 1024;

// A turn in which so much is made, and all of it sent.
void make_and_send(byte_buffer& output, std::size_t size) {
  const lent_output lent(output);
  output.append(std::string(size, 'x'));
  output.consume(size);
}

// What the next buffer that has no memory is lent.
std::size_t lent_to_next() {
  byte_buffer next;
  const lent_output lent(next);
  return next.capacity();
}

// The thread has no block, whatever other tests have left.
void drop_block() {
  byte_buffer taken;
  const lent_output lent(taken);
  taken.append("never sent");
}

}  // namespace

TEST_CASE("what was sent leaves its memory to the next one") {
  drop_block();
  CHECK(lent_to_next() == 0);
  byte_buffer output;
  make_and_send(output, usual);
  CHECK(output.capacity() == 0);
  CHECK(lent_to_next() == usual);
  CHECK(lent_to_next() == usual);
}

TEST_CASE("what is not sent stays with its connection") {
  drop_block();
  byte_buffer output;
  make_and_send(output, usual);
  {
    const lent_output lent(output);
    output.append("waits");
  }
  CHECK(output.view() == "waits");
  CHECK(output.capacity() == usual);
  CHECK(lent_to_next() == 0);
}

TEST_CASE("a buffer with memory is lent none, and gives its own back once it is empty") {
  drop_block();
  byte_buffer sent;
  make_and_send(sent, usual);
  byte_buffer output;
  output.append(std::string(2 * usual, 'x'));
  {
    const lent_output lent(output);
    CHECK(output.capacity() == 2 * usual);
    CHECK(lent_to_next() == usual);
    output.consume(output.size());
  }
  CHECK(output.capacity() == 0);
  CHECK(lent_to_next() == 2 * usual);
}

TEST_CASE("a block that is smaller than the thread's is freed") {
  drop_block();
  byte_buffer small;
  small.prepare(usual);
  byte_buffer large;
  make_and_send(large, 2 * usual);
  { const lent_output lent(small); }
  CHECK(small.capacity() == 0);
  CHECK(lent_to_next() == 2 * usual);
}

TEST_CASE("a block is kept up to a size") {
  drop_block();
  byte_buffer output;
  make_and_send(output, lent_output::most_kept + 1);
  CHECK(output.capacity() == 0);
  CHECK(lent_to_next() == 0);
  make_and_send(output, lent_output::most_kept);
  CHECK(lent_to_next() == lent_output::most_kept);
}
