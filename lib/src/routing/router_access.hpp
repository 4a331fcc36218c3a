// SPDX-License-Identifier: BSL-1.0
//
// What the server needs of a router beyond its public face: looking a request up by the path that
// the engine has parsed already, and the answers to requests that have no route.

#pragma once

#include "routing/match.hpp"

#include <asio_httpd/request.hpp>
#include <asio_httpd/response.hpp>
#include <asio_httpd/router.hpp>

namespace asio_httpd {

namespace http {
class path;
}

struct router_access {
  // Makes look-ups possible; after this, `find` is safe from any thread while nothing is added.
  static void compile(const router& r);
  // Fills in the request's path parameters and pattern where a route is found.
  static router::match find(const router& r, request& q, const http::path& path) noexcept;
};

namespace routing {

// The answer where there is no handler to ask: 404, 405 with Allow, or 204 with Allow for OPTIONS.
void answer_without_route(const router::match& m, response& to);

// All methods that some route has, for `OPTIONS *`.
method_set all_methods(const router& r) noexcept;

std::string allow_value(method_set methods);

}  // namespace routing
}  // namespace asio_httpd
