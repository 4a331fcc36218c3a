// SPDX-License-Identifier: BSL-1.0
//
// Which status an error of open becomes.

#include "features/open_error.hpp"

#include <doctest/doctest.h>

#include <cerrno>

using asio_httpd::status;
using asio_httpd::features::status_for_open_error;

namespace {

status status_of(int error) {
  return status_for_open_error(std::error_code(error, std::system_category()));
}

}  // namespace

TEST_CASE("what a name in a request can bring about is never a 5xx") {
  for (const int error :
       {ENOENT, ENOTDIR, ENAMETOOLONG, ELOOP, EXDEV, ENXIO, ENODEV, EINVAL, EILSEQ, ESTALE}) {
    CAPTURE(error);
    CHECK(status_of(error) == status::not_found);
  }
  CHECK(status_of(EACCES) == status::forbidden);
  CHECK(status_of(EPERM) == status::forbidden);
}

TEST_CASE("a machine that has run out of something is unavailable for a while") {
  for (const int error : {EMFILE, ENFILE, ENOMEM, EAGAIN, EBUSY}) {
    CAPTURE(error);
    CHECK(status_of(error) == status::service_unavailable);
  }
}

TEST_CASE("a failing disk is our fault") {
  CHECK(status_of(EIO) == status::internal_server_error);
}
