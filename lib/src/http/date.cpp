// SPDX-License-Identifier: BSL-1.0
//
// HTTP-date; see the header. The calendar is that of <chrono>: pure arithmetic, no time zone data.

#include <asio_httpd/date.hpp>

#include <algorithm>
#include <array>
#include <chrono>

#include "base/ascii.hpp"

namespace asio_httpd {

namespace {

using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr std::array<std::string_view, 7> short_days = {"Sun", "Mon", "Tue", "Wed",
                                                        "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 7> long_days = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

constexpr sys_days day_of(int year, unsigned month, unsigned day) noexcept {
  return sys_days{std::chrono::year{year} / static_cast<int>(month) / static_cast<int>(day)};
}

constexpr sys_seconds earliest = day_of(0, 1, 1);
constexpr sys_seconds latest = day_of(10000, 1, 1) - std::chrono::seconds{1};

constexpr sys_seconds time_of(std::int64_t unix_seconds) noexcept {
  return sys_seconds{std::chrono::seconds{std::clamp<std::int64_t>(
      unix_seconds, earliest.time_since_epoch().count(), latest.time_since_epoch().count())}};
}

// Writing: each function returns where the next byte goes.

char* put(char* out, std::string_view text) noexcept {
  return std::copy(text.begin(), text.end(), out);
}

char* put_two_digits(char* out, unsigned value) noexcept {
  *out++ = static_cast<char>('0' + value / 10);
  *out++ = static_cast<char>('0' + value % 10);
  return out;
}

char* put_date(char* out, sys_days day) noexcept {
  const std::chrono::year_month_day date{day};
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  out = put(out, short_days[std::chrono::weekday{day}.c_encoding()]);
  out = put(out, ", ");
  out = put_two_digits(out, static_cast<unsigned>(date.day()));
  out = put(out, " ");
  out = put(out, months[static_cast<unsigned>(date.month()) - 1]);
  out = put(out, " ");
  out = put_two_digits(out, year / 100);
  return put_two_digits(out, year % 100);
}

char* put_clock(char* out, unsigned second_of_day) noexcept {
  out = put_two_digits(out, second_of_day / 3600);
  out = put(out, ":");
  out = put_two_digits(out, second_of_day / 60 % 60);
  out = put(out, ":");
  return put_two_digits(out, second_of_day % 60);
}

// Reading: what the three forms have in common, in numbers.
struct fields {
  unsigned year = 0;
  unsigned month = 0;
  unsigned day = 0;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
};

// Walks over the text; each step is true when the text goes on as asked, and steps past it.
class cursor {
 public:
  explicit cursor(std::string_view rest) noexcept : rest_(rest) {}

  bool at_end() const noexcept { return rest_.empty(); }

  bool literal(std::string_view text) noexcept {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  bool number(std::size_t digits, unsigned& out) noexcept {
    std::uint64_t value = 0;
    if (rest_.size() < digits || !base::parse_decimal(rest_.substr(0, digits), value)) return false;
    rest_.remove_prefix(digits);
    out = static_cast<unsigned>(value);
    return true;
  }

  template <typename Names>
  bool name_of(const Names& names) noexcept {
    unsigned unused = 0;
    return index_of(names, unused);
  }

  bool month(unsigned& out) noexcept {
    if (!index_of(months, out)) return false;
    ++out;
    return true;
  }

  // "08:49:37"; the second may be 60 (RFC 9110 allows for the leap second).
  bool clock(fields& f) noexcept {
    return number(2, f.hour) && literal(":") && number(2, f.minute) && literal(":") &&
           number(2, f.second);
  }

  // asctime writes the day as two digits, or as a space and one.
  bool padded_day(unsigned& out) noexcept { return literal(" ") ? number(1, out) : number(2, out); }

 private:
  template <typename Names>
  bool index_of(const Names& names, unsigned& out) noexcept {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (!literal(names[i])) continue;
      out = static_cast<unsigned>(i);
      return true;
    }
    return false;
  }

  std::string_view rest_;
};

bool parse_imf_fixdate(std::string_view text, fields& f) noexcept {
  cursor at(text);
  return at.name_of(short_days) && at.literal(", ") && at.number(2, f.day) && at.literal(" ") &&
         at.month(f.month) && at.literal(" ") && at.number(4, f.year) && at.literal(" ") &&
         at.clock(f) && at.literal(" GMT") && at.at_end();
}

bool parse_rfc850(std::string_view text, fields& f) noexcept {
  cursor at(text);
  return at.name_of(long_days) && at.literal(", ") && at.number(2, f.day) && at.literal("-") &&
         at.month(f.month) && at.literal("-") && at.number(2, f.year) && at.literal(" ") &&
         at.clock(f) && at.literal(" GMT") && at.at_end();
}

bool parse_asctime(std::string_view text, fields& f) noexcept {
  cursor at(text);
  return at.name_of(short_days) && at.literal(" ") && at.month(f.month) && at.literal(" ") &&
         at.padded_day(f.day) && at.literal(" ") && at.clock(f) && at.literal(" ") &&
         at.number(4, f.year) && at.at_end();
}

// Needs a real month; a day that the month lacks runs over into the next.
sys_seconds instant(const fields& f) noexcept {
  return day_of(static_cast<int>(f.year), f.month, f.day) + std::chrono::hours{f.hour} +
         std::chrono::minutes{f.minute} + std::chrono::seconds{f.second};
}

// RFC 9110 section 5.6.7: a date that seems more than 50 years ahead lies in the past. `f.year`
// comes as two digits and leaves as four.
void place_in_century(fields& f, sys_seconds now) noexcept {
  const sys_days today = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date{today};
  const sys_seconds horizon = sys_days{date + std::chrono::years{50}} + (now - today);
  const auto this_year = static_cast<unsigned>(static_cast<int>(date.year()));
  f.year += this_year / 100 * 100;
  if (f.year >= 100 && instant(f) > horizon) f.year -= 100;
}

std::optional<std::int64_t> checked(const fields& f) noexcept {
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(f.year)},
                                         std::chrono::month{f.month}, std::chrono::day{f.day}};
  if (!date.ok() || f.hour > 23 || f.minute > 59 || f.second > 60) return std::nullopt;
  return instant(f).time_since_epoch().count();
}

std::int64_t system_seconds() noexcept {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())
      .time_since_epoch()
      .count();
}

// The clock comes as a function because only the form that browsers stopped sending needs it.
template <typename Clock>
std::optional<std::int64_t> parse_with(std::string_view text, Clock clock) noexcept {
  fields f;
  if (parse_imf_fixdate(text, f) || parse_asctime(text, f)) return checked(f);
  if (!parse_rfc850(text, f)) return std::nullopt;
  place_in_century(f, time_of(clock()));
  return checked(f);
}

}  // namespace

void format_http_date(std::int64_t unix_seconds, char* out) noexcept {
  const sys_seconds time = time_of(unix_seconds);
  const sys_days day = std::chrono::floor<std::chrono::days>(time);
  out = put_date(out, day);
  out = put(out, " ");
  out = put_clock(out, static_cast<unsigned>((time - sys_seconds{day}).count()));
  put(out, " GMT");
}

std::optional<std::int64_t> parse_http_date(std::string_view text, std::int64_t now) noexcept {
  return parse_with(text, [now] { return now; });
}

std::optional<std::int64_t> parse_http_date(std::string_view text) noexcept {
  return parse_with(text, system_seconds);
}

}  // namespace asio_httpd
