// SPDX-License-Identifier: BSL-1.0
//
// What a request for a file says, and the patterns that options have of names. Invariants: weights
// are at most 1; ranges that are answered are within the file, and hold the bytes that were asked
// for and no others but between neighbours; a pattern fits a path exactly where the simplest
// matcher says so; a digest is read or is a 400.
//
// Input: lines: Accept-Encoding, Range, a pattern, a path, Content-Digest.

#include "fuzz_input.hpp"

#include "features/byte_ranges.hpp"
#include "features/digest_field.hpp"
#include "features/name_pattern.hpp"

#include <asio_httpd/content_coding.hpp>
#include <asio_httpd/range.hpp>
#include <asio_httpd/response.hpp>

#include <bitset>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

using namespace asio_httpd;

std::string_view take_line(std::string_view& rest) {
  const std::string_view line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  return line;
}

void check_codings(std::string_view value) {
  const accepted_codings accepted = accepted_codings::of(value);
  for (std::size_t i = 0; i < content_coding_count; ++i) {
    FUZZ_REQUIRE(accepted.weight(static_cast<content_coding>(i)) <= 1000);
  }
}

constexpr std::size_t file_size = 2000;
using bytes = std::bitset<file_size>;

bytes bytes_of(const byte_range_set& ranges) {
  bytes set;
  for (const byte_range& r : ranges) {
    FUZZ_REQUIRE(r.first <= r.last && r.last < file_size);
    for (std::uint64_t i = r.first; i <= r.last; ++i) set.set(static_cast<std::size_t>(i));
  }
  return set;
}

void check_ranges(std::string_view value) {
  byte_range_set asked;
  const auto result = select_byte_ranges(value, file_size, asked);
  FUZZ_REQUIRE((result == byte_range_result::satisfiable) == !asked.empty());
  if (asked.empty() || features::is_abusive(asked, file_size)) return;
  const byte_range_set sent = features::merged(asked);
  const bytes wanted = bytes_of(asked);
  const bytes got = bytes_of(sent);
  FUZZ_REQUIRE((wanted & ~got).none());
  FUZZ_REQUIRE((got & ~wanted).count() <= asked.size() * multipart_overhead);
  std::size_t length = 0;
  for (const byte_range& r : sent) length += static_cast<std::size_t>(r.length());
  FUZZ_REQUIRE(length <= 2 * file_size);
}

// The simplest matcher, which tries everything. "**/" stands for folders where a segment begins.
bool fits(std::string_view pattern, std::string_view path, bool at_segment = true) {
  if (pattern.empty()) return path.empty();
  if (at_segment && pattern.starts_with("**/")) {
    if (fits(pattern.substr(3), path)) return true;
    const std::size_t slash = path.find('/');
    return slash != path.npos && fits(pattern, path.substr(slash + 1));
  }
  const bool crosses = pattern.starts_with("**");
  if (pattern[0] == '*') {
    if (fits(pattern.substr(crosses ? 2 : 1), path, false)) return true;
    return !path.empty() && (crosses || path[0] != '/') && fits(pattern, path.substr(1), false);
  }
  if (path.empty()) return false;
  const bool same = pattern[0] == '?' ? path[0] != '/' : pattern[0] == path[0];
  return same && fits(pattern.substr(1), path.substr(1), pattern[0] == '/');
}

void check_pattern(std::string_view pattern, std::string_view path) {
  pattern = pattern.substr(0, 12);
  path = path.substr(0, 16);
  std::optional<features::name_pattern> made;
  try {
    made.emplace(pattern);
  } catch (const std::invalid_argument&) {
    return;
  }
  const bool matches = made->matches(path);
  if (pattern.find('{') != pattern.npos) return;
  if (pattern.find('/') == pattern.npos) path = path.substr(path.rfind('/') + 1);
  FUZZ_REQUIRE(matches == fits(pattern, path));
  FUZZ_REQUIRE(!matches || path.empty() || made->matches_or_holds(path));
}

void check_digest(std::string_view value) {
  try {
    features::read_digests("Content-Digest", value);
  } catch (const http_error& e) {
    FUZZ_REQUIRE(e.status() == status::bad_request);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  check_codings(take_line(rest));
  check_ranges(take_line(rest));
  const std::string_view pattern = take_line(rest);
  check_pattern(pattern, take_line(rest));
  check_digest(take_line(rest));
  return 0;
}
