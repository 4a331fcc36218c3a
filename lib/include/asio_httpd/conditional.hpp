// SPDX-License-Identifier: BSL-1.0
//
// Conditional requests (RFC 9110 section 13): what the preconditions of a request make of it.
// Ask only when the answer without them would be 2xx (section 13.2.1). A guard that cannot be read
// never lets a change through: a malformed If-Match fails, and so does a malformed If-None-Match on
// anything but GET and HEAD; an invalid date is ignored, as the RFC demands.
// Pure: no clock but the time passed in, no allocation, any thread.

#pragma once

#include <asio_httpd/method.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

namespace asio_httpd {

// What the server knows about the representation that the request selects.
struct validators {
  std::string_view etag;  // as in the ETag field, quotes and W/ included; empty: it has none
  std::optional<std::int64_t> last_modified;  // Unix seconds, as in Last-Modified
  std::int64_t now = 0;                       // Unix seconds: for If-Range and two-digit years
  bool exists = true;                         // false: there is no current representation
};

// The request's method and field values; several lines of one field come joined with ", ".
struct conditional_fields {
  method verb = method::get;
  std::optional<std::string_view> if_match;
  std::optional<std::string_view> if_unmodified_since;
  std::optional<std::string_view> if_none_match;
  std::optional<std::string_view> if_modified_since;
  std::optional<std::string_view> if_range;
};

enum class precondition_outcome : std::uint8_t {
  proceed,       // do what the method says
  not_modified,  // 304
  failed,        // 412
};

struct precondition {
  precondition_outcome outcome = precondition_outcome::proceed;
  // Whether a Range field counts: GET, going ahead, and If-Range absent or true.
  bool range_applies = false;
};

// In the order of RFC 9110 section 13.2.2.
precondition evaluate_preconditions(const validators& current,
                                    const conditional_fields& request) noexcept;

}  // namespace asio_httpd
