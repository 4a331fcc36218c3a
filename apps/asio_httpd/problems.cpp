// SPDX-License-Identifier: BSL-1.0
//
// The list of problems.

#include "problems.hpp"

#include <algorithm>
#include <utility>

namespace asio_httpd::app {

void problems::add(place where, std::string what) {
  all_.push_back({std::move(where), std::move(what)});
}

void problems::sort_by_line() {
  std::stable_sort(all_.begin(), all_.end(),
                   [](const problem& a, const problem& b) { return a.where.line < b.where.line; });
}

std::ostream& operator<<(std::ostream& to, const problems& p) {
  for (const problem& each : p.all()) {
    to << "asio_httpd: ";
    if (!each.where.name.empty()) to << each.where.text() << ": ";
    to << each.what << '\n';
  }
  return to;
}

}  // namespace asio_httpd::app
