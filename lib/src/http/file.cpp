// SPDX-License-Identifier: BSL-1.0
//
// An owned file descriptor.

#include <asio_httpd/file.hpp>

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>

namespace asio_httpd {

file file::open(const char* path, std::error_code& error) noexcept {
  const int descriptor = ::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  error = descriptor < 0 ? std::error_code(errno, std::system_category()) : std::error_code();
  return file(descriptor);
}

void file::reset() noexcept {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

}  // namespace asio_httpd
