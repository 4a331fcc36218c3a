// SPDX-License-Identifier: BSL-1.0
//
// States of streams, their numbers, and DATA, HEADERS, PRIORITY and RST_STREAM on them (RFC 9113
// sections 5.1 and 6.1 to 6.4).
//
// A client that knows SETTINGS_MAX_CONCURRENT_STREAMS and goes above it breaks section 5.1.2;
// nghttp2 ends its connection, h2spec allows it. RFC 9113 lets a server ignore what comes on a
// closed stream (section 5.1), and says nothing more of streams that depend on themselves
// (section 5.3.2), so that these have more outcomes than h2spec knows.

#include <doctest/doctest.h>

#include <string>

#include "support/carried.hpp"
#include "support/http2_cases.hpp"
#include "support/server_harness.hpp"

using namespace test_support;
using namespace test_support::http2;
using enum test_support::http2::error_code;

namespace {

// Keeps a stream open on the server's side: its content cannot be sent.
const std::string no_window = settings({{setting::initial_window_size, 0}});
const std::string more_fields = hpack::literal("x-a", "b");

std::string headers_with_priority(std::uint32_t depends_on) {
  return headers(1, priority_fields(depends_on, false, 255) + request_block(),
                 flag::whole | flag::has_priority);
}

script above_the_limit() {
  return {[](const client& c) -> script::stages {
    std::string all = no_window;
    const std::uint32_t most = c.peer(setting::max_concurrent_streams, 0);
    for (std::uint32_t i = 0; i <= most; ++i) all += get(2 * i + 1);
    return {all};
  }};
}

expectation one_is_refused() {
  return {"RST_STREAM with REFUSED_STREAM or PROTOCOL_ERROR of the last stream", [](client& c) {
            const std::uint32_t most = c.peer(setting::max_concurrent_streams, 0);
            const auto code = c.reset_code(2 * most + 1);
            return most != 0 && c.count(frame_type::rst_stream) == 1 &&
                   (code == refused_stream || code == protocol_error);
          }};
}

}  // namespace

