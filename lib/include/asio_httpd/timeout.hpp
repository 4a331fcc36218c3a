// SPDX-License-Identifier: BSL-1.0
//
// A deadline for all routes of a router or a mount that have none of their own:
//
//   routes.mount("/reports", reports).use(timeout(std::chrono::seconds(5)));
//
// It is `route::deadline` said once, and costs nothing per request: a coroutine that takes longer
// (up to half a second more) is cancelled and answered 503. A plain function cannot be interrupted.
// Of several the innermost counts.

#pragma once

#include <asio_httpd/middleware.hpp>

#include <chrono>

namespace asio_httpd {

// Throws std::invalid_argument unless it is positive.
middleware timeout(std::chrono::milliseconds d);

}  // namespace asio_httpd
