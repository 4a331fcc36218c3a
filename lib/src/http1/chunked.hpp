// SPDX-License-Identifier: BSL-1.0
//
// The chunked transfer coding (RFC 9112 section 7.1): takes chunk lines off, hands out content.
//
// Strict: line ends are CRLF, sizes are hexadecimal digits and nothing else, extensions follow
// their grammar. Bounded: a size that does not fit 63 bits is refused, and so is a body whose
// chunk lines outweigh what they carry. Resumable at every byte; keeps no bytes itself. Trailers
// are left to the head parser.

#pragma once

#include "http1/rule.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace asio_httpd::http1 {

class chunked_decoder {
 public:
  enum class state : std::uint8_t {
    need_more,  // all of the input was taken
    content,    // `content` holds a piece; call again
    trailers,   // the last chunk's line was taken; what follows is a field section
    failed,     // `broken()` says why
  };

  struct result {
    state at;
    std::size_t consumed;      // of the input
    std::string_view content;  // inside the input
  };

  result decode(std::string_view input) noexcept;
  rule broken() const noexcept { return broken_; }
  void reset() noexcept { *this = chunked_decoder(); }

 private:
  enum class stage : std::uint8_t {
    size_start,
    size,
    before_extension,      // BWS after the size or after an extension
    extension_name_start,  // BWS, then a name
    extension_name,
    after_name,   // BWS, then "=", ";" or the end
    value_start,  // BWS, then a token or a quoted string
    value_token,
    value_quoted,
    value_escaped,
    after_value,
    size_line_end,
    content,
    content_cr,
    content_lf,
  };

  bool step(char c) noexcept;
  bool size_digit(char c) noexcept;
  bool after_size(char c) noexcept;
  bool extension(char c) noexcept;
  bool go(stage next) noexcept {
    at_ = next;
    return true;
  }
  bool fail(rule r) noexcept {
    broken_ = r;
    return false;
  }

  std::uint64_t left_ = 0;  // of the chunk's content; while its size is read, the size so far
  // Bytes of chunk lines so far, and how many are fair: 16 KiB, and 16 a chunk, and twice the
  // content. A body that is mostly chunk lines is an attack (CVE-2023-39326).
  std::uint64_t overhead_ = 0;
  std::uint64_t allowance_ = 16 * 1024;
  stage at_ = stage::size_start;
  rule broken_ = rule::none;
};

}  // namespace asio_httpd::http1
