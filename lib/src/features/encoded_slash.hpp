// SPDX-License-Identifier: BSL-1.0
//
// "%2F" in a path decodes to a slash that separates nothing. Who takes a decoded path apart at its
// slashes asks here first.

#pragma once

#include <asio_httpd/request.hpp>

#include <string_view>

namespace asio_httpd::features {

inline bool has_encoded_slash(const request& r) noexcept {
  std::string_view raw = r.target();
  raw = raw.substr(0, raw.find('?'));
  if (raw.find('%') == raw.npos) return false;
  return raw.find("%2F") != raw.npos || raw.find("%2f") != raw.npos;
}

}  // namespace asio_httpd::features
