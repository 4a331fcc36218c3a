// SPDX-License-Identifier: BSL-1.0
//
// OCSP responses (RFC 6960) to be stapled: from a file in DER, only where they are good, for the
// certificate that they are stapled to, and fresh.

#pragma once

#include "tls/certificate.hpp"

#include <cstdint>
#include <string>

namespace asio_httpd::tls {

struct ocsp_response {
  std::string der;               // "" where there is none that can be stapled
  std::int64_t valid_until = 0;  // Unix time; 0: no end is given
  std::string problem;           // a sentence for the log, where `der` is empty

  // Reads `path`, which is for `c`. Never throws but for want of memory.
  static ocsp_response load(const std::string& path, const certificate& c);
  bool is_fresh(std::int64_t unix_time) const noexcept {
    return !der.empty() && (valid_until == 0 || unix_time < valid_until);
  }
};

}  // namespace asio_httpd::tls
