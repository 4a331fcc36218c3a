// SPDX-License-Identifier: BSL-1.0
//
// The head parser: request line and field section (RFC 9112 sections 3 and 5), and trailers, in
// place on the receive buffer.
//
// Strict: every line ends in CRLF, one SP between the parts of the request line, no folding, no
// space before the colon, no control byte. Resumable: when the bytes end it says `need_more` and
// goes on later where it stopped, without looking at a byte twice. It fills in offsets, so the
// bytes may be moved between two calls. What fields mean is not its business: see `framing`.
//
// The verdict depends on the bytes alone, not on how they are cut. Allocates nothing once the
// field table has its size.

#pragma once

#include "http/field_sink.hpp"
#include "http/head_limits.hpp"
#include "http1/rule.hpp"

#include <asio_httpd/fields.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace asio_httpd::http1 {

using http::field_sink;
using http::head_limits;
using http::piece;

enum class parse_state : std::uint8_t { need_more, done, failed };

// What `parse_head` keeps from call to call.
struct head {
  enum class stage : std::uint8_t {
    start,
    method,
    target,
    version,
    line_start,
    name,
    value,
    value_line_end,
    head_line_end,
  };

  stage at = stage::start;
  unsigned char version_minor = 1;
  rule broken = rule::none;
  std::uint32_t mark = 0;      // where the element that is being read begins
  std::uint32_t position = 0;  // up to where the bytes have been looked at
  std::uint32_t name_size = 0;
  piece method;
  piece target;
  std::uint32_t size = 0;  // of the whole head, when done

  // For a field section without request line (trailers).
  static head of_trailers() noexcept {
    head h;
    h.at = stage::line_start;
    return h;
  }
};

// Parses on. `message` are the bytes from the first of the head, `size` of them, followed by a NUL
// and scan_reach readable bytes. Fields are added to `to`.
using parse_head_function = parse_state(const char* message, std::size_t size,
                                        const head_limits& limits, head& state, fields& to);

parse_head_function parse_head;

// The implementations behind it, for tests; null where the processor lacks the instructions.
enum class instruction_set : std::uint8_t { portable, sse42, avx2 };
parse_head_function* parse_head_with(instruction_set set) noexcept;

}  // namespace asio_httpd::http1
