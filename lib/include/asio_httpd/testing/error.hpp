// SPDX-License-Identifier: BSL-1.0
//
// What the test kit throws where it cannot give what was asked for.

#pragma once

#include <stdexcept>

namespace asio_httpd::testing {

// `what()` is a sentence, and below it the bytes that came.
class error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace asio_httpd::testing
