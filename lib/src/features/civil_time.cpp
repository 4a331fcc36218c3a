// SPDX-License-Identifier: BSL-1.0
//
// Dates and clocks by <chrono>; see the header.

#include "features/civil_time.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace asio_httpd::features {

civil_time civil_from(std::int64_t unix_time) noexcept {
  using namespace std::chrono;
  const std::int64_t within =
      std::clamp(unix_time, std::int64_t{-62'167'219'200}, std::int64_t{253'402'300'799});
  const sys_seconds time{seconds(within)};
  const auto date = floor<days>(time);
  const year_month_day ymd(date);
  const hh_mm_ss clock(time - date);
  return {static_cast<int>(ymd.year()),
          static_cast<unsigned>(ymd.month()),
          static_cast<unsigned>(ymd.day()),
          static_cast<unsigned>(clock.hours().count()),
          static_cast<unsigned>(clock.minutes().count()),
          static_cast<unsigned>(clock.seconds().count())};
}

int print_rfc3339(char* to, std::size_t size, const civil_time& t) noexcept {
  return std::snprintf(to, size, "%04d-%02u-%02uT%02u:%02u:%02uZ", t.year, t.month, t.day, t.hour,
                       t.minute, t.second);
}

std::string rfc3339(std::int64_t unix_time) {
  std::array<char, 64> text{};
  print_rfc3339(text.data(), text.size(), civil_from(unix_time));
  return text.data();
}

}  // namespace asio_httpd::features
