// SPDX-License-Identifier: BSL-1.0

#include "features/natural_order.hpp"

#include <doctest/doctest.h>

#include <compare>
#include <random>
#include <string>
#include <vector>

using asio_httpd::features::compare_natural;

TEST_CASE("names in the order in which people look for them") {
  const std::vector<std::string> sorted = {"",
                                           "a",
                                           "A b",
                                           "a01",
                                           "a1",
                                           "a2",
                                           "A10",
                                           "a10b",
                                           "a00011",
                                           "aB",
                                           "ab",
                                           "b",
                                           "page 9",
                                           "Page 10",
                                           "page 99999999999999999998",
                                           "page 99999999999999999999",
                                           "z",
                                           "\xc3\xa9"};
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    for (std::size_t j = 0; j < sorted.size(); ++j) {
      CAPTURE(sorted[i]);
      CAPTURE(sorted[j]);
      CHECK(compare_natural(sorted[i], sorted[j]) == (i <=> j));
    }
  }
}

TEST_CASE("it is a strict order, whatever the names") {
  std::mt19937 random(1);
  const auto any = [&random] {
    std::string made;
    for (auto n = random() % 6; n > 0; --n) made += "0019aAb-\xff~"[random() % 10];
    return made;
  };
  for (int i = 0; i < 20'000; ++i) {
    const std::string a = any();
    const std::string b = any();
    const std::string c = any();
    CAPTURE(a);
    CAPTURE(b);
    CAPTURE(c);
    CHECK((compare_natural(a, b) == 0) == (a == b));
    CHECK(compare_natural(a, b) == (0 <=> compare_natural(b, a)));
    if (compare_natural(a, b) < 0 && compare_natural(b, c) < 0) CHECK(compare_natural(a, c) < 0);
  }
}
