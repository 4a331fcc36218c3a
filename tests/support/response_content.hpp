// SPDX-License-Identifier: BSL-1.0
//
// The content that a response would send: its text, or the bytes of its file.

#pragma once

#include <asio_httpd/response.hpp>

#include <unistd.h>

#include <string>

namespace test_support {

// Shorter than content_size() where the file ends early.
inline std::string content_of(const asio_httpd::response& r) {
  if (r.kind() != asio_httpd::response::content::file) return std::string(r.text());
  std::string bytes(r.content_size(), '\0');
  const ssize_t got = ::pread(r.file().descriptor(), bytes.data(), bytes.size(),
                              static_cast<off_t>(r.file_offset()));
  bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return bytes;
}

}  // namespace test_support
