// SPDX-License-Identifier: BSL-1.0
//
// The match tree: from host, method and path to the number of a route. Routes are inserted at
// start-up in any order; malformed and conflicting ones throw there. After compile(), find() may be
// called from any number of threads at once: it neither allocates nor throws nor recurses.
//
// The most specific route wins, whatever the order of insertion. Segments are compared from the
// left: literal text before {x:uint}, {x:int}, {x} and {x...}. A route that has the path but not
// the method does not hide a less specific one that has both. Hosts: exact, wildcard, any,
// likewise.

#pragma once

#include <asio_httpd/method.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "routing/match.hpp"
#include "routing/match_index.hpp"

namespace asio_httpd::routing {

class tree {
 public:
  // No `verb`: the route takes every method that has no route of its own with the same path.
  // Throws std::invalid_argument with a sentence that names the pattern, or both patterns when two
  // routes would take the same requests; the tree is then as before. find() sees the route after
  // the next compile().
  void insert(std::string_view host, std::optional<method> verb, std::string_view pattern,
              std::uint32_t route);

  void compile();

  // `host` has no port. `out` is filled when the outcome is found, and else emptied; its values are
  // views into `path`. HEAD is given the GET route of the same path when there is none for HEAD.
  match_result find(std::string_view host, method verb, const http::path& path,
                    parameters& out) const noexcept;

  // In the order of insertion.
  std::span<const registered_route> routes() const noexcept { return routes_; }

 private:
  std::vector<registered_route> routes_;
  std::map<std::string, std::size_t> places_;  // host, method and shape: what must be unique
  match_index index_;
};

}  // namespace asio_httpd::routing
