// SPDX-License-Identifier: BSL-1.0

#include "features/civil_time.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>

using asio_httpd::features::rfc3339;

TEST_CASE("times as RFC 3339 has them") {
  CHECK(rfc3339(0) == "1970-01-01T00:00:00Z");
  CHECK(rfc3339(784'111'777) == "1994-11-06T08:49:37Z");
  CHECK(rfc3339(1'709'251'199) == "2024-02-29T23:59:59Z");
  CHECK(rfc3339(-1) == "1969-12-31T23:59:59Z");
}

TEST_CASE("times that no text of that size can tell") {
  CHECK(rfc3339(std::numeric_limits<std::int64_t>::max()) == "9999-12-31T23:59:59Z");
  CHECK(rfc3339(std::numeric_limits<std::int64_t>::min()) == "0000-01-01T00:00:00Z");
}
