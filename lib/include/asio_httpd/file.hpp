// SPDX-License-Identifier: BSL-1.0
//
// An open file, owned: a descriptor that is closed with the object. The same descriptor serves
// for stat, entity tag and sending, so that nothing can be swapped in between. Movable, not
// copyable. No exceptions; failures are std::error_code values.

#pragma once

#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

namespace asio_httpd {

class file {
 public:
  file() noexcept = default;
  // Takes ownership of an open descriptor.
  explicit file(int descriptor) noexcept : descriptor_(descriptor) {}
  file(file&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  file& operator=(file&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~file() { reset(); }

  // Opens for reading, without blocking on FIFOs and with O_CLOEXEC.
  static file open(const char* path, std::error_code& error) noexcept;
  static file open(const std::string& path, std::error_code& error) noexcept {
    return open(path.c_str(), error);
  }

  bool is_open() const noexcept { return descriptor_ >= 0; }
  int descriptor() const noexcept { return descriptor_; }
  void reset() noexcept;
  // Gives the descriptor away.
  int release() noexcept { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_ = -1;
};

}  // namespace asio_httpd
