// SPDX-License-Identifier: BSL-1.0
//
// The field Priority (RFC 9218 section 4).

#include "http2/priority.hpp"

#include <doctest/doctest.h>

#include <string_view>

using asio_httpd::http2::parse_priority;
using asio_httpd::http2::priority;

TEST_CASE("a priority is read member by member; what means nothing is passed over") {
  struct row {
    std::string_view value;
    priority expected;
  };
  const row rows[] = {
      {"", {3, false}},           {"u=0", {0, false}},        {"u=7, i", {7, true}},
      {"i", {3, true}},           {"i=?1", {3, true}},        {"i, i=?0", {3, false}},
      {"u=5;q=1,i;x", {5, true}}, {"  u=1 ,  i ", {1, true}}, {"u=8", {3, false}},
      {"u=-1", {3, false}},       {"u=10", {3, false}},       {"u", {3, false}},
      {"U=1, I", {3, false}},     {"x=1, u=2", {2, false}},   {"u=1, u=6", {6, false}},
  };
  for (const row& r : rows) {
    CAPTURE(r.value);
    CHECK(parse_priority(r.value) == r.expected);
  }
}
