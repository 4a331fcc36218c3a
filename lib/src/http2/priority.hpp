// SPDX-License-Identifier: BSL-1.0
//
// How urgent a response is to its client (RFC 9218 section 4): the value of the field Priority, and
// of the frame PRIORITY_UPDATE.

#pragma once

#include <cstdint>
#include <string_view>

namespace asio_httpd::http2 {

struct priority {
  std::uint8_t urgency = 3;  // 0, the most urgent, to 7
  bool incremental = false;  // a part of it is worth something, so it may share with others

  friend bool operator==(const priority&, const priority&) = default;
};

// What cannot be read is as if it were not there (RFC 8941 section 4.2 has nothing of a dictionary
// that is broken).
priority parse_priority(std::string_view value) noexcept;

}  // namespace asio_httpd::http2
