// SPDX-License-Identifier: BSL-1.0
//
// The table of rules: name, source and answer in one place.

#include "http/rule.hpp"

#include <array>

namespace asio_httpd::http {
namespace {

struct row {
  rule which;
  std::string_view name;
  std::string_view source;
  status answer;
};

constexpr std::array<row, rule_count> rows = {{
    {rule::none, "none", "", status::ok},
    {rule::empty_lines, "empty_lines", "RFC 9112 section 2.2", status::bad_request},
    {rule::method_syntax, "method_syntax", "RFC 9112 section 3.1", status::bad_request},
    {rule::method_unknown, "method_unknown", "RFC 9110 section 9.1", status::not_implemented},
    {rule::target_syntax, "target_syntax", "RFC 9112 section 3.2", status::bad_request},
    {rule::target_too_long, "target_too_long", "RFC 9112 section 3", status::uri_too_long},
    {rule::version_syntax, "version_syntax", "RFC 9112 section 2.3", status::bad_request},
    {rule::version_unsupported, "version_unsupported", "RFC 9110 section 2.5",
     status::http_version_not_supported},
    {rule::bare_cr, "bare_cr", "RFC 9112 section 2.2", status::bad_request},
    {rule::bare_lf, "bare_lf", "RFC 9112 section 2.2", status::bad_request},
    {rule::control_byte, "control_byte", "RFC 9110 section 5.5", status::bad_request},
    {rule::space_before_field, "space_before_field", "RFC 9112 section 2.2", status::bad_request},
    {rule::obs_fold, "obs_fold", "RFC 9112 section 5.2", status::bad_request},
    {rule::field_name, "field_name", "RFC 9110 section 5.1", status::bad_request},
    {rule::space_before_colon, "space_before_colon", "RFC 9112 section 5.1", status::bad_request},
    {rule::too_many_fields, "too_many_fields", "RFC 9110 section 5.4",
     status::request_header_fields_too_large},
    {rule::head_too_large, "head_too_large", "RFC 9110 section 5.4",
     status::request_header_fields_too_large},
    {rule::host_missing, "host_missing", "RFC 9112 section 3.2", status::bad_request},
    {rule::host_repeated, "host_repeated", "RFC 9112 section 3.2", status::bad_request},
    {rule::host_invalid, "host_invalid", "RFC 9112 section 3.2", status::bad_request},
    {rule::content_length_syntax, "content_length_syntax", "RFC 9112 section 6.3",
     status::bad_request},
    {rule::content_length_repeated, "content_length_repeated", "RFC 9112 section 6.3",
     status::bad_request},
    {rule::content_length_with_coding, "content_length_with_coding", "RFC 9112 section 6.1",
     status::bad_request},
    {rule::coding_unknown, "coding_unknown", "RFC 9112 section 6.1", status::not_implemented},
    {rule::coding_repeated, "coding_repeated", "RFC 9112 section 6.1", status::bad_request},
    {rule::coding_before_1_1, "coding_before_1_1", "RFC 9112 section 6.1", status::bad_request},
    {rule::expectation_unknown, "expectation_unknown", "RFC 9110 section 10.1.1",
     status::expectation_failed},
    {rule::body_too_large, "body_too_large", "RFC 9110 section 15.5.14", status::content_too_large},
    {rule::chunk_size, "chunk_size", "RFC 9112 section 7.1", status::bad_request},
    {rule::chunk_extension, "chunk_extension", "RFC 9112 section 7.1.1", status::bad_request},
    {rule::chunk_line_end, "chunk_line_end", "RFC 9112 section 7.1", status::bad_request},
    {rule::chunk_overhead, "chunk_overhead", "RFC 9112 section 7.1.1", status::bad_request},
    {rule::trailers_too_large, "trailers_too_large", "RFC 9112 section 7.1.2",
     status::request_header_fields_too_large},
    {rule::path_syntax, "path_syntax", "RFC 3986 section 3.3", status::bad_request},
}};

consteval bool in_order() {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (static_cast<std::size_t>(rows[i].which) != i) return false;
  }
  return true;
}
static_assert(in_order());

const row& row_of(rule r) noexcept {
  return rows[static_cast<std::size_t>(r)];
}

}  // namespace

std::string_view to_string(rule r) noexcept {
  return row_of(r).name;
}
std::string_view source_of(rule r) noexcept {
  return row_of(r).source;
}
status answer_to(rule r) noexcept {
  return row_of(r).answer;
}

}  // namespace asio_httpd::http
