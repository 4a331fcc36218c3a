// SPDX-License-Identifier: BSL-1.0
//
// The order of a client's frames, where nghttp2 does not look at it.

#include "http2/frame_order.hpp"

#include <doctest/doctest.h>

#include <cstdint>

using asio_httpd::http2::error;
using asio_httpd::http2::frame_order;

namespace {

constexpr auto none_is_open = [](std::int32_t) { return false; };
constexpr auto all_are_open = [](std::int32_t) { return true; };

template <class IsOpen = decltype(none_is_open)>
error headers(frame_order& order, std::int32_t stream, IsOpen is_open = none_is_open) {
  return order.look_at({.stream = stream, .is_headers = true, .is_priority = false}, is_open);
}

// Streams 1, 3, 5... come and go.
void pass(frame_order& order, std::size_t streams) {
  for (std::size_t i = 0; i < streams; ++i) {
    const auto id = static_cast<std::int32_t>(2 * i + 1);
    REQUIRE(headers(order, id) == error::no_error);
    order.note_end(id, false);
  }
}

}  // namespace

TEST_CASE("numbers of streams rise, also with gaps") {
  frame_order order;
  CHECK(headers(order, 1) == error::no_error);
  CHECK(headers(order, 7) == error::no_error);
  CHECK(headers(order, 5) == error::protocol_error);
  CHECK(headers(order, 9) == error::no_error);
}

TEST_CASE("a stream that is open may have a second field section") {
  frame_order order;
  CHECK(headers(order, 3) == error::no_error);
  CHECK(headers(order, 3, all_are_open) == error::no_error);
}

TEST_CASE("nobody is asked of a stream that is new") {
  frame_order order;
  bool was_asked = false;
  const auto is_open = [&](std::int32_t) { return was_asked = true; };
  CHECK(headers(order, 1, is_open) == error::no_error);
  CHECK_FALSE(was_asked);
  CHECK(headers(order, 1, is_open) == error::no_error);
  CHECK(was_asked);
}

TEST_CASE("a stream that ended has no more heads") {
  frame_order order;
  pass(order, 2);
  CHECK(headers(order, 1) == error::stream_closed);
  CHECK(headers(order, 3) == error::stream_closed);
}

TEST_CASE("of a stream that was broken off, the peer may not know yet") {
  frame_order order;
  CHECK(headers(order, 1) == error::no_error);
  CHECK(headers(order, 3) == error::no_error);
  SUBCASE("by an error") {
    order.note_end(1, true);
  }
  SUBCASE("by a reset of ours, which says NO_ERROR") {
    order.note_reset(1);
    order.note_end(1, false);
  }
  order.note_end(3, false);
  CHECK(headers(order, 1) == error::no_error);
  CHECK(headers(order, 3) == error::stream_closed);
}

TEST_CASE("the last ends are remembered, and what is forgotten is no fault") {
  frame_order order;
  pass(order, frame_order::most_ended);
  CHECK(headers(order, 1) == error::stream_closed);
  const auto next = static_cast<std::int32_t>(2 * frame_order::most_ended + 1);
  CHECK(headers(order, next) == error::no_error);
  order.note_end(next, false);
  CHECK(headers(order, 1) == error::no_error);
  CHECK(headers(order, 3) == error::stream_closed);
  CHECK(headers(order, next) == error::stream_closed);
}

TEST_CASE("a number that was passed over is a fault only while all ends are remembered") {
  frame_order order;
  pass(order, frame_order::most_ended - 1);
  CHECK(headers(order, 2) == error::protocol_error);
  const auto last = static_cast<std::int32_t>(2 * frame_order::most_ended + 1);
  CHECK(headers(order, last) == error::no_error);
  order.note_end(last, false);
  CHECK(headers(order, 2) == error::no_error);
}

TEST_CASE("once we have gone away, heads on old streams are let pass") {
  frame_order order;
  pass(order, 1);
  order.go_away();
  CHECK(headers(order, 1) == error::no_error);
}

TEST_CASE("PRIORITY names a stream, in any state") {
  frame_order order;
  const auto priority = [&](std::int32_t stream) {
    return order.look_at({.stream = stream, .is_headers = false, .is_priority = true},
                         none_is_open);
  };
  CHECK(priority(0) == error::protocol_error);
  CHECK(priority(9) == error::no_error);
  CHECK(headers(order, 1) == error::no_error);
}

TEST_CASE("other frames are looked at by nghttp2") {
  frame_order order;
  pass(order, 1);
  const frame_order::frame other{.stream = 1, .is_headers = false, .is_priority = false};
  CHECK(order.look_at(other, none_is_open) == error::no_error);
}

TEST_CASE("HEADERS of no stream are left to nghttp2") {
  frame_order order;
  CHECK(headers(order, 0) == error::no_error);
}
