// SPDX-License-Identifier: BSL-1.0
//
// Registration: checks, conflicts and their messages. Matching itself is in match_index.

#include "routing/tree.hpp"

#include <stdexcept>
#include <utility>

#include "routing/host_table.hpp"
#include "routing/pattern.hpp"

namespace asio_httpd::routing {
namespace {

std::string verb_name(const std::optional<method>& verb) {
  return verb ? std::string(to_string(*verb)) : "any method";
}

// "GET /users/{id} (host example.com)"
std::string title(const registered_route& route) {
  std::string text = verb_name(route.verb) + " " + route.pattern;
  if (!route.host.empty()) text += " (host " + route.host + ")";
  return text;
}

// What no two routes may have in common. Neither a host nor a pattern contains control bytes, so
// the parts cannot run together.
std::string place(const registered_route& route) {
  return normalize_host(route.host) + "\n" + verb_name(route.verb) + "\n" + shape(route.pattern);
}

}  // namespace

void tree::insert(std::string_view host, std::optional<method> verb, std::string_view pattern,
                  std::uint32_t route) {
  require_valid(pattern);
  registered_route added{std::string(host), verb, std::string(pattern), route};
  const auto [taken, is_new] = places_.try_emplace(place(added), routes_.size());
  if (!is_new) {
    throw std::invalid_argument(title(added) + " conflicts with " + title(routes_[taken->second]) +
                                ": both match the same paths");
  }
  routes_.push_back(std::move(added));
}

void tree::compile() {
  index_ = match_index(routes_);
}

match_result tree::find(std::string_view host, method verb, const http::path& path,
                        parameters& out) const noexcept {
  return index_.find(host, verb, path, out);
}

}  // namespace asio_httpd::routing
