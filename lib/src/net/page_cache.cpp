// SPDX-License-Identifier: BSL-1.0

#include "net/page_cache.hpp"

#include <asio_httpd/file.hpp>

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

namespace asio_httpd::net {
namespace {

// The kernel reads this much at once, where it reads at all: what has the last byte has the rest.
constexpr std::uint64_t read_at_once = 64 * 1024;

// To /dev/null nothing is copied; a system may have no such thing.
ssize_t take_out(const file& null, int descriptor, off_t at, std::size_t size) noexcept {
  off_t position = at;
  const ssize_t n = ::sendfile(null.descriptor(), descriptor, &position, size);
  if (n >= 0) return n;
  std::array<char, 16 * 1024> copied;
  return ::pread(descriptor, copied.data(), std::min(size, copied.size()), at);
}

class kernel_cache final : public page_cache {
 public:
  ssize_t read(int descriptor, char* to, std::size_t size, std::uint64_t offset) noexcept override {
    const iovec room{to, size};
    const auto at = static_cast<off_t>(offset);
    const ssize_t n = ::preadv2(descriptor, &room, 1, at, RWF_NOWAIT);
    if (n >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS)) return n;
    return ::pread(descriptor, to, size, at);
  }

  void fill(int descriptor, std::uint64_t offset, std::uint64_t size) noexcept override {
    const file null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    const auto end = static_cast<off_t>(offset + size);
    for (auto at = static_cast<off_t>(offset); at < end;) {
      const ssize_t n = take_out(null, descriptor, at, static_cast<std::size_t>(end - at));
      if (n <= 0) return;  // whoever sends it will see why
      at += n;
    }
  }
};

}  // namespace

bool page_cache::has(int descriptor, std::uint64_t offset, std::uint64_t size) noexcept {
  const auto is_there = [&](std::uint64_t at) {
    char unused;
    return read(descriptor, &unused, 1, at) >= 0 || errno != EAGAIN;
  };
  return is_there(offset + size - 1) && (size <= read_at_once || is_there(offset));
}

page_cache& kernel_page_cache() noexcept {
  static kernel_cache only;
  return only;
}

}  // namespace asio_httpd::net
