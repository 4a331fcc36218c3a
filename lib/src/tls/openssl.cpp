// SPDX-License-Identifier: BSL-1.0

#include "tls/openssl.hpp"

#include <openssl/err.h>

namespace asio_httpd::tls {

std::string take_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "unknown error";
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "error " + std::to_string(code);
}

}  // namespace asio_httpd::tls
