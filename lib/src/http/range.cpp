// SPDX-License-Identifier: BSL-1.0
//
// The Range field; see the header.

#include <asio_httpd/range.hpp>

#include <algorithm>
#include <limits>

#include "base/ascii.hpp"

namespace asio_httpd {

namespace {

constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();

enum class spec : std::uint8_t { malformed, unsatisfiable, beyond_expression, satisfiable };

// 1*DIGIT. A number that does not fit is larger than any representation, so the largest will do.
bool parse_position(std::string_view text, std::uint64_t& out) noexcept {
  if (base::parse_decimal(text, out)) return true;
  out = largest;
  return !text.empty() && std::all_of(text.begin(), text.end(), base::is_digit);
}

// "-N": the last N bytes.
spec read_suffix(std::string_view length_text, std::uint64_t size, byte_range& out) noexcept {
  std::uint64_t length = 0;
  if (!parse_position(length_text, length)) return spec::malformed;
  if (length == 0) return spec::unsatisfiable;
  if (size == 0) return spec::beyond_expression;
  out = {size - std::min(length, size), size - 1};
  return spec::satisfiable;
}

// "A-B" or "A-".
spec read_interval(std::string_view first_text, std::string_view last_text, std::uint64_t size,
                   byte_range& out) noexcept {
  std::uint64_t first = 0;
  std::uint64_t last = largest;
  if (!parse_position(first_text, first)) return spec::malformed;
  if (!last_text.empty() && !parse_position(last_text, last)) return spec::malformed;
  if (last < first) return spec::malformed;
  if (first >= size) return spec::unsatisfiable;
  out = {first, std::min(last, size - 1)};
  return spec::satisfiable;
}

spec read_spec(std::string_view text, std::uint64_t size, byte_range& out) noexcept {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return spec::malformed;
  const std::string_view after = text.substr(dash + 1);
  return dash == 0 ? read_suffix(after, size, out)
                   : read_interval(text.substr(0, dash), after, size, out);
}

// Cuts "bytes=" off; false for any other unit.
bool strip_unit(std::string_view& value) noexcept {
  const std::size_t equals = value.find('=');
  if (equals == std::string_view::npos || !base::iequals(value.substr(0, equals), "bytes")) {
    return false;
  }
  value.remove_prefix(equals + 1);
  return true;
}

// Reads one spec after the other, and stops at the first that spoils the whole set.
class collector {
 public:
  collector(std::uint64_t size, byte_range_set& out) noexcept : size_(size), out_(out) {}

  bool operator()(std::string_view text) noexcept {
    if (++seen_ > max_byte_ranges) return false;
    byte_range range;
    const spec kind = read_spec(text, size_, range);
    if (kind == spec::satisfiable) out_.push_back(range);
    return kind != spec::malformed && kind != spec::beyond_expression;
  }

  bool any() const noexcept { return seen_ != 0; }

 private:
  std::uint64_t size_;
  byte_range_set& out_;
  std::size_t seen_ = 0;
};

}  // namespace

byte_range_result select_byte_ranges(std::string_view field_value, std::uint64_t size,
                                     byte_range_set& out) noexcept {
  out.clear();
  collector collect(size, out);
  if (!strip_unit(field_value) || !base::for_each_element(field_value, collect) || !collect.any()) {
    out.clear();
    return byte_range_result::ignored;
  }
  return out.empty() ? byte_range_result::unsatisfiable : byte_range_result::satisfiable;
}

void coalesce(byte_range_set& ranges, std::uint64_t gap) noexcept {
  if (ranges.empty()) return;
  std::sort(ranges.begin(), ranges.end(),
            [](const byte_range& a, const byte_range& b) { return a.first < b.first; });
  byte_range* kept = ranges.begin();
  for (const byte_range& next : ranges) {
    // Differences only: a sum could wrap.
    const bool joins = next.first <= kept->last || next.first - kept->last - 1 <= gap;
    if (joins) {
      kept->last = std::max(kept->last, next.last);
    } else {
      *++kept = next;
    }
  }
  ranges.truncate(static_cast<std::size_t>(kept - ranges.begin()) + 1);
}

std::optional<byte_range> single_range(byte_range_set ranges, std::uint64_t gap) noexcept {
  coalesce(ranges, gap);
  if (ranges.size() != 1) return std::nullopt;
  return ranges[0];
}

}  // namespace asio_httpd
