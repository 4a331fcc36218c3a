// SPDX-License-Identifier: BSL-1.0
//
// Saved files as file systems make them that this machine may not have, for tests.

#pragma once

#include <asio_httpd/saved_file.hpp>

namespace asio_httpd {

struct saved_file_access {
  // With a temporary name, as where O_TMPFILE is not known.
  static saved_file make_named(std::string directory, unsigned permissions = 0644);
  // That writes there.
  static saved_file make_from(file opened);
};

}  // namespace asio_httpd
