// SPDX-License-Identifier: BSL-1.0

#include "units.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace asio_httpd::app;
using namespace std::chrono_literals;

TEST_CASE("durations") {
  CHECK(parse_duration("500ms") == 500ms);
  CHECK(parse_duration("10s") == 10s);
  CHECK(parse_duration("1.5s") == 1500ms);
  CHECK(parse_duration("2m") == 2min);
  CHECK(parse_duration("1h") == 1h);
  CHECK(parse_duration("3") == 3s);
  CHECK(parse_duration("0.25") == 250ms);
  CHECK(parse_duration("10 s") == 10s);
  CHECK(parse_duration("0") == 0s);
}

TEST_CASE("what is no duration") {
  for (auto text : {"", "s", "10x", "10ss", "-1s", "1e3s", "1.2.3s", "10  s", "10s ", " 10s", "+1s",
                    "inf", "nan", "0x10", "99999999999999999999999999h", "1d"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text));
  }
  CHECK_FALSE(duration_from_seconds(-1));
  CHECK_FALSE(duration_from_seconds(1e300));
  CHECK_FALSE(duration_from_seconds(std::numeric_limits<double>::quiet_NaN()));
}

TEST_CASE("durations are printed in the largest unit") {
  CHECK(format_duration(0ms) == "0s");
  CHECK(format_duration(1ms) == "1ms");
  CHECK(format_duration(1500ms) == "1500ms");
  CHECK(format_duration(10s) == "10s");
  CHECK(format_duration(60s) == "1m");
  CHECK(format_duration(24h) == "24h");
}

TEST_CASE("sizes") {
  CHECK(parse_size("0") == 0u);
  CHECK(parse_size("16384") == 16384u);
  CHECK(parse_size("16KiB") == 16384u);
  CHECK(parse_size("1 MiB") == 1048576u);
  CHECK(parse_size("2GiB") == 2147483648u);
  CHECK(parse_size("18446744073709551615") == std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("what is no size") {
  for (auto text : {"", "KiB", "1.5KiB", "-1", "1kb", "1KB", "16K", "16 KiB ",
                    "18446744073709551616", "18014398509481984KiB", "17179869184GiB"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_size(text));
  }
}

TEST_CASE("sizes are printed in the largest unit that holds them whole") {
  CHECK(format_size(0) == "0");
  CHECK(format_size(1000) == "1000");
  CHECK(format_size(1024) == "1KiB");
  CHECK(format_size(1536 * 1024) == "1536KiB");
  CHECK(format_size(1 << 30) == "1GiB");
}

TEST_CASE("modes are octal") {
  CHECK(parse_mode("0660") == 0660u);
  CHECK(parse_mode("777") == 0777u);
  CHECK(format_mode(0660) == "0660");
  CHECK(format_mode(0) == "00");
  for (auto text : {"", "0888", "1777", "-1", "0x1f", "rw"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_mode(text));
  }
}