conformance_cases test_support::http2::stream_cases() {
  return {
      {"generic/2/1", "5.1", "PRIORITY, idle", {priority(1)}, goes_on()},
      {"generic/2/2",
       "5.1",
       "WINDOW_UPDATE, half-closed (remote)",
       {no_window + get(1) + window_update(1, 1)},
       first_data(1)},
      {"generic/2/3",
       "5.1",
       "PRIORITY, half-closed (remote)",
       {no_window + get(1) + priority(1) + window_update(1, 1)},
       first_data(1)},
      {"generic/2/4",
       "5.1",
       "RST_STREAM, half-closed (remote)",
       {get(1) + rst_stream(1)},
       goes_on()},
      {"generic/2/5", "5.1", "PRIORITY, closed", {get(1), end_of_stream_1, priority(1)}, goes_on()},

      {"http2/5.1/1", "5.1", "idle: DATA", {data(1, "test")}, connection_error({protocol_error})},
      {"http2/5.1/2",
       "5.1",
       "idle: RST_STREAM",
       {rst_stream(1)},
       connection_error({protocol_error})},
      {"http2/5.1/3",
       "5.1",
       "idle: WINDOW_UPDATE",
       {window_update(1, 100)},
       connection_error({protocol_error})},
      {"http2/5.1/4",
       "5.1",
       "idle: CONTINUATION",
       {continuation(1, request_block())},
       connection_error({protocol_error})},
      {"http2/5.1/5",
       "5.1",
       "half-closed (remote): DATA",
       {no_window + get(1) + data(1, "test")},
       stream_error({stream_closed})},
      {"http2/5.1/6",
       "5.1",
       "half-closed (remote): HEADERS",
       {no_window + get(1) + get(1)},
       stream_error({stream_closed})},
      {"http2/5.1/7",
       "5.1",
       "half-closed (remote): CONTINUATION",
       {no_window + get(1) + continuation(1, more_fields)},
       stream_error({stream_closed, protocol_error})},
      {"http2/5.1/8",
       "5.1",
       "closed by RST_STREAM: DATA",
       {post(1) + rst_stream(1) + data(1, "test")},
       stream_error({stream_closed}) || goes_on()},
      {"http2/5.1/9",
       "5.1",
       "closed by RST_STREAM: HEADERS",
       {post(1) + rst_stream(1) + get(1)},
       stream_error({stream_closed}) || connection_error({protocol_error}) || goes_on()},
      {"http2/5.1/10",
       "5.1",
       "closed by RST_STREAM: CONTINUATION",
       {post(1) + rst_stream(1) + continuation(1, more_fields)},
       stream_error({stream_closed, protocol_error})},
      {"http2/5.1/11",
       "5.1",
       "closed: DATA",
       {get(1), end_of_stream_1, data(1, "test")},
       connection_error({stream_closed}) || goes_on()},
      {"http2/5.1/12",
       "5.1",
       "closed: HEADERS",
       {get(1), end_of_stream_1, get(1)},
       connection_error({stream_closed, protocol_error})},
      {"http2/5.1/13",
       "5.1",
       "closed: CONTINUATION",
       {get(1), end_of_stream_1, continuation(1, more_fields)},
       connection_error({stream_closed, protocol_error})},
      {"ours",
       "5.1",
       "closed: WINDOW_UPDATE and RST_STREAM cross the end",
       {get(1), end_of_stream_1, window_update(1, 1) + rst_stream(1)},
       goes_on()},

      {"http2/5.1.1/1", "5.1.1", "an even number", {get(2)}, connection_error({protocol_error})},
      {"http2/5.1.1/2",
       "5.1.1",
       "a number below the last one",
       {get(5) + get(3)},
       connection_error({protocol_error})},
      {"ours",
       "5.1.1",
       "a number below the last one, whose stream has ended",
       {get(1), end_of_stream_1, get(5), get(3)},
       connection_error({protocol_error})},
      {"ours",
       "5.1.1",
       "the largest number",
       {get(largest_window)},
       answered_with(200, largest_window)},
      {"http2/5.1.2/1", "5.1.2", "more streams than SETTINGS_MAX_CONCURRENT_STREAMS",
       above_the_limit(), one_is_refused() || connection_error({protocol_error})},
      {"http2/5.3.1/1",
       "5.3.2",
       "HEADERS that depend on themselves",
       {headers_with_priority(1)},
       stream_error({protocol_error}) || answered()},
      {"http2/5.3.1/2",
       "5.3.2",
       "PRIORITY that depends on itself",
       {priority(1, 1)},
       stream_error({protocol_error}) || goes_on()},

      {"generic/3.1/1", "6.1", "DATA", {post(1) + data(1, "test")}, answered_with(200)},
      {"generic/3.1/2",
       "6.1",
       "several DATA",
       {post(1) + data(1, "test", flag::none) + data(1, "test")},
       answered_with(200)},
      {"generic/3.1/3",
       "6.1",
       "DATA with padding",
       {post(1) + data(1, padded(6, "test"), flag::padded | flag::end_stream)},
       answered_with(200)},
      {"http2/6.1/1",
       "6.1",
       "DATA on stream 0",
       {data(0, "test")},
       connection_error({protocol_error})},
      {"http2/6.1/2",
       "6.1",
       "DATA on a half-closed stream",
       {no_window + headers(1, request_block("POST")) + data(1, "test")},
       stream_error({stream_closed})},
      {"http2/6.1/3",
       "6.1",
       "more padding than payload",
       {post(1, "/", {{"content-length", "4"}}) +
        data(1, "\x06Test", flag::padded | flag::end_stream)},
       connection_error({protocol_error})},
      {"ours",
       "6.1",
       "DATA of nothing but padding, as long as it can be",
       {post(1) + data(1, padded(255, ""), flag::padded) + data(1, "test")},
       answered_with(200)},
      {"ours",
       "6.1",
       "DATA with padding and no length of it",
       {post(1) + data(1, "", flag::padded | flag::end_stream)},
       connection_error({protocol_error, frame_size_error})},

      {"generic/3.2/1", "6.2", "HEADERS", {get(1)}, answered_with(200)},
      {"generic/3.2/2",
       "6.2",
       "HEADERS with padding",
       {headers(1, padded(8, request_block()), flag::whole | flag::padded)},
       answered_with(200)},
      {"generic/3.2/3",
       "6.2",
       "HEADERS with priority",
       {headers_with_priority(0)},
       answered_with(200)},
      {"http2/6.2/1",
       "6.2",
       "HEADERS without an end, then PRIORITY",
       {headers(1, request_block(), flag::none) + priority(1) + continuation(1, more_fields)},
       connection_error({protocol_error})},
      {"http2/6.2/2",
       "6.2",
       "HEADERS without an end, then HEADERS of another stream",
       {headers(1, request_block(), flag::none) + get(3) + continuation(1, more_fields)},
       connection_error({protocol_error})},
      {"http2/6.2/3", "6.2", "HEADERS on stream 0", {get(0)}, connection_error({protocol_error})},
      {"http2/6.2/4",
       "6.2",
       "more padding than payload",
       {headers(1, static_cast<char>(request_block().size() + 2) + request_block(),
                flag::whole | flag::padded)},
       stream_error({protocol_error})},
      {"ours",
       "6.2",
       "HEADERS with padding and priority",
       {headers(1, padded(3, priority_fields(0, true, 0) + request_block()),
                flag::whole | flag::padded | flag::has_priority)},
       answered_with(200)},
      {"ours",
       "6.2",
       "HEADERS too short for their priority",
       {headers(1, "\x01\x02", flag::whole | flag::has_priority)},
       connection_error({frame_size_error, protocol_error})},

      {"generic/3.3/1",
       "6.3",
       "PRIORITY of 1",
       {priority(1, 0, false, 0) + get(1)},
       answered_with(200)},
      {"generic/3.3/2",
       "6.3",
       "PRIORITY of 256",
       {priority(1, 0, false, 255) + get(1)},
       answered_with(200)},
      {"generic/3.3/3",
       "6.3",
       "PRIORITY that depends",
       {priority(3, 1, false, 0) + get(1)},
       answered_with(200)},
      {"generic/3.3/4",
       "6.3",
       "PRIORITY, exclusive",
       {priority(1, 0, true, 0) + get(1)},
       answered_with(200)},
      {"generic/3.3/5",
       "6.3",
       "PRIORITY, idle, then HEADERS of a lower stream",
       {priority(3) + get(1)},
       answered_with(200)},
      {"http2/6.3/1",
       "6.3",
       "PRIORITY on stream 0",
       {priority(0)},
       connection_error({protocol_error})},
      {"http2/6.3/2",
       "6.3",
       "PRIORITY of another length",
       {no_window + get(1) + frame(frame_type::priority, 0, 1, std::string("\x80\0\0\x01", 4))},
       stream_error({frame_size_error})},

      {"generic/3.4/1", "6.4", "RST_STREAM", {post(1) + rst_stream(1)}, goes_on()},
      {"http2/6.4/1",
       "6.4",
       "RST_STREAM on stream 0",
       {rst_stream(0)},
       connection_error({protocol_error})},
      {"http2/6.4/2",
       "6.4",
       "RST_STREAM, idle",
       {rst_stream(1)},
       connection_error({protocol_error})},
      {"http2/6.4/3",
       "6.4",
       "RST_STREAM of another length",
       {no_window + get(1) + frame(frame_type::rst_stream, 0, 1, std::string(3, '\0'))},
       connection_error({frame_size_error})},
  };
}

TEST_CASE("HTTP/2 streams" * test_support::http2_itself) {
  check(stream_cases());
}
