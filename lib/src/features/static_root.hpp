// SPDX-License-Identifier: BSL-1.0
//
// A folder whose files are served. It is opened once, and everything below is opened relative to
// that descriptor; the kernel (openat2) sees to it that no name and no symbolic link leads out,
// also while folders are moved around. Links that stay inside are followed, if they are relative,
// or no link at all is.
//
// On kernels before 5.6, and in sandboxes that forbid openat2, the path is walked one segment at a
// time and no symbolic link is followed at all.
//
// Thread-safe. Opening never waits for a FIFO or a device, though it may wait for the disk.

#pragma once

#include <asio_httpd/file.hpp>
#include <asio_httpd/file_options.hpp>

#include <string>
#include <system_error>

namespace asio_httpd::features {

class static_root {
 public:
  enum class resolver { kernel, walk };

  // Throws std::system_error with a sentence that names the folder where it is none, is missing or
  // may not be searched.
  explicit static_root(const std::string& folder, symlink_policy links = symlink_policy::inside);
  // The same with a resolver of one's choice, for tests.
  static_root(const std::string& folder, resolver how,
              symlink_policy links = symlink_policy::inside);

  // Opens for reading. `name` is relative and has no "." or ".." segment, as static_path makes it.
  file open(const char* name, std::error_code& error) const noexcept;
  // The same for a folder, of which the list of files may be read; "" is the root itself. ENOTDIR
  // for what is none.
  file open_folder(const char* name, std::error_code& error) const noexcept;
  // A folder, to open, make or remove something in (O_PATH); "." is the root itself.
  file open_to_change(const char* name, std::error_code& error) const noexcept;
  // What `name` leads to, whatever it is, for fstat only: its content need not be readable.
  file look_up(const char* name, std::error_code& error) const noexcept;
  // Whether it is a folder, also where its list of files may not be read.
  bool is_folder(const char* name) const noexcept;

  resolver how() const noexcept { return how_; }

 private:
  file open_as(const char* name, int flags, std::error_code& error) const noexcept;

  file folder_;
  resolver how_;
  symlink_policy links_;
};

}  // namespace asio_httpd::features
