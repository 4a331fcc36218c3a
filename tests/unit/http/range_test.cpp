// SPDX-License-Identifier: BSL-1.0
//
// The Range field: what is asked for, what is refused, and that no number wraps.

#include <asio_httpd/range.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

using namespace asio_httpd;

namespace {

using ranges = std::vector<byte_range>;

constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();

byte_range_result result_of(std::string_view value, std::uint64_t size) {
  byte_range_set out;
  const byte_range_result result = select_byte_ranges(value, size, out);
  CHECK(out.empty() == (result != byte_range_result::satisfiable));
  return result;
}

ranges selected(std::string_view value, std::uint64_t size) {
  byte_range_set out;
  CHECK(select_byte_ranges(value, size, out) == byte_range_result::satisfiable);
  return {out.begin(), out.end()};
}

byte_range_set set_of(const ranges& items) {
  byte_range_set set;
  for (const byte_range& item : items) REQUIRE(set.push_back(item));
  return set;
}

ranges coalesced(const ranges& items, std::uint64_t gap = 0) {
  byte_range_set set = set_of(items);
  coalesce(set, gap);
  return {set.begin(), set.end()};
}

std::string repeated(std::string_view spec, std::size_t count) {
  std::string value = "bytes=";
  for (std::size_t i = 0; i < count; ++i) value.append(i == 0 ? "" : ",").append(spec);
  return value;
}

// A small generator: the same inputs in each run.
class random_source {
 public:
  unsigned next(unsigned below) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<unsigned>(state_ >> 33U) % below;
  }

 private:
  std::uint64_t state_ = 2011;
};

}  // namespace

TEST_CASE("intervals") {
  CHECK(selected("bytes=0-0", 10) == ranges{{0, 0}});
  CHECK(selected("bytes=0-9", 10) == ranges{{0, 9}});
  CHECK(selected("bytes=2-", 10) == ranges{{2, 9}});
  CHECK(selected("bytes=9-", 10) == ranges{{9, 9}});
  CHECK(selected("bytes=5-1000", 10) == ranges{{5, 9}});
  CHECK(selected("bytes=0005-0007", 10) == ranges{{5, 7}});
}

TEST_CASE("suffixes") {
  CHECK(selected("bytes=-1", 10) == ranges{{9, 9}});
  CHECK(selected("bytes=-10", 10) == ranges{{0, 9}});
  CHECK(selected("bytes=-11", 10) == ranges{{0, 9}});
}

TEST_CASE("the unit is bytes in any case, and no other") {
  CHECK(selected("BYTES=0-1", 10) == ranges{{0, 1}});
  CHECK(selected("Bytes=0-1", 10) == ranges{{0, 1}});
  for (const std::string_view other :
       {"items=0-5", "byte=0-5", "bytess=0-5", "=0-5", "0-5", "bytes", "bytes 0-5", "bytes =0-5",
        " bytes=0-5", "", "none"}) {
    CAPTURE(other);
    CHECK(result_of(other, 10) == byte_range_result::ignored);
  }
}

TEST_CASE("lists keep the order of the request; empty elements and white space are skipped") {
  CHECK(selected("bytes=0-0,-1", 10) == ranges{{0, 0}, {9, 9}});
  CHECK(selected("bytes=7-8, 1-2", 10) == ranges{{7, 8}, {1, 2}});
  CHECK(selected("bytes= , 0-1,,\t2-3 , ,", 10) == ranges{{0, 1}, {2, 3}});
  CHECK(selected("bytes= 0-1 ", 10) == ranges{{0, 1}});
}

TEST_CASE("what does not exist is left out while something does") {
  CHECK(selected("bytes=15-,0-5", 10) == ranges{{0, 5}});
  CHECK(selected("bytes=0-1,-0", 10) == ranges{{0, 1}});
}

TEST_CASE("nothing exists: unsatisfiable") {
  for (const std::string_view value :
       {"bytes=10-", "bytes=10-10", "bytes=10-11", "bytes=100-1000", "bytes=-0", "bytes=-00",
        "bytes=10-,20-30", "bytes=-0,10-"}) {
    CAPTURE(value);
    CHECK(result_of(value, 10) == byte_range_result::unsatisfiable);
  }
}

