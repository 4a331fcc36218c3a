// SPDX-License-Identifier: BSL-1.0
//
// Requests without a route find their scope with the tree that routes are found with: the most
// specific prefix wins, and a host of one's own before any host.

#include "routing/chains.hpp"

#include "routing/host_table.hpp"
#include "routing/pattern.hpp"

#include <algorithm>
#include <set>

namespace asio_httpd::routing {
namespace {

void append(layers& to, const layers& more) {
  to.insert(to.end(), more.begin(), more.end());
}

// What no two scopes in the tree may have in common.
std::string place_of(const scope& s) {
  return normalize_host(s.host) + "\n" + shape(s.prefix);
}

bool has_hooks(const layers& all) noexcept {
  return std::any_of(all.begin(), all.end(),
                     [](const middleware& m) { return m.has_before() || m.has_after(); });
}

}  // namespace

layers layers_of(std::span<const scope> scopes, std::uint32_t which) {
  const scope& s = scopes[which];
  layers all = which == 0 ? layers() : layers_of(scopes, s.parent);
  append(all, s.mount);
  append(all, s.own);
  return all;
}

hooks::hooks(const layers& all) {
  for (const middleware& m : all) {
    if (m.has_before()) before.push_back(m);
    if (m.has_after()) after.push_back(m);
  }
  std::reverse(after.begin(), after.end());
}

bool hooks::admit(const request& r, response& to) const {
  return std::all_of(before.begin(), before.end(),
                     [&](const middleware& m) { return m.before(r, to); });
}

chains::chains(std::span<const scope> scopes, std::span<const layers> of_routes) {
  scopes_.clear();
  if (std::any_of(of_routes.begin(), of_routes.end(), has_hooks)) {
    for (const layers& all : of_routes) routes_.emplace_back(all);
  }
  std::set<std::string> taken;
  bool differ = false;
  for (std::uint32_t i = 0; i < scopes.size(); ++i) {
    scopes_.emplace_back(layers_of(scopes, i));
    differ = differ || (i != 0 && (has_hooks(scopes[i].mount) || has_hooks(scopes[i].own)));
  }
  if (!differ) return;
  for (std::uint32_t i = 0; i < scopes.size(); ++i) {
    if (taken.insert(place_of(scopes[i])).second) insert(scopes[i], i);
  }
  places_.compile();
}

// The prefix itself and all below it.
void chains::insert(const scope& s, std::uint32_t number) {
  if (!s.prefix.empty()) places_.insert(s.host, std::nullopt, s.prefix, number);
  places_.insert(s.host, std::nullopt, s.prefix + "/{_rest...}", number);
}

const hooks* chains::without_route(std::string_view host, const http::path& path) const noexcept {
  parameters ignored;
  const match_result found = places_.find(host, method::get, path, ignored);
  return known(scopes_[found.outcome == match_outcome::found ? found.route : 0]);
}

}  // namespace asio_httpd::routing
