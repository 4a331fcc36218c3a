// SPDX-License-Identifier: BSL-1.0
//
// The version of the library, for the preprocessor and for people.
//
// This file is the only place where the version is written: CMake reads the three numbers from
// here, and the package files, `asio_httpd --version` and the status endpoint follow. Semantic
// versioning; before 1.0 the minor number moves when the API breaks. Macros only, includes nothing,
// so that it costs nothing to ask.

#pragma once

#define ASIO_HTTPD_VERSION_MAJOR 0
#define ASIO_HTTPD_VERSION_MINOR 1
#define ASIO_HTTPD_VERSION_PATCH 0

#define ASIO_HTTPD_DETAIL_JOIN(major, minor, patch) #major "." #minor "." #patch
#define ASIO_HTTPD_DETAIL_DOTTED(major, minor, patch) ASIO_HTTPD_DETAIL_JOIN(major, minor, patch)

// "0.1.0"
#define ASIO_HTTPD_VERSION                                                     \
  ASIO_HTTPD_DETAIL_DOTTED(ASIO_HTTPD_VERSION_MAJOR, ASIO_HTTPD_VERSION_MINOR, \
                           ASIO_HTTPD_VERSION_PATCH)

// One number for comparisons: major * 10000 + minor * 100 + patch.
#define ASIO_HTTPD_VERSION_NUMBER \
  (ASIO_HTTPD_VERSION_MAJOR * 10000 + ASIO_HTTPD_VERSION_MINOR * 100 + ASIO_HTTPD_VERSION_PATCH)
