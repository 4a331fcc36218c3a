// SPDX-License-Identifier: BSL-1.0
//
// Invariant: the compiled match tree finds for every host, method and path the route, the values
// and the allowed methods that a search through the list of all routes finds, and it refuses
// exactly the malformed and the double ones of them.
//
// Input: lines. "+" begins a route: "+G/users/{id:int}", "+*example.com/{rest...}"; every other
// line is a look-up: "Gexample.com/users/7". The letter is the method, what stands before the first
// slash is the host.

#include "fuzz_input.hpp"

#include "http/path.hpp"
#include "routing/pattern.hpp"
#include "routing/tree.hpp"

#include <asio_httpd/pattern.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace asio_httpd;
using namespace asio_httpd::routing;

constexpr std::size_t most_routes = 24;
constexpr std::size_t most_look_ups = 16;

struct line {
  std::optional<method> verb;
  std::string_view host;
  std::string_view path;
};

std::optional<method> verb_of(char letter) {
  switch (letter) {
    case '*':
      return std::nullopt;
    case 'H':
      return method::head;
    case 'O':
      return method::options;
    case 'P':
      return method::post;
    default:
      return method::get;
  }
}

line split_line(std::string_view text) {
  const char letter = text.empty() ? 'G' : text.front();
  if (!text.empty()) text.remove_prefix(1);
  const std::string_view host = text.substr(0, text.find('/'));
  return {verb_of(letter), host, text.substr(host.size())};
}

