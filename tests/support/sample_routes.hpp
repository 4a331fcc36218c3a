// SPDX-License-Identifier: BSL-1.0
//
// Routes as a REST service has them, as many as wanted, where finding a route is measured.

#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace test_support {

struct route_text {
  std::string pattern;
  std::string example;
};

// Five resources of a REST service for each of 200 names.
inline route_text make_route(std::size_t number) {
  constexpr std::array<std::string_view, 8> areas{"users",   "orders", "articles", "invoices",
                                                  "devices", "teams",  "projects", "reports"};
  const std::size_t name = number / 5;
  const std::string base = "/api/v" + std::to_string(name % 3) + "/" +
                           std::string(areas[name % 8]) + std::to_string(name);
  switch (number % 5) {
    case 0:
      return {base, base};
    case 1:
      return {base + "/recent/summary.json", base + "/recent/summary.json"};
    case 2:
      return {base + "/{id:int}", base + "/1234567"};
    case 3:
      return {base + "/{id}/comments/{comment}", base + "/a81bc81b/comments/99"};
    default:
      return {base + "/files/{rest...}", base + "/files/images/2024/portrait.png"};
  }
}

}  // namespace test_support
