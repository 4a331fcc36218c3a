// SPDX-License-Identifier: BSL-1.0
//
// The syntax of route patterns, and a check of it that also runs in the compiler.
//
//   /static/logo.png          matches exactly this path
//   /users/{name}             one segment, not empty, any text
//   /users/{id:int}           one segment that is a signed 64-bit number: digits after a '-' or
//   none /users/{id:uint}          one segment that is an unsigned 64-bit number: digits only
//   /files/{rest...}          "/files/" and everything below it, not "/files"; only as last segment
//
// A parameter is a whole segment; its name is an identifier and stands once in a pattern. A slash
// at the end counts: "/a" and "/a/" are different and may both be registered. "/a//b" has an empty
// segment in the middle and matches only that. Patterns are written decoded: "/a b", not "/a%20b";
// a request's path is decoded and its dot segments are resolved before it is matched, so a pattern
// with a '?', a '#', "..", or an escape could never match and is an error. Braces have no escape.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace asio_httpd {

inline constexpr std::size_t max_parameters = 8;
inline constexpr std::size_t max_pattern_segments = 256;

enum class parameter_kind : std::uint8_t {
  text,              // {name}
  integer,           // {name:int}
  unsigned_integer,  // {name:uint}
  rest,              // {name...}
};

enum class pattern_error : std::uint8_t {
  none,
  not_absolute,
  unclosed_brace,
  nested_brace,
  stray_brace,
  empty_name,
  bad_name,
  duplicate_name,
  unknown_type,
  text_beside_parameter,
  rest_not_last,
  too_many_parameters,
  too_many_segments,
  control_byte,
  query_or_fragment,
  dot_segment,
  percent_escape,
};

// What is wrong, as the end of a sentence: "a '{' is not closed". Static storage.
std::string_view describe(pattern_error error) noexcept;

// The parameters of a pattern in their order. With an error, those before it.
struct pattern_info {
  std::size_t parameter_count = 0;
  std::array<parameter_kind, max_parameters> kinds{};
  std::array<std::string_view, max_parameters> names{};  // views into the pattern
  pattern_error error = pattern_error::none;
  std::size_t error_position = 0;  // offset of the byte at fault

  constexpr bool valid() const noexcept { return error == pattern_error::none; }
};

namespace detail {

constexpr bool is_name_start(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

constexpr bool is_name_char(char c) noexcept {
  return is_name_start(c) || (c >= '0' && c <= '9');
}

constexpr bool is_hex_digit(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Reads a pattern from left to right, segment by segment, and stops at the first error.
class pattern_inspector {
 public:
  constexpr explicit pattern_inspector(std::string_view pattern) noexcept : pattern_(pattern) {}

  constexpr pattern_info run() noexcept {
    if (pattern_.empty() || pattern_.front() != '/') fail(pattern_error::not_absolute, 0);
    std::size_t segments = 0;
    for (std::size_t begin = 1; info_.valid() && begin <= pattern_.size();) {
      const std::size_t slash = pattern_.find('/', begin);
      const std::size_t end = slash == npos ? pattern_.size() : slash;
      const bool is_segment = begin < pattern_.size();  // what follows a slash at the end is not
      if (is_segment && ++segments > max_pattern_segments) {
        fail(pattern_error::too_many_segments, begin);
      } else {
        check_segment(begin, end);
      }
      begin = end + 1;
    }
    return info_;
  }

 private:
  static constexpr std::size_t npos = std::string_view::npos;

  constexpr void fail(pattern_error error, std::size_t position) noexcept {
    info_.error = error;
    info_.error_position = position;
  }

  constexpr void check_segment(std::size_t begin, std::size_t end) noexcept {
    const std::string_view text = pattern_.substr(begin, end - begin);
    if (!check_bytes(text, begin)) return;
    const std::size_t brace = text.find_first_of("{}");
    if (brace == npos) {
      check_literal(text, begin);
    } else if (check_braces(text, begin, brace)) {
      check_parameter(text.substr(1, text.size() - 2), begin + 1, end == pattern_.size());
    }
  }

  constexpr bool check_bytes(std::string_view text, std::size_t begin) noexcept {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      if (byte < 0x20 || byte == 0x7f) fail(pattern_error::control_byte, begin + i);
      if (byte == '?' || byte == '#') fail(pattern_error::query_or_fragment, begin + i);
      if (!info_.valid()) return false;
    }
    return true;
  }

  constexpr void check_literal(std::string_view text, std::size_t begin) noexcept {
    if (text == "." || text == "..") fail(pattern_error::dot_segment, begin);
    for (std::size_t i = 0; info_.valid() && i + 2 < text.size(); ++i) {
      if (text[i] == '%' && is_hex_digit(text[i + 1]) && is_hex_digit(text[i + 2])) {
        fail(pattern_error::percent_escape, begin + i);
      }
    }
  }

  // One pair of braces around the whole segment; the first brace is at `brace`.
  constexpr bool check_braces(std::string_view text, std::size_t begin,
                              std::size_t brace) noexcept {
    const std::size_t next = text.find_first_of("{}", brace + 1);
    if (text[brace] == '}') {
      fail(pattern_error::stray_brace, begin + brace);
    } else if (next == npos) {
      fail(pattern_error::unclosed_brace, begin + brace);
    } else if (text[next] == '{') {
      fail(pattern_error::nested_brace, begin + next);
    } else if (brace != 0) {
      fail(pattern_error::text_beside_parameter, begin);
    } else if (next + 1 != text.size()) {
      fail(pattern_error::text_beside_parameter, begin + next + 1);
    }
    return info_.valid();
  }

  // What stands between the braces: name, name:type, or name... .
  constexpr void check_parameter(std::string_view text, std::size_t begin, bool last) noexcept {
    const std::size_t colon = text.find(':');
    if (colon != npos) {
      const std::string_view type = text.substr(colon + 1);
      if (type != "int" && type != "uint")
        return fail(pattern_error::unknown_type, begin + colon + 1);
      const auto kind = type == "int" ? parameter_kind::integer : parameter_kind::unsigned_integer;
      return add(text.substr(0, colon), kind, begin);
    }
    if (!text.ends_with("...")) return add(text, parameter_kind::text, begin);
    add(text.substr(0, text.size() - 3), parameter_kind::rest, begin);
    if (info_.valid() && !last) fail(pattern_error::rest_not_last, begin);
  }

  constexpr void add(std::string_view name, parameter_kind kind, std::size_t begin) noexcept {
    check_name(name, begin);
    if (!info_.valid()) return;
    if (info_.parameter_count == max_parameters) {
      return fail(pattern_error::too_many_parameters, begin);
    }
    info_.kinds[info_.parameter_count] = kind;
    info_.names[info_.parameter_count] = name;
    ++info_.parameter_count;
  }

  constexpr void check_name(std::string_view name, std::size_t begin) noexcept {
    if (name.empty()) return fail(pattern_error::empty_name, begin);
    if (!is_name_start(name.front())) return fail(pattern_error::bad_name, begin);
    for (std::size_t i = 1; i < name.size(); ++i) {
      if (!is_name_char(name[i])) return fail(pattern_error::bad_name, begin + i);
    }
    for (std::size_t i = 0; i < info_.parameter_count; ++i) {
      if (info_.names[i] == name) return fail(pattern_error::duplicate_name, begin);
    }
  }

  std::string_view pattern_;
  pattern_info info_;
};

}  // namespace detail

// Reads a pattern and reports its parameters, or the first error.
constexpr pattern_info inspect_pattern(std::string_view pattern) noexcept {
  return detail::pattern_inspector(pattern).run();
}

}  // namespace asio_httpd
