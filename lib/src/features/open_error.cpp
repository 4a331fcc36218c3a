// SPDX-License-Identifier: BSL-1.0
//
// Error numbers of open, openat and openat2 as statuses; see the header.

#include "features/open_error.hpp"

#include <cerrno>

namespace asio_httpd::features {

status status_for_open_error(const std::error_code& error) noexcept {
  switch (error.value()) {
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG:
    case ELOOP:
    case EXDEV:   // a link that leads out of a static root: nobody learns that there is something
    case ENXIO:   // a socket, or a device without a driver
    case ENODEV:  // the same
    case EINVAL:  // a name that this file system cannot have
    case EILSEQ:  // the same
    case ESTALE:  // removed on a network file system
    case EISDIR:  // and all else that is no regular file
      return status::not_found;
    case EACCES:
    case EPERM:
      return status::forbidden;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN:  // folders kept being moved while it was looked up
    case EBUSY:
      return status::service_unavailable;
    default:
      return status::internal_server_error;
  }
}

}  // namespace asio_httpd::features
