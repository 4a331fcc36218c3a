// SPDX-License-Identifier: BSL-1.0
//
// SETTINGS (RFC 9113 section 6.5).

#include <doctest/doctest.h>

#include <string>

#include "support/carried.hpp"
#include "support/http2_cases.hpp"
#include "support/server_harness.hpp"

using namespace test_support;
using namespace test_support::http2;
using enum test_support::http2::error_code;

conformance_cases test_support::http2::settings_cases() {
  return {
      {"generic/3.5/1",
       "6.5",
       "SETTINGS",
       {settings({{setting::header_table_size, 4096},
                  {setting::enable_push, 1},
                  {setting::max_concurrent_streams, 100},
                  {setting::initial_window_size, default_window},
                  {setting::max_frame_size, default_frame_size},
                  {setting::max_header_list_size, 100}})},
       settings_acknowledged(2)},
      {"http2/6.5/1",
       "6.5",
       "an acknowledgement with content",
       {frame(frame_type::settings, flag::ack, 0, std::string(1, '\0'))},
       connection_error({frame_size_error})},
      {"http2/6.5/2",
       "6.5",
       "SETTINGS on a stream",
       {frame(frame_type::settings, 0, 1, std::string("\0\x03\0\0\0\x64", 6))},
       connection_error({protocol_error})},
      {"http2/6.5/3",
       "6.5",
       "SETTINGS of no multiple of 6",
       {frame(frame_type::settings, 0, 0, std::string("\0\x03\0\0\0\x64\0\x02\0", 9))},
       connection_error({frame_size_error})},

      {"http2/6.5.2/1",
       "6.5.2",
       "SETTINGS_ENABLE_PUSH of 2",
       {settings({{setting::enable_push, 2}})},
       connection_error({protocol_error})},
      {"http2/6.5.2/2",
       "6.5.2",
       "SETTINGS_INITIAL_WINDOW_SIZE above 2^31-1",
       {settings({{setting::initial_window_size, largest_window + 1}})},
       connection_error({flow_control_error})},
      {"http2/6.5.2/3",
       "6.5.2",
       "SETTINGS_MAX_FRAME_SIZE below 2^14",
       {settings({{setting::max_frame_size, default_frame_size - 1}})},
       connection_error({protocol_error})},
      {"http2/6.5.2/4",
       "6.5.2",
       "SETTINGS_MAX_FRAME_SIZE above 2^24-1",
       {settings({{setting::max_frame_size, 1U << 24}})},
       connection_error({protocol_error})},
      {"http2/6.5.2/5", "6.5.2", "an unknown setting", {settings({{setting(0xff), 1}})}, goes_on()},
      {"ours",
       "RFC 8441 3",
       "SETTINGS_ENABLE_CONNECT_PROTOCOL of a client",
       {settings({{setting::enable_connect_protocol, 1}})},
       goes_on()},
      {"ours",
       "6.5.2",
       "all settings at their ends",
       {settings({{setting::header_table_size, 0xffff'ffff},
                  {setting::max_concurrent_streams, 0},
                  {setting::initial_window_size, largest_window},
                  {setting::max_frame_size, (1U << 24) - 1},
                  {setting::max_header_list_size, 0xffff'ffff}}) +
        get(1)},
       answered_with(200)},
      {"ours",
       "6.5.2",
       "no table for fields",
       {settings({{setting::header_table_size, 0}}) + get(1)},
       answered_with(200)},

      {"http2/6.5.3/1",
       "6.5.3",
       "the last of two values counts",
       {settings({{setting::initial_window_size, 100}, {setting::initial_window_size, 1}}), get(1)},
       first_data(1)},
      {"http2/6.5.3/2",
       "6.5.3",
       "SETTINGS are acknowledged",
       {settings({{setting::enable_push, 0}})},
       settings_acknowledged(2)},
      {"ours",
       "6.5.3",
       "each of them is",
       {settings({}) + settings({}) + settings({})},
       settings_acknowledged(4)},
  };
}

TEST_CASE("HTTP/2 settings" * test_support::http2_itself) {
  check(settings_cases());
}
