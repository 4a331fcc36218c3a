// SPDX-License-Identifier: BSL-1.0
//
// Which middleware concerns which request. A scope is a router as it was mounted; scopes form a
// tree, and what is used on a scope concerns all its routes and, below its prefix, the requests
// that have none. Made once from routes and scopes, when a server is made; then immutable. Look-ups
// allocate nothing.

#pragma once

#include "routing/tree.hpp"

#include <asio_httpd/middleware.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asio_httpd::routing {

struct scope {
  std::string host;                    // "" any
  std::string prefix;                  // as it was mounted; "" for the first
  std::uint32_t parent = 0;            // the first is its own
  std::vector<middleware> mount = {};  // used on the mount: outside of
  std::vector<middleware> own = {};    // what is used on the router
};

using layers = std::vector<middleware>;  // outermost first

// Of all scopes from the first to that one.
layers layers_of(std::span<const scope> scopes, std::uint32_t which);

// What runs beside the handler.
struct hooks {
  explicit hooks(const layers& all);
  // Calls the before-hooks. False where one answered; then `to` has the answer.
  bool admit(const request& r, response& to) const;

  layers before;  // outermost first
  layers after;   // innermost first
};

class chains {
 public:
  chains() = default;
  // `of_routes`: all layers of each route.
  chains(std::span<const scope> scopes, std::span<const layers> of_routes);

  // Null where there are none.
  const hooks* of_route(std::size_t route) const noexcept {
    return routes_.empty() ? nullptr : known(routes_[route]);
  }
  // Of a request that has no route. Where several routers are mounted at one place, of the first.
  const hooks* without_route(std::string_view host, const http::path& path) const noexcept;
  const hooks* outermost() const noexcept { return known(scopes_.front()); }

 private:
  static const hooks* known(const hooks& h) noexcept {
    return h.before.empty() && h.after.empty() ? nullptr : &h;
  }
  void insert(const scope& s, std::uint32_t number);

  std::vector<hooks> routes_;  // empty where no route has any
  std::vector<hooks> scopes_{hooks({})};
  tree places_;  // the prefixes; empty where all scopes have the same hooks
};

}  // namespace asio_httpd::routing
