// SPDX-License-Identifier: BSL-1.0
//
// The compiled form of the match tree: a few contiguous arrays that refer to each other by index,
// all text in one string. Made once from the list of routes (which has been checked: no malformed
// pattern, no conflict), then immutable, so threads may share it. Look-ups allocate nothing.
//
// find() walks depth-first, the most specific child first. It needs no stack: a node's depth is the
// number of its path's segments, and the way back up is its parent. Each node is entered at most
// once, so the work of one look-up is bounded by the number of nodes, whatever a client sends.

#pragma once

#include <asio_httpd/method.hpp>
#include <asio_httpd/pattern.hpp>

#include <array>
#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "routing/host_table.hpp"
#include "routing/match.hpp"
#include "routing/pattern.hpp"

namespace asio_httpd::http {
class path;
}

namespace asio_httpd::routing {

class match_index {
 public:
  match_index() = default;
  explicit match_index(std::span<const registered_route> routes);

  // As tree::find().
  match_result find(std::string_view host, method verb, const http::path& path,
                    parameters& out) const noexcept;

 private:
  static constexpr std::uint32_t none = host_table::none;
  static constexpr std::uint32_t many = none - 1;

  // One segment, shared by all patterns of a host that begin alike. Its literal children are found
  // by hash, the others here.
  struct node {
    std::uint32_t parent = none;
    std::uint32_t text_offset = 0;  // of a literal, in text_
    std::uint32_t text_length = 0;
    segment_kind kind = segment_kind::literal;
    std::uint32_t literal = none;                             // the literal child, or `many`
    std::array<std::uint32_t, 3> children{none, none, none};  // unsigned_integer, integer, text
    std::array<std::uint32_t, 2> ends{none, none};  // endpoints: path ends here; with a slash
    std::uint32_t rest = none;                      // endpoint of {x...} below this node
  };

  // An edge to a literal child, in an open-addressing table of which at least half is empty.
  struct edge {
    std::uint32_t tag = 0;  // the high half of the hash
    std::uint32_t child = none;
  };

  // The routes for one shape of path, one for each method. That of the n-th method in `methods` is
  // bound_[first + n].
  struct endpoint {
    std::uint64_t methods = 0;  // a bit for each method
    std::uint32_t first = 0;
    std::uint32_t any = none;
    method_set allowed;
  };

  // What is reported of a route: its parameter i is segment positions[i] of the path.
  struct target {
    std::uint32_t route = 0;
    std::uint8_t parameter_count = 0;
    bool ends_with_rest = false;
    std::array<std::uint8_t, max_parameters> positions{};
  };

  // A route's place while the index is made. Sorts by endpoint, then method; any method is last.
  struct binding {
    std::uint32_t endpoint;
    std::uint32_t verb;
    std::uint32_t target;
    friend auto operator<=>(const binding&, const binding&) = default;
  };

  void reserve_edges(std::span<const registered_route> routes);
  std::uint32_t root_of(std::string_view host);
  std::uint32_t add_node(std::uint32_t parent, const pattern_segment& segment);
  std::uint32_t descend(std::uint32_t parent, const pattern_segment& segment);
  void add_edge(std::uint32_t child);
  std::uint32_t endpoint_for(std::uint32_t root, const split_pattern& pattern);
  void bind(std::vector<binding> bindings);
  static target make_target(std::uint32_t route, const split_pattern& pattern);

  std::string_view text_of(const node& literal) const noexcept {
    return {text_.data() + literal.text_offset, literal.text_length};
  }
  std::uint32_t literal_child(std::uint32_t parent, std::string_view segment) const noexcept;
  std::uint32_t hashed_child(std::uint32_t parent, std::string_view segment) const noexcept;
  std::uint32_t child(std::uint32_t parent, std::string_view segment,
                      segment_kind from) const noexcept;
  std::uint32_t search(std::uint32_t root, method verb, const http::path& path,
                       method_set& allowed) const noexcept;
  std::uint32_t choose_end(const node& here, bool whole, bool slash, method verb,
                           method_set& allowed) const noexcept;
  std::uint32_t choose(std::uint32_t place, method verb, method_set& allowed) const noexcept;
  static void fill(const target& matched, const http::path& path, parameters& out) noexcept;

  host_table roots_;
  std::vector<node> nodes_;
  std::vector<edge> edges_;
  std::string text_;
  std::vector<endpoint> endpoints_;
  std::vector<std::uint32_t> bound_;  // targets, by endpoint and method
  std::vector<target> targets_;       // one for each route, in their order
};

}  // namespace asio_httpd::routing