TEST_CASE("an empty representation") {
  CHECK(result_of("bytes=0-", 0) == byte_range_result::unsatisfiable);
  CHECK(result_of("bytes=0-0", 0) == byte_range_result::unsatisfiable);
  CHECK(result_of("bytes=-0", 0) == byte_range_result::unsatisfiable);
  CHECK(result_of("bytes=-5", 0) == byte_range_result::ignored);
  CHECK(result_of("bytes=0-,-5", 0) == byte_range_result::ignored);
}

TEST_CASE("one malformed element spoils the whole") {
  for (const std::string_view spec :
       {"",       " ",       ",",    " , ,", "-",       "--",      "7",         "x",
        "x-",     "-x",      "5-x",  "x-5",  "0x1-2",   "1-0x2",   "5-4",       "--5",
        "4--3",   "1-2-3",   "+1-2", "1-+2", "1 -2",    "1- 2",    "- 5",       "1.0-2",
        "1_0-20", "\"1-2\"", "\"",   "*",    "1-2;3-4", "1-2 3-4", "bytes=1-2", "\xb9-\xb2"}) {
    CAPTURE(spec);
    CHECK(result_of("bytes=" + std::string(spec), 10) == byte_range_result::ignored);
    if (spec.find_first_not_of(" ,") == std::string_view::npos) continue;
    CHECK(result_of("bytes=0-1," + std::string(spec), 10) == byte_range_result::ignored);
    CHECK(result_of("bytes=" + std::string(spec) + ",0-1", 10) == byte_range_result::ignored);
  }
  CHECK(result_of(std::string_view("bytes=1-2\0", 10), 10) == byte_range_result::ignored);
}

TEST_CASE("threat 15: ranges overflow and overlap") {
  CHECK(selected("bytes=0-18446744073709551615", 1000) == ranges{{0, 999}});
  CHECK(selected("bytes=0-18446744073709551616", 1000) == ranges{{0, 999}});
  CHECK(selected("bytes=0-99999999999999999999999999999999999999999", 1000) == ranges{{0, 999}});
  CHECK(selected("bytes=-18446744073709551615", 1000) == ranges{{0, 999}});
  CHECK(selected("bytes=-18446744073709551616", 1000) == ranges{{0, 999}});
  CHECK(selected("bytes=-9223372036854775807,-9223372036854775807", 1000) ==
        ranges{{0, 999}, {0, 999}});
  CHECK(result_of("bytes=18446744073709551615-", 1000) == byte_range_result::unsatisfiable);
  CHECK(result_of("bytes=18446744073709551616-", 1000) == byte_range_result::unsatisfiable);
  CHECK(result_of("bytes=9223372036854775807-", 1000) == byte_range_result::unsatisfiable);
  CHECK(result_of("bytes=18446744073709551616-0", 1000) == byte_range_result::ignored);
  CHECK(selected("bytes=0-", largest) == ranges{{0, largest - 1}});
  CHECK(selected("bytes=-18446744073709551616", largest) == ranges{{0, largest - 1}});
  CHECK(result_of("bytes=18446744073709551616-", largest) == byte_range_result::unsatisfiable);
}

TEST_CASE("threat 15: many ranges are bounded") {
  CHECK(selected(repeated("0-", max_byte_ranges), 1000).size() == max_byte_ranges);
  CHECK(result_of(repeated("0-", max_byte_ranges + 1), 1000) == byte_range_result::ignored);
  CHECK(result_of(repeated("0-", 1300), 1000) == byte_range_result::ignored);
  // Those that do not exist count too: they cost the same work.
  CHECK(result_of(repeated("2000-", max_byte_ranges), 1000) == byte_range_result::unsatisfiable);
  CHECK(result_of(repeated("2000-", max_byte_ranges + 1), 1000) == byte_range_result::ignored);
  // Empty elements are no ranges.
  CHECK(selected("bytes=" + std::string(5000, ',') + "0-1", 10) == ranges{{0, 1}});
}

TEST_CASE("a full set takes no more") {
  byte_range_set set;
  for (std::size_t i = 0; i < max_byte_ranges; ++i) CHECK(set.push_back({i, i}));
  CHECK_FALSE(set.push_back({99, 99}));
  CHECK(set.size() == max_byte_ranges);
}

