// SPDX-License-Identifier: BSL-1.0
//
// First the making of the index, at start-up; then the look-up, for every request.

#include "routing/match_index.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "http/path.hpp"

namespace asio_httpd::routing {
namespace {

static_assert(max_pattern_segments <= 256, "the positions of parameters are kept in one byte");
static_assert(max_pattern_segments <= http::path::max_segments, "longer ones could never match");
static_assert(method_count <= 64, "methods are kept as the bits of one word");

constexpr auto any_method = static_cast<std::uint32_t>(method_count);

// std::popcount calls a library function where the processor may lack the instruction; there are
// few bits here.
constexpr std::uint32_t count_bits(std::uint64_t set) noexcept {
  std::uint32_t count = 0;
  for (; set != 0; set &= set - 1) ++count;
  return count;
}

constexpr std::uint64_t bit(method verb) noexcept {
  return std::uint64_t{1} << static_cast<unsigned>(verb);
}

template <class Integer>
std::uint64_t load(const char* from) noexcept {
  Integer value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

// 1 to 7 bytes as one word: overlapping reads instead of a loop.
inline std::uint64_t load_short(const char* data, std::size_t size) noexcept {
  if (size >= 4) return load<std::uint32_t>(data) | load<std::uint32_t>(data + size - 4) << 32;
  return load<std::uint8_t>(data) | load<std::uint8_t>(data + size / 2) << 8 |
         load<std::uint8_t>(data + size - 1) << 16;
}

constexpr std::uint64_t mix(std::uint64_t value) noexcept {
  value *= 0x9e3779b97f4a7c15U;  // 2^64 divided by the golden ratio
  return value ^ (value >> 32);
}

// A hash for speed, not against enemies: the keys in the table are the program's own patterns and
// the table never grows, so no choice of paths makes a look-up longer than the longest run of
// entries.
inline std::uint64_t hash_edge(std::uint32_t parent, std::string_view text) noexcept {
  const char* data = text.data();
  std::size_t size = text.size();
  std::uint64_t hash = parent + (std::uint64_t{size} << 32);
  for (; size >= 8; size -= 8, data += 8) hash = mix(hash ^ load<std::uint64_t>(data));
  return mix(size == 0 ? hash : hash ^ load_short(data, size));
}

constexpr std::uint32_t tag_of(std::uint64_t hash) noexcept {
  return static_cast<std::uint32_t>(hash >> 32);
}

// As memcmp, without the call, which costs more than the few bytes of a segment.
inline bool equal(const char* a, const char* b, std::size_t size) noexcept {
  for (; size >= 8; size -= 8, a += 8, b += 8) {
    if (load<std::uint64_t>(a) != load<std::uint64_t>(b)) return false;
  }
  return size == 0 || load_short(a, size) == load_short(b, size);
}

inline bool equal(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && equal(a.data(), b.data(), a.size());
}

// The place of a parameter's kind in node::children.
constexpr std::size_t slot_of(segment_kind kind) noexcept {
  return static_cast<std::size_t>(kind) - static_cast<std::size_t>(segment_kind::unsigned_integer);
}

constexpr segment_kind after(segment_kind kind) noexcept {
  return static_cast<segment_kind>(static_cast<std::uint8_t>(kind) + 1);
}

// A plain parameter is not empty, so that "/users//posts" does not reach a handler with the id "".
bool accepts(segment_kind kind, std::string_view segment) noexcept {
  switch (kind) {
    case segment_kind::unsigned_integer:
      return is_unsigned_integer(segment);
    case segment_kind::integer:
      return is_integer(segment);
    default:
      return !segment.empty();
  }
}

// Every path with a route answers OPTIONS, and HEAD where it answers GET.
method_set allowed_by(method verb) noexcept {
  method_set set;
  set.add(verb);
  if (verb == method::get) set.add(method::head);
  set.add(method::options);
  return set;
}

}  // namespace

match_index::match_index(std::span<const registered_route> routes) {
  reserve_edges(routes);
  std::vector<binding> bindings;
  for (const registered_route& route : routes) {
    const split_pattern pattern = split(route.pattern);
    const std::uint32_t place = endpoint_for(root_of(route.host), pattern);
    const auto verb = route.verb ? static_cast<std::uint32_t>(*route.verb) : any_method;
    bindings.push_back({place, verb, static_cast<std::uint32_t>(targets_.size())});
    targets_.push_back(make_target(route.route, pattern));
  }
  bind(std::move(bindings));
}

void match_index::reserve_edges(std::span<const registered_route> routes) {
  std::size_t segments = 0;
  for (const registered_route& route : routes) segments += split(route.pattern).segments.size();
  edges_.resize(std::bit_ceil(2 * segments + 2));
}

std::uint32_t match_index::root_of(std::string_view host) {
  std::uint32_t& root = roots_.value_of(normalize_host(host));
  if (root == none) root = add_node(none, {segment_kind::literal, {}});
  return root;
}

std::uint32_t match_index::add_node(std::uint32_t parent, const pattern_segment& segment) {
  node added;
  added.parent = parent;
  added.kind = segment.kind;
  added.text_offset = static_cast<std::uint32_t>(text_.size());
  added.text_length = static_cast<std::uint32_t>(segment.text.size());
  text_ += segment.text;
  nodes_.push_back(added);
  return static_cast<std::uint32_t>(nodes_.size() - 1);
}

// The child of `parent` for a segment, which is made when it is new.
std::uint32_t match_index::descend(std::uint32_t parent, const pattern_segment& segment) {
  if (segment.kind == segment_kind::literal) {
    const std::uint32_t known = literal_child(parent, segment.text);
    if (known != none) return known;
    const std::uint32_t added = add_node(parent, segment);
    add_edge(added);
    nodes_[parent].literal = nodes_[parent].literal == none ? added : many;
    return added;
  }
  const std::size_t slot = slot_of(segment.kind);
  if (nodes_[parent].children[slot] == none) {
    const std::uint32_t added = add_node(parent, segment);
    nodes_[parent].children[slot] = added;
  }
  return nodes_[parent].children[slot];
}

void match_index::add_edge(std::uint32_t child) {
  const node& literal = nodes_[child];
  const std::uint64_t hash = hash_edge(literal.parent, text_of(literal));
  std::size_t at = hash & (edges_.size() - 1);
  while (edges_[at].child != none) at = (at + 1) & (edges_.size() - 1);
  edges_[at] = {tag_of(hash), child};
}

std::uint32_t match_index::endpoint_for(std::uint32_t root, const split_pattern& pattern) {
  std::uint32_t at = root;
  bool rest = false;
  for (const pattern_segment& segment : pattern.segments) {
    rest = segment.kind == segment_kind::rest;
    if (!rest) at = descend(at, segment);
  }
  std::uint32_t& place = rest ? nodes_[at].rest : nodes_[at].ends[pattern.trailing_slash ? 1 : 0];
  if (place == none) {
    place = static_cast<std::uint32_t>(endpoints_.size());
    endpoints_.emplace_back();
  }
  return place;
}

void match_index::bind(std::vector<binding> bindings) {
  std::sort(bindings.begin(), bindings.end());
  for (const binding& bound : bindings) {
    endpoint& at = endpoints_[bound.endpoint];
    if (bound.verb == any_method) {
      at.any = bound.target;
      continue;
    }
    const auto verb = static_cast<method>(bound.verb);
    if (at.methods == 0) at.first = static_cast<std::uint32_t>(bound_.size());
    at.methods |= bit(verb);
    at.allowed.add(allowed_by(verb));
    bound_.push_back(bound.target);
  }
}

match_index::target match_index::make_target(std::uint32_t route, const split_pattern& pattern) {
  target made;
  made.route = route;
  for (std::size_t i = 0; i < pattern.segments.size(); ++i) {
    if (pattern.segments[i].kind == segment_kind::literal) continue;
    made.positions[made.parameter_count++] = static_cast<std::uint8_t>(i);
    made.ends_with_rest = pattern.segments[i].kind == segment_kind::rest;
  }
  return made;
}

match_result match_index::find(std::string_view host, method verb, const http::path& path,
                               parameters& out) const noexcept {
  out.clear();
  match_result result;
  std::uint32_t found = none;
  roots_.visit(host, [&](std::uint32_t root) {
    found = search(root, verb, path, result.allowed);
    return found != none;
  });
  if (found != none) {
    fill(targets_[found], path, out);
    return {match_outcome::found, targets_[found].route, {}};
  }
  if (!result.allowed.empty()) {
    const bool asked = verb == method::options;
    result.outcome = asked ? match_outcome::options : match_outcome::method_not_allowed;
  }
  return result;
}

// The target for `path` below `root`, or none; then `allowed` has the methods of those passed by.
// `next` is the kind of child to be tried next at the node `at`.
std::uint32_t match_index::search(std::uint32_t root, method verb, const http::path& path,
                                  method_set& allowed) const noexcept {
  std::uint32_t at = root;
  std::size_t depth = 0;
  segment_kind next = segment_kind::literal;
  for (;;) {
    const bool whole = depth == path.size();
    const std::uint32_t below = whole ? none : child(at, path[depth], next);
    if (below != none) {
      at = below;
      ++depth;
      next = segment_kind::literal;
      continue;
    }
    const std::uint32_t found = choose_end(nodes_[at], whole, path.trailing_slash(), verb, allowed);
    if (found != none || at == root) return found;
    next = after(nodes_[at].kind);
    at = nodes_[at].parent;
    --depth;
  }
}

// The target of a pattern that ends at a node, once no child of it has one: `whole` says that the
// path ends there too. What is left for {x...} may be nothing, but begins after a slash.
std::uint32_t match_index::choose_end(const node& here, bool whole, bool slash, method verb,
                                      method_set& allowed) const noexcept {
  const std::uint32_t found = whole ? choose(here.ends[slash ? 1 : 0], verb, allowed) : none;
  if (found != none || (whole && !slash)) return found;
  return choose(here.rest, verb, allowed);
}

// The first child that takes the segment, among those of kind `from` and less specific ones.
std::uint32_t match_index::child(std::uint32_t parent, std::string_view segment,
                                 segment_kind from) const noexcept {
  const node& here = nodes_[parent];
  if (from == segment_kind::literal) {
    const std::uint32_t found = literal_child(parent, segment);
    if (found != none) return found;
    from = after(from);
  }
  for (; from != segment_kind::rest; from = after(from)) {
    const std::uint32_t found = here.children[slot_of(from)];
    if (found != none && accepts(from, segment)) return found;
  }
  return none;
}

std::uint32_t match_index::literal_child(std::uint32_t parent,
                                         std::string_view segment) const noexcept {
  const std::uint32_t only = nodes_[parent].literal;
  if (only == many) return hashed_child(parent, segment);
  return only != none && equal(text_of(nodes_[only]), segment) ? only : none;
}

std::uint32_t match_index::hashed_child(std::uint32_t parent,
                                        std::string_view segment) const noexcept {
  const std::uint64_t hash = hash_edge(parent, segment);
  const std::size_t mask = edges_.size() - 1;
  for (std::size_t i = hash & mask; edges_[i].child != none; i = (i + 1) & mask) {
    if (edges_[i].tag != tag_of(hash)) continue;
    const node& literal = nodes_[edges_[i].child];
    if (literal.parent == parent && equal(text_of(literal), segment)) return edges_[i].child;
  }
  return none;
}

// The target of an endpoint for a method; without one, the methods that it has go to `allowed`.
std::uint32_t match_index::choose(std::uint32_t place, method verb,
                                  method_set& allowed) const noexcept {
  if (place == none) return none;
  const auto& [methods, first, any, names] = endpoints_[place];
  if (verb == method::head && (methods & bit(verb)) == 0) verb = method::get;
  if ((methods & bit(verb)) != 0) {
    return bound_[first + count_bits(methods & (bit(verb) - 1))];
  }
  allowed.add(names);
  return any;
}

void match_index::fill(const target& matched, const http::path& path, parameters& out) noexcept {
  for (std::size_t i = 0; i < matched.parameter_count; ++i) {
    const std::size_t position = matched.positions[i];
    const bool rest = matched.ends_with_rest && i + 1 == matched.parameter_count;
    out.push_back(rest ? path.tail(position) : path[position]);
  }
}

}  // namespace asio_httpd::routing
