// SPDX-License-Identifier: BSL-1.0
//
// What concerns the connection as a whole: PING, GOAWAY, WINDOW_UPDATE, and error codes (RFC 9113
// sections 6.7 to 6.9 and 7).

#include <doctest/doctest.h>

#include <string>

#include "support/carried.hpp"
#include "support/http2_cases.hpp"
#include "support/server_harness.hpp"

using namespace test_support;
using namespace test_support::http2;
using namespace std::string_view_literals;
using enum test_support::http2::error_code;

namespace {

std::string initial_window(std::uint32_t size) {
  return settings({{setting::initial_window_size, size}});
}

expectation pong(std::string_view eight_octets) {
  return {"the answer to PING",
          [text = std::string(eight_octets)](client& c) { return c.has_pong(text); }};
}

constexpr error_code no_such_code{0xff};

}  // namespace

conformance_cases test_support::http2::connection_cases() {
  return {
      {"generic/3.7/1", "6.7", "PING", {ping("h2spec\0\0"sv)}, pong("h2spec\0\0"sv)},
      {"http2/6.7/1", "6.7", "PING", {ping("abcdefgh")}, pong("abcdefgh")},
      {"http2/6.7/2", "6.7", "an answer to no PING", {ping("invalid!", flag::ack)}, goes_on()},
      {"http2/6.7/3",
       "6.7",
       "PING on a stream",
       {frame(frame_type::ping, 0, 1, "12345678")},
       connection_error({protocol_error})},
      {"http2/6.7/4",
       "6.7",
       "PING of another length",
       {ping("123456")},
       connection_error({frame_size_error})},

      {"generic/3.8/1", "6.8", "GOAWAY", {goaway(0, no_error, "h2spec")}, closes()},
      {"http2/6.8/1",
       "6.8",
       "GOAWAY on a stream",
       {frame(frame_type::goaway, 0, 1, std::string(8, '\0'))},
       connection_error({protocol_error})},
      {"ours",
       "6.8",
       "GOAWAY of another length",
       {frame(frame_type::goaway, 0, 0, std::string(7, '\0'))},
       connection_error({frame_size_error})},
      {"ours",
       "6.8",
       "GOAWAY, and what is under way ends first",
       {initial_window(0) + get(1) + goaway(0, no_error), window_update(1, 100)},
       {"the answer, and the end",
        [](client& c) { return c.status(1) == 200 && c.has_ended(1) && c.is_closed(); }}},

      {"generic/3.9/1", "6.9", "WINDOW_UPDATE of the connection", {window_update(0, 1)}, goes_on()},
      {"generic/3.9/2",
       "6.9",
       "WINDOW_UPDATE of a stream",
       {get(1) + window_update(1, 1)},
       answered_with(200)},
      {"http2/6.9/1",
       "6.9",
       "an increment of 0",
       {window_update(0, 0)},
       connection_error({protocol_error})},
      {"http2/6.9/2",
       "6.9",
       "an increment of 0 on a stream",
       {post(1) + window_update(1, 0)},
       stream_error({protocol_error})},
      {"http2/6.9/3",
       "6.9",
       "WINDOW_UPDATE of another length",
       {frame(frame_type::window_update, 0, 0, std::string("\0\0\x01", 3))},
       connection_error({frame_size_error})},

      {"http2/6.9.1/1", "6.9.1", "a window of 1", {initial_window(1), get(1)}, first_data(1)},
      {"http2/6.9.1/2",
       "6.9.1",
       "a window above 2^31-1",
       {window_update(0, largest_window) + window_update(0, largest_window)},
       connection_error({flow_control_error})},
      {"http2/6.9.1/3",
       "6.9.1",
       "a window above 2^31-1 on a stream",
       {post(1) + window_update(1, largest_window) + window_update(1, largest_window)},
       stream_error({flow_control_error})},
      {"http2/6.9.2/1",
       "6.9.2",
       "SETTINGS open the window of a stream",
       {initial_window(0), get(1), initial_window(1)},
       first_data(1)},
      {"http2/6.9.2/2",
       "6.9.2",
       "a window below 0",
       {initial_window(3), get(1), initial_window(2), window_update(1, 2)},
       all_data(4)},
      {"http2/6.9.2/3",
       "6.9.2",
       "an initial window above 2^31-1",
       {initial_window(largest_window + 1)},
       connection_error({flow_control_error})},
      {"ours",
       "6.9.2",
       "SETTINGS bring the window of a stream above 2^31-1",
       {initial_window(0) + get(1) + window_update(1, largest_window) + initial_window(1)},
       // nghttp2 ends the stream only, which does as well.
       stream_error({flow_control_error})},

      {"http2/7/1", "7", "GOAWAY with an unknown code", {goaway(0, no_such_code)}, closes()},
      {"http2/7/2",
       "7",
       "RST_STREAM with an unknown code",
       {post(1) + rst_stream(1, no_such_code)},
       goes_on()},
  };
}

TEST_CASE("HTTP/2 PING, GOAWAY and windows" * test_support::http2_itself) {
  check(connection_cases());
}

TEST_CASE("what the server is sent, it must have room for" * test_support::http2_itself) {
  asio_httpd::router routes;
  routes.post("/", [](const asio_httpd::request& r) { return std::to_string(r.body().size()); });
  server_harness h(std::move(routes));
  client c(h.connect());
  c.start();
  const std::uint32_t window = c.peer(setting::initial_window_size, default_window);
  std::string all = post(1);
  // More than the window of the stream, in one go: nobody could have given any of it back.
  for (std::uint32_t size = 0; size <= window; size += default_frame_size) {
    all += data(1, std::string(default_frame_size, 'x'), flag::none);
  }
  c.send(all);
  const bool was_given_back = c.find(frame_type::window_update, 1) != nullptr;
  CHECK((was_given_back || c.reset_code(1) == flow_control_error ||
         c.goaway_code() == flow_control_error || c.status(1) == 413));
}
