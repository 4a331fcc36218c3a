// SPDX-License-Identifier: BSL-1.0
//
// What the match tree needs of a pattern beyond the public check: its segments, its shape (which
// patterns match the same paths), and which texts a typed parameter accepts. Used at start-up,
// except the two tests for numbers, which run in matching and neither allocate nor throw.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace asio_httpd::routing {

// In the order of preference: what accepts less is tried first. The two numbers overlap without one
// containing the other; unsigned goes first, so that {a:int} beside {b:uint} gets the negative
// ones.
enum class segment_kind : std::uint8_t { literal, unsigned_integer, integer, text, rest };

struct pattern_segment {
  segment_kind kind;
  std::string_view text;  // of a literal; empty for a parameter
};

struct split_pattern {
  std::vector<pattern_segment> segments;
  bool trailing_slash = false;
};

// Requires inspect_pattern(pattern).valid(). The views point into `pattern`.
split_pattern split(std::string_view pattern);

// The pattern without the names: "/users/{id:int}" gives "/users/{int}". Two patterns match the
// same paths exactly when their shapes are equal.
std::string shape(std::string_view pattern);

// A message may end up in a terminal or a log: the text with its control bytes as \xHH.
std::string printable(std::string_view text);

// Throws std::invalid_argument that quotes the pattern, the position and the rule, when malformed.
void require_valid(std::string_view pattern);

// An optional '-' and digits, within std::int64_t. Leading zeros are accepted.
bool is_integer(std::string_view text) noexcept;

// Digits within std::uint64_t.
bool is_unsigned_integer(std::string_view text) noexcept;

}  // namespace asio_httpd::routing
