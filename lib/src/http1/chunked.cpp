// SPDX-License-Identifier: BSL-1.0
//
// chunk-size [ *( BWS ";" BWS name [ BWS "=" BWS value ] ) ] CRLF content CRLF, a byte at a time
// for the lines and a piece at a time for the content.

#include "http1/chunked.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace asio_httpd::http1 {
namespace {

constexpr std::uint64_t largest_chunk = std::uint64_t{1} << 63;
// What a chunk line may cost before it must be earned by content.
constexpr std::uint64_t fair_line = 16;

bool is_quoted_text(char c) noexcept {
  return base::is_field_content(c) && c != '"' && c != '\\';
}

}  // namespace

chunked_decoder::result chunked_decoder::decode(std::string_view input) noexcept {
  for (std::size_t i = 0; i < input.size(); ++i) {
    if (at_ == stage::content) {
      const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size() - i));
      left_ -= n;
      allowance_ += 2 * n;
      if (left_ == 0) at_ = stage::content_cr;
      return {state::content, i + n, input.substr(i, n)};
    }
    const bool ends_line = at_ == stage::size_line_end;
    if (!step(input[i])) return {state::failed, i, {}};
    if (++overhead_ > allowance_) {
      broken_ = rule::chunk_overhead;
      return {state::failed, i, {}};
    }
    if (ends_line && left_ == 0) return {state::trailers, i + 1, {}};
  }
  return {state::need_more, input.size(), {}};
}

bool chunked_decoder::step(char c) noexcept {
  switch (at_) {
    case stage::size_start:
      left_ = 0;
      return base::is_hex(c) ? size_digit(c) : fail(rule::chunk_size);
    case stage::size:
      return base::is_hex(c) ? size_digit(c) : after_size(c);
    case stage::size_line_end:
      if (c != '\n') return fail(rule::chunk_line_end);
      allowance_ += fair_line;
      return go(stage::content);
    case stage::content_cr:
      return c == '\r' ? go(stage::content_lf) : fail(rule::chunk_line_end);
    case stage::content_lf:
      return c == '\n' ? go(stage::size_start) : fail(rule::chunk_line_end);
    case stage::content:
      return true;
    default:
      return extension(c);
  }
}

bool chunked_decoder::size_digit(char c) noexcept {
  if (left_ >= largest_chunk / 16) return fail(rule::chunk_size);
  left_ = left_ * 16 + static_cast<std::uint64_t>(base::hex_value(c));
  return go(stage::size);
}

// What may follow a size, a name or a value: white space, an extension, the end of the line.
bool chunked_decoder::after_size(char c) noexcept {
  if (c == ';') return go(stage::extension_name_start);
  if (c == '\r') return go(stage::size_line_end);
  if (c == '\n') return fail(rule::chunk_line_end);
  if (base::is_ows(c)) return go(stage::before_extension);
  return fail(at_ == stage::size ? rule::chunk_size : rule::chunk_extension);
}

bool chunked_decoder::extension(char c) noexcept {
  switch (at_) {
    case stage::before_extension:
      // White space is for what follows it; at the end of a line it is none of the grammar's.
      if (c == '\r') return fail(rule::chunk_extension);
      return after_size(c);
    case stage::extension_name_start:
      if (base::is_ows(c)) return true;
      return base::is_tchar(c) ? go(stage::extension_name) : fail(rule::chunk_extension);
    case stage::extension_name:
      if (base::is_tchar(c)) return true;
      [[fallthrough]];
    case stage::after_name:
      if (c == '=') return go(stage::value_start);
      if (base::is_ows(c)) return go(stage::after_name);
      if (at_ == stage::after_name && c == '\r') return fail(rule::chunk_extension);
      return after_size(c);
    case stage::value_start:
      if (base::is_ows(c)) return true;
      if (c == '"') return go(stage::value_quoted);
      return base::is_tchar(c) ? go(stage::value_token) : fail(rule::chunk_extension);
    case stage::value_token:
      return base::is_tchar(c) || after_size(c);
    case stage::value_quoted:
      if (c == '"') return go(stage::after_value);
      if (c == '\\') return go(stage::value_escaped);
      return is_quoted_text(c) || fail(rule::chunk_extension);
    case stage::after_value:
      return after_size(c);
    case stage::value_escaped:
      return base::is_field_content(c) ? go(stage::value_quoted) : fail(rule::chunk_extension);
    default:
      return fail(rule::chunk_extension);
  }
}

}  // namespace asio_httpd::http1
