// SPDX-License-Identifier: BSL-1.0
//
// HTTP-date: the three forms, the calendar against a day-by-day count, and the two-digit year.

#include <asio_httpd/date.hpp>

#include <doctest/doctest.h>

#include <cctype>
#include <cstdio>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

using namespace asio_httpd;

namespace {

std::string formatted(std::int64_t seconds) {
  std::string out(http_date_size, '?');
  format_http_date(seconds, out.data());
  return out;
}

constexpr std::int64_t sample = 784111777;  // the date of RFC 9110
constexpr std::int64_t day = 86400;

std::int64_t in_2026() {
  return *parse_http_date("Fri, 02 Jan 2026 03:04:05 GMT", 0);
}

}  // namespace

TEST_CASE("format_http_date writes IMF-fixdate") {
  CHECK(formatted(sample) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(formatted(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(formatted(-1) == "Wed, 31 Dec 1969 23:59:59 GMT");
  CHECK(formatted(951782400) == "Tue, 29 Feb 2000 00:00:00 GMT");
  CHECK(formatted(2147483648) == "Tue, 19 Jan 2038 03:14:08 GMT");
  CHECK(formatted(4107542400) == "Mon, 01 Mar 2100 00:00:00 GMT");
}

TEST_CASE("format_http_date stays within four-digit years") {
  CHECK(formatted(std::numeric_limits<std::int64_t>::max()) == "Fri, 31 Dec 9999 23:59:59 GMT");
  CHECK(formatted(std::numeric_limits<std::int64_t>::min()) == "Sat, 01 Jan 0000 00:00:00 GMT");
}

TEST_CASE("format_http_date writes 29 bytes and not one more") {
  std::vector<char> exact(http_date_size + 1, '#');
  format_http_date(sample, exact.data());
  CHECK(exact.back() == '#');
}

TEST_CASE("the three forms mean the same") {
  CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == sample);
  CHECK(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT") == sample);
  CHECK(parse_http_date("Sun Nov  6 08:49:37 1994") == sample);
  CHECK(parse_http_date("Sun Nov 16 08:49:37 1994") == sample + 10 * day);
}

TEST_CASE("writing and reading agree on each day from 1900 to 2400") {
  static const char* const names[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  static const char* const month_names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  std::int64_t at = -25567 * day;  // 1900-01-01, a Monday
  std::size_t weekday = 0;
  for (int year = 1900; year < 2400; ++year) {
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    for (int month = 0; month < 12; ++month) {
      const int length = lengths[month] + (month == 1 && leap ? 1 : 0);
      for (int d = 1; d <= length; ++d) {
        char text[80];
        std::snprintf(text, sizeof text, "%s, %02d %s %04d 12:34:56 GMT", names[weekday], d,
                      month_names[month], year);
        const std::int64_t seconds = at + 45296;
        if (formatted(seconds) != text) FAIL(text << " written as " << formatted(seconds));
        if (parse_http_date(text, 0) != seconds) FAIL(text << " misread");
        at += day;
        weekday = (weekday + 1) % 7;
      }
    }
  }
}

TEST_CASE("each second of a day survives the round trip") {
  for (std::int64_t s = 0; s < day; ++s) {
    if (parse_http_date(formatted(s), 0) != s) FAIL("second " << s);
  }
}

TEST_CASE("dates that do not exist are refused") {
  for (const std::string_view bad :
       {"Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
        "Sun, 32 Oct 1994 08:49:37 GMT", "Sun, 29 Feb 1900 08:49:37 GMT",
        "Sun, 29 Feb 1995 08:49:37 GMT", "Sun, 30 Feb 2000 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 23:60:00 GMT",
        "Sun, 06 Nov 1994 23:59:61 GMT", "Sunday, 31-Nov-94 08:49:37 GMT",
        "Sunday, 00-Nov-94 08:49:37 GMT", "Sunday, 99-Nov-94 08:49:37 GMT",
        "Sunday, 06-Nov-94 25:49:37 GMT", "Sun Nov 31 08:49:37 1994", "Sun Nov  0 08:49:37 1994",
        "Sun Nov 00 08:49:37 1994", "Sun Nov  6 08:60:37 1994"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_http_date(bad, in_2026()));
  }
}

TEST_CASE("what is not the grammar is refused") {
  for (const std::string_view bad : {"",
                                     " ",
                                     "0",
                                     "784111777",
                                     "Sun",
                                     "Sun,",
                                     "sun, 06 Nov 1994 08:49:37 GMT",
                                     "SUN, 06 Nov 1994 08:49:37 GMT",
                                     "Sun, 06 nov 1994 08:49:37 GMT",
                                     "Sun, 6 Nov 1994 08:49:37 GMT",
                                     "Sun,  6 Nov 1994 08:49:37 GMT",
                                     "Sun, 06 Nov 1994 08:49:37",
                                     "Sun, 06 Nov 1994 08:49:37 gmt",
                                     "Sun, 06 Nov 1994 08:49:37 UTC",
                                     "Sun, 06 Nov 1994 08:49:37 GMT ",
                                     " Sun, 06 Nov 1994 08:49:37 GMT",
                                     "Sun, 06 Nov 1994 08:49:37 GMT, x",
                                     "Sun, 06 Nov 1994 8:49:37 GMT",
                                     "Sun, 06 Nov 1994 08:49 GMT",
                                     "Sun, 06 Nov 94 08:49:37 GMT",
                                     "Sun, 06 Nov 19945 08:49:37 GMT",
                                     "Sun, +6 Nov 1994 08:49:37 GMT",
                                     "Sun, 06 Nov -994 08:49:37 GMT",
                                     "Sun 06 Nov 1994 08:49:37 GMT",
                                     "Sun,06 Nov 1994 08:49:37 GMT",
                                     "Xyz, 06 Nov 1994 08:49:37 GMT",
                                     "Sun, 06-Nov-1994 08:49:37 GMT",
                                     "Sun, 06-Nov-94 08:49:37 GMT",
                                     "Sunday, 06 Nov 1994 08:49:37 GMT",
                                     "Sunday, 06-Nov-1994 08:49:37 GMT",
                                     "Sunday, 6-Nov-94 08:49:37 GMT",
                                     "Sun Nov 6 08:49:37 1994",
                                     "Sun Nov  16 08:49:37 1994",
                                     "Sun Nov  6 08:49:37 1994 GMT",
                                     "Sun Nov  6 08:49:37 94",
                                     "Sunday Nov  6 08:49:37 1994"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_http_date(bad, in_2026()));
  }
}

TEST_CASE("the name of the day must be one, not the right one") {
  CHECK(parse_http_date("Mon, 06 Nov 1994 08:49:37 GMT", 0) == sample);
}

TEST_CASE("the leap second is the second after") {
  CHECK(parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT", 0) ==
        parse_http_date("Sun, 01 Jan 2017 00:00:00 GMT", 0));
}

TEST_CASE("a two-digit year more than 50 years ahead is in the past") {
  const auto year_of = [](std::string_view text, std::int64_t now) {
    const auto parsed = parse_http_date(text, now);
    REQUIRE(parsed);
    return formatted(*parsed).substr(7, 9);
  };
  const std::int64_t now = in_2026();
  CHECK(year_of("Friday, 02-Jan-26 03:04:05 GMT", now) == " Jan 2026");
  CHECK(year_of("Friday, 02-Jan-70 03:04:05 GMT", now) == " Jan 2070");
  CHECK(year_of("Friday, 02-Jan-76 03:04:05 GMT", now) == " Jan 2076");  // 50 years to the second
  CHECK(year_of("Friday, 02-Jan-76 03:04:06 GMT", now) == " Jan 1976");
  CHECK(year_of("Friday, 02-Jan-99 03:04:05 GMT", now) == " Jan 1999");
  CHECK(year_of("Friday, 02-Jan-00 03:04:05 GMT", now) == " Jan 2000");
  CHECK(year_of("Friday, 02-Jan-50 03:04:05 GMT",
                *parse_http_date("Fri, 01 Jan 1999 00:00:00 GMT", 0)) == " Jan 1950");
}

TEST_CASE("a two-digit year is checked in the century it belongs to") {
  const std::int64_t now = in_2026();
  CHECK(parse_http_date("Tuesday, 29-Feb-00 00:00:00 GMT", now) == 951782400);
  CHECK_FALSE(parse_http_date("Tuesday, 29-Feb-99 00:00:00 GMT", now));
}

TEST_CASE("an absurd clock does not matter") {
  for (const std::int64_t now :
       {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    CHECK(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", now).has_value());
  }
}

TEST_CASE("dates cut anywhere and with any byte changed stay within the text") {
  for (const std::string_view whole :
       {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994"}) {
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
      const std::vector<char> exact(whole.begin(),
                                    whole.begin() + static_cast<std::ptrdiff_t>(cut));
      CHECK_FALSE(parse_http_date({exact.data(), exact.size()}, 0));
    }
    for (std::size_t at = 0; at < whole.size(); ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::vector<char> exact(whole.begin(), whole.end());
        exact[at] = static_cast<char>(byte);
        const auto parsed = parse_http_date({exact.data(), exact.size()}, in_2026());
        const bool alnum = byte == ' ' || (byte < 0x80 && std::isalnum(byte) != 0);
        if (parsed && byte != whole[at] && !alnum) FAIL(whole << " with " << byte << " at " << at);
      }
    }
  }
}
