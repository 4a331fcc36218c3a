// SPDX-License-Identifier: BSL-1.0
//
// How large the head of a request may be.

#pragma once

#include <cstddef>

namespace asio_httpd::http {

struct head_limits {
  std::size_t size = 16 * 1024;  // at most 65,535, so that a name's length fits its 16 bits
  std::size_t fields = 100;
  std::size_t target = 8 * 1024;
};

}  // namespace asio_httpd::http
