// SPDX-License-Identifier: BSL-1.0
//
// The rules of RFC 9110 and 9112 that a request can break, each with the answer that it gets. A
// broken rule means one answer and a close; the log and the status name the rule.

#pragma once

#include <asio_httpd/status.hpp>

#include <cstdint>
#include <string_view>

namespace asio_httpd::http {

enum class rule : std::uint8_t {
  none,
  // The request line, RFC 9112 section 3.
  empty_lines,
  method_syntax,
  method_unknown,
  target_syntax,
  target_too_long,
  version_syntax,
  version_unsupported,
  // Lines and fields, sections 2.2 and 5.
  bare_cr,
  bare_lf,
  control_byte,
  space_before_field,
  obs_fold,
  field_name,
  space_before_colon,
  too_many_fields,
  head_too_large,
  // Host, section 3.2 and RFC 9110 section 7.2.
  host_missing,
  host_repeated,
  host_invalid,
  // Framing, section 6.
  content_length_syntax,
  content_length_repeated,
  content_length_with_coding,
  coding_unknown,
  coding_repeated,
  coding_before_1_1,
  expectation_unknown,
  body_too_large,
  // The chunked coding, section 7.1.
  chunk_size,
  chunk_extension,
  chunk_line_end,
  chunk_overhead,
  trailers_too_large,
  // The path, RFC 3986 section 2.1 and 3.3.
  path_syntax,
};

inline constexpr std::size_t rule_count = 34;

// For example "bare_lf". Static storage.
std::string_view to_string(rule r) noexcept;
// Where it stands, for example "RFC 9112 section 2.2".
std::string_view source_of(rule r) noexcept;
// The status that a request that broke it is answered with.
status answer_to(rule r) noexcept;

}  // namespace asio_httpd::http
