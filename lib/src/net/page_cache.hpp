// SPDX-License-Identifier: BSL-1.0
//
// What the kernel has of files in memory. Reading that never waits; what is missing ("cold") is
// filled in elsewhere (net/file_reader.hpp), so that a thread with many connections never waits for
// a disk. A seam: tests say themselves what is there.
//
// Linux tells by preadv2(2) with RWF_NOWAIT, on ext4, XFS, Btrfs and block devices. On a file
// system that does not know it (tmpfs, which is memory; network file systems; overlayfs) everything
// counts as there.

#pragma once

#include <cstddef>
#include <cstdint>

#include <sys/types.h>

namespace asio_httpd::net {

class page_cache {
 public:
  virtual ~page_cache() = default;

  // As pread(2), but -1 with EAGAIN where that would wait for the disk. It may give less than there
  // is, up to where it would wait. May ask the disk for what is missing.
  virtual ssize_t read(int descriptor, char* to, std::size_t size,
                       std::uint64_t offset) noexcept = 0;
  // Brings this part of a file into memory, as far as the file goes. Blocks, for any thread but
  // those that serve.
  virtual void fill(int descriptor, std::uint64_t offset, std::uint64_t size) noexcept = 0;

  // Whether that part is there, as far as its last byte tells, and of a large one its first. `size`
  // is not 0.
  bool has(int descriptor, std::uint64_t offset, std::uint64_t size) noexcept;
};

// The kernel's. Thread-safe, without state.
page_cache& kernel_page_cache() noexcept;

}  // namespace asio_httpd::net