TEST_CASE("coalesce joins what overlaps or touches") {
  CHECK(coalesced({}).empty());
  CHECK(coalesced({{3, 5}}) == ranges{{3, 5}});
  CHECK(coalesced({{0, 1}, {2, 3}}) == ranges{{0, 3}});
  CHECK(coalesced({{0, 1}, {3, 4}}) == ranges{{0, 1}, {3, 4}});
  CHECK(coalesced({{0, 9}, {2, 3}}) == ranges{{0, 9}});
  CHECK(coalesced({{4, 9}, {0, 5}}) == ranges{{0, 9}});
  CHECK(coalesced({{8, 8}, {0, 0}, {4, 4}}) == ranges{{0, 0}, {4, 4}, {8, 8}});
  CHECK(coalesced({{0, 9}, {0, 9}, {0, 9}}) == ranges{{0, 9}});
  CHECK(coalesced({{0, 9}, {1, 2}, {5, 20}, {30, 31}}) == ranges{{0, 20}, {30, 31}});
}

TEST_CASE("coalesce bridges gaps up to the one given") {
  CHECK(coalesced({{0, 0}, {81, 90}}, 80) == ranges{{0, 90}});
  CHECK(coalesced({{0, 0}, {82, 90}}, 80) == ranges{{0, 0}, {82, 90}});
  CHECK(coalesced({{0, 0}, {largest, largest}}, largest) == ranges{{0, largest}});
  CHECK(coalesced({{0, largest}, {5, largest}}) == ranges{{0, largest}});
}

TEST_CASE("single_range is there when one range answers all") {
  CHECK(single_range(set_of({{3, 5}})) == byte_range{3, 5});
  CHECK(single_range(set_of({{500, 700}, {601, 999}})) == byte_range{500, 999});
  CHECK_FALSE(single_range(set_of({{0, 0}, {9999, 9999}})));
  CHECK_FALSE(single_range(set_of({{0, 0}, {2, 2}})));
  CHECK(single_range(set_of({{0, 0}, {2, 2}}), multipart_overhead) == byte_range{0, 2});
  CHECK_FALSE(single_range(byte_range_set{}));
}

TEST_CASE("length counts both ends") {
  CHECK(byte_range{0, 0}.length() == 1);
  CHECK(byte_range{5, 9}.length() == 5);
}

TEST_CASE("coalescing keeps the bytes asked for and adds none") {
  random_source random;
  for (int round = 0; round < 3000; ++round) {
    byte_range_set set;
    std::vector<bool> wanted(64, false);
    const unsigned count = random.next(max_byte_ranges) + 1;
    for (unsigned i = 0; i < count; ++i) {
      const unsigned first = random.next(64);
      const unsigned last = std::min(63U, first + random.next(8));
      set.push_back({first, last});
      std::fill(wanted.begin() + first, wanted.begin() + last + 1, true);
    }
    coalesce(set);
    std::vector<bool> have(64, false);
    std::uint64_t after_previous = 0;
    for (const byte_range& range : set) {
      if (after_previous != 0 && range.first <= after_previous) FAIL("not disjoint, not in order");
      for (std::uint64_t at = range.first; at <= range.last; ++at) have[at] = true;
      after_previous = range.last + 1;
    }
    if (have != wanted) FAIL("round " << round);
  }
}

TEST_CASE("random field values: every selected range lies within the representation") {
  random_source random;
  const std::string_view alphabet = "0123456789-,, \t=x\"";
  for (int round = 0; round < 20000; ++round) {
    std::string value = "bytes=";
    const unsigned length = random.next(40);
    for (unsigned i = 0; i < length; ++i) value += alphabet[random.next(18)];
    const std::vector<char> exact(value.begin(), value.end());
    const std::uint64_t size = random.next(200);
    byte_range_set out;
    const auto result = select_byte_ranges({exact.data(), exact.size()}, size, out);
    if ((result == byte_range_result::satisfiable) != !out.empty()) FAIL(value);
    for (const byte_range& range : out) {
      if (range.first > range.last || range.last >= size) FAIL(value);
    }
  }
}
