// SPDX-License-Identifier: BSL-1.0
//
// What the server needs of a router beyond its public face: looking a request up by the path that
// the engine has parsed already, the middleware that concerns it, and the answers to requests that
// have no route.

#pragma once

#include "routing/chains.hpp"
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
  // For a router that is served from now on, and to which nothing is added: compiles it, wraps its
  // handlers, and makes their options what middleware says.
  static void prepare(router& r);
  // Null where there are none. Only once it is prepared.
  static const routing::hooks* hooks_of(const router& r, std::size_t route) noexcept;
  // The same for a request without a route; `path` is null where it has none.
  static const routing::hooks* hooks_without_route(const router& r, std::string_view host,
                                                   const http::path* path) noexcept;
  // Fills in the request's path parameters and pattern where a route is found.
  static router::match find(const router& r, request& q, const http::path& path) noexcept;

 private:
  // The handler inside of those of `all` that wrap.
  static handler wrapped(handler run, const routing::layers& all);
};

namespace routing {

// The answer where there is no handler to ask: 404, 405 with Allow, or 204 with Allow for OPTIONS.
void answer_without_route(const router::match& m, response& to);

// All methods that some route has, for `OPTIONS *`.
method_set all_methods(const router& r) noexcept;

std::string allow_value(method_set methods);

}  // namespace routing
}  // namespace asio_httpd
