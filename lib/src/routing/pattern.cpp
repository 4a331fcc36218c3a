// SPDX-License-Identifier: BSL-1.0
//
// Patterns at start-up: sentences for errors, cutting into segments, and the shape by which
// conflicts are found. Holds no state.

#include "routing/pattern.hpp"

#include <asio_httpd/pattern.hpp>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <system_error>

namespace asio_httpd {

std::string_view describe(pattern_error error) noexcept {
  switch (error) {
    case pattern_error::none:
      return "the pattern is well-formed";
    case pattern_error::not_absolute:
      return "a pattern begins with '/'";
    case pattern_error::unclosed_brace:
      return "a '{' is not closed before the end of its segment";
    case pattern_error::nested_brace:
      return "a '{' stands inside of braces";
    case pattern_error::stray_brace:
      return "a '}' closes nothing";
    case pattern_error::empty_name:
      return "a parameter has no name";
    case pattern_error::bad_name:
      return "a parameter's name consists of letters, digits and '_', and does not begin with a "
             "digit";
    case pattern_error::duplicate_name:
      return "two parameters have the same name";
    case pattern_error::unknown_type:
      return "a parameter's type is 'int' or 'uint'; one without a type takes any text";
    case pattern_error::text_beside_parameter:
      return "a parameter is a whole segment, with no text beside its braces";
    case pattern_error::rest_not_last:
      return "a {name...} parameter takes all that follows, so it stands at the end of the pattern";
    case pattern_error::too_many_parameters:
      return "a pattern has at most 8 parameters";
    case pattern_error::too_many_segments:
      return "a pattern has at most 256 segments";
    case pattern_error::control_byte:
      return "a pattern contains no control bytes";
    case pattern_error::query_or_fragment:
      return "a pattern is matched against the path only, so it contains no '?' and no '#'";
    case pattern_error::dot_segment:
      return "\".\" and \"..\" are resolved before matching, so a pattern with them matches "
             "nothing";
    case pattern_error::percent_escape:
      return "a pattern is written decoded, without percent-escapes";
  }
  return "unknown pattern error";
}

namespace routing {
namespace {

segment_kind kind_of(std::string_view segment) noexcept {
  if (!segment.starts_with('{')) return segment_kind::literal;
  if (segment.ends_with(":int}")) return segment_kind::integer;
  if (segment.ends_with(":uint}")) return segment_kind::unsigned_integer;
  return segment.ends_with("...}") ? segment_kind::rest : segment_kind::text;
}

// How a segment stands in a shape. A literal has no braces, so the two cannot be confused.
std::string_view shape_of(const pattern_segment& segment) noexcept {
  switch (segment.kind) {
    case segment_kind::literal:
      return segment.text;
    case segment_kind::unsigned_integer:
      return "{uint}";
    case segment_kind::integer:
      return "{int}";
    case segment_kind::text:
      return "{}";
    case segment_kind::rest:
      return "{...}";
  }
  return {};
}

template <class Number>
bool is_number(std::string_view text) noexcept {
  Number ignored{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, ignored);
  return error == std::errc{} && stop == end;
}

}  // namespace

split_pattern split(std::string_view pattern) {
  split_pattern result;
  for (std::size_t begin = 1; begin <= pattern.size();) {
    const std::size_t end = std::min(pattern.find('/', begin), pattern.size());
    const std::string_view text = pattern.substr(begin, end - begin);
    const segment_kind kind = kind_of(text);
    if (end == pattern.size() && text.empty()) {
      result.trailing_slash = true;
    } else {
      result.segments.push_back({kind, kind == segment_kind::literal ? text : std::string_view{}});
    }
    begin = end + 1;
  }
  return result;
}

std::string shape(std::string_view pattern) {
  const split_pattern parts = split(pattern);
  std::string result;
  for (const pattern_segment& segment : parts.segments)
    result.append("/").append(shape_of(segment));
  if (parts.trailing_slash) result += '/';
  return result;
}

std::string printable(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) {
      shown += c;
    } else {
      shown.append("\\x").append(1, digits[byte / 16]).append(1, digits[byte % 16]);
    }
  }
  return shown;
}

void require_valid(std::string_view pattern) {
  const pattern_info info = inspect_pattern(pattern);
  if (info.valid()) return;
  throw std::invalid_argument("route pattern \"" + printable(pattern) +
                              "\" is malformed at position " + std::to_string(info.error_position) +
                              ": " + std::string(describe(info.error)));
}

bool is_integer(std::string_view text) noexcept {
  return is_number<std::int64_t>(text);
}

bool is_unsigned_integer(std::string_view text) noexcept {
  return is_number<std::uint64_t>(text);
}

}  // namespace routing
}  // namespace asio_httpd
