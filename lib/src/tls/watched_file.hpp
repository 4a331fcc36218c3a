// SPDX-License-Identifier: BSL-1.0
//
// A file of the configuration that other programs write anew: read whole, and looked at again.

#pragma once

#include <cstdint>
#include <string>

namespace asio_httpd::tls {

// What tells one state of a file from another; the same for all files that cannot be looked at for
// the same reason.
struct file_state {
  std::int64_t modified_seconds = 0;
  std::int64_t modified_nanoseconds = 0;
  std::int64_t size = 0;
  std::uint64_t inode = 0;
  int error = 0;

  friend bool operator==(const file_state&, const file_state&) = default;
};

file_state look_at_file(const std::string& path) noexcept;

// At most 1 MiB. Throws std::runtime_error with a sentence that names the file, as `what` it is.
std::string read_whole_file(const std::string& path, const std::string& what);

// Whether everybody on this machine can read it.
bool is_readable_by_all(const std::string& path) noexcept;

}  // namespace asio_httpd::tls