// How special a route is for a request: its host, the kind of each segment from the left, its end.
// The smallest in the order of text wins.
std::optional<std::string> rank_of_host(std::string_view registered, std::string_view asked) {
  if (registered.empty()) return "9";
  std::string host(asked);
  std::transform(host.begin(), host.end(), host.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (host.ends_with('.')) host.pop_back();
  if (host.starts_with('.') || host.size() > host_table::max_host_length) return std::nullopt;
  const std::string normal = normalize_host(registered);
  if (!normal.starts_with('.'))
    return host == normal ? std::optional<std::string>("0") : std::nullopt;
  if (host.size() < normal.size() || !host.ends_with(normal)) return std::nullopt;
  // Of two wildcards the longer one.
  return std::string("1") + static_cast<char>(255 - normal.size());
}

bool takes(const pattern_segment& segment, std::string_view text) {
  switch (segment.kind) {
    case segment_kind::literal:
      return segment.text == text;
    case segment_kind::integer:
      return is_integer(text);
    case segment_kind::unsigned_integer:
      return is_unsigned_integer(text);
    default:
      return !text.empty();
  }
}

std::optional<std::string> rank_of_path(std::string_view pattern, const http::path& asked) {
  const split_pattern parts = split(pattern);
  std::string rank;
  for (std::size_t i = 0; i < parts.segments.size(); ++i) {
    const pattern_segment& segment = parts.segments[i];
    if (segment.kind == segment_kind::rest) {
      const bool below = i < asked.size() || (i == asked.size() && asked.trailing_slash());
      return below ? std::optional(rank + "9") : std::nullopt;
    }
    if (i >= asked.size() || !takes(segment, asked[i])) return std::nullopt;
    rank += static_cast<char>('1' + static_cast<int>(segment.kind));
  }
  const bool ends = parts.segments.size() == asked.size();
  if (!ends || parts.trailing_slash != asked.trailing_slash()) return std::nullopt;
  return rank;
}

struct answer {
  match_outcome outcome = match_outcome::not_found;
  const registered_route* route = nullptr;
  method_set allowed;
};

const registered_route* choose(const std::vector<const registered_route*>& routes, method verb) {
  std::vector<std::optional<method>> wanted{verb};
  if (verb == method::head) wanted.emplace_back(method::get);
  wanted.emplace_back(std::nullopt);
  for (const auto& each : wanted) {
    for (const registered_route* route : routes) {
      if (route->verb == each) return route;
    }
  }
  return nullptr;
}

void allow(const registered_route& route, method_set& allowed) {
  allowed.add(*route.verb);
  allowed.add(method::options);
  if (*route.verb == method::get) allowed.add(method::head);
}

answer search(std::span<const registered_route> routes, std::string_view host, method verb,
              const http::path& path) {
  std::map<std::string, std::vector<const registered_route*>> places;
  for (const registered_route& route : routes) {
    const auto by_host = rank_of_host(route.host, host);
    const auto by_path = rank_of_path(route.pattern, path);
    if (by_host && by_path) places[*by_host + "/" + *by_path].push_back(&route);
  }
  answer found;
  for (const auto& [rank, candidates] : places) {
    found.route = choose(candidates, verb);
    if (found.route != nullptr) {
      found.outcome = match_outcome::found;
      found.allowed = {};
      return found;
    }
    for (const registered_route* route : candidates) allow(*route, found.allowed);
  }
  if (places.empty()) return found;
  found.outcome =
      verb == method::options ? match_outcome::options : match_outcome::method_not_allowed;
  return found;
}

void require_values(const registered_route& route, const http::path& path,
                    const parameters& values) {
  const split_pattern parts = split(route.pattern);
  std::size_t next = 0;
  for (std::size_t i = 0; i < parts.segments.size(); ++i) {
    const segment_kind kind = parts.segments[i].kind;
    if (kind == segment_kind::literal) continue;
    FUZZ_REQUIRE(next < values.size());
    FUZZ_REQUIRE(values[next] == (kind == segment_kind::rest ? path.tail(i) : path[i]));
    ++next;
  }
  FUZZ_REQUIRE(next == values.size());
}

void look_up(const tree& routes, const line& asked) {
  const auto copy = std::make_unique<char[]>(asked.path.size());
  asked.path.copy(copy.get(), asked.path.size());
  http::path path;
  if (path.parse({copy.get(), asked.path.size()}) != http::path_error::none) return;
  const method verb = asked.verb.value_or(method::delete_);
  parameters values;
  const match_result result = routes.find(asked.host, verb, path, values);
  const answer expected = search(routes.routes(), asked.host, verb, path);
  FUZZ_REQUIRE(result.outcome == expected.outcome);
  FUZZ_REQUIRE(result.allowed == expected.allowed);
  if (result.outcome == match_outcome::found) {
    FUZZ_REQUIRE(routes.routes()[result.route].pattern == expected.route->pattern);
    FUZZ_REQUIRE(&routes.routes()[result.route] == expected.route);
    require_values(*expected.route, path, values);
  } else {
    FUZZ_REQUIRE(values.size() == 0);
  }
}

// Throws where the host is none.
bool is_double(const tree& routes, const line& added) {
  const std::string host = normalize_host(added.host);
  return std::any_of(routes.routes().begin(), routes.routes().end(), [&](const auto& route) {
    return route.verb == added.verb && shape(route.pattern) == shape(added.path) &&
           normalize_host(route.host) == host;
  });
}

void add(tree& routes, const line& added) {
  const std::size_t before = routes.routes().size();
  try {
    routes.insert(added.host, added.verb, added.path, static_cast<std::uint32_t>(before));
  } catch (const std::invalid_argument&) {
    FUZZ_REQUIRE(routes.routes().size() == before);
    if (!inspect_pattern(added.path).valid()) return;
    try {
      FUZZ_REQUIRE(is_double(routes, added));
    } catch (const std::invalid_argument&) {
      return;
    }
    return;
  }
  FUZZ_REQUIRE(routes.routes().size() == before + 1);
  FUZZ_REQUIRE(inspect_pattern(added.path).valid());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::input(data, size).rest();
  tree routes;
  std::vector<line> look_ups;
  while (!text.empty()) {
    const std::string_view each = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(each.size() + 1, text.size()));
    if (each.starts_with('+')) {
      if (routes.routes().size() < most_routes) add(routes, split_line(each.substr(1)));
    } else if (look_ups.size() < most_look_ups) {
      look_ups.push_back(split_line(each));
    }
  }
  routes.compile();
  for (const line& asked : look_ups) look_up(routes, asked);
  return 0;
}
