// SPDX-License-Identifier: BSL-1.0
//
// The router: routes in the order of registration, and the tree that finds them.

#include <asio_httpd/router.hpp>

#include "http/path.hpp"
#include "http/request_access.hpp"
#include "routing/router_access.hpp"
#include "routing/tree.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <vector>

namespace asio_httpd {

struct router::table {
  table() = default;
  table(const table& other) : tree(other.tree), compiled(other.compiled) {
    for (const auto& r : other.routes) routes.push_back(std::make_unique<route>(*r));
  }
  table& operator=(const table&) = delete;

  // Who registered a route may keep a reference to it, for options.
  std::vector<std::unique_ptr<route>> routes;
  routing::tree tree;
  bool compiled = false;
};

router::router() : table_(std::make_unique<table>()) {}
router::router(const router& other) : table_(std::make_unique<table>(*other.table_)) {}
router::router(router&&) noexcept = default;
router& router::operator=(router other) noexcept {
  table_.swap(other.table_);
  return *this;
}
router::~router() = default;

namespace {

// A handler takes all path parameters or none. Literal patterns were checked by the compiler;
// malformed ones are the tree's to report.
void check_arity(std::string_view pattern, const handler& h) {
  const pattern_info info = inspect_pattern(pattern);
  const std::size_t has = info.parameter_count;
  if (!info.valid() || detail::arity_fits(h.parameters(), has)) return;
  throw std::invalid_argument("route \"" + std::string(pattern) + "\" has " + std::to_string(has) +
                              " path parameter(s), but its handler takes " +
                              std::to_string(h.parameters()) +
                              "; it must take all of them or none");
}

std::string join(std::string_view prefix, std::string_view pattern) {
  if (prefix.ends_with('/')) prefix.remove_suffix(1);
  return std::string(prefix).append(pattern);
}

}  // namespace

route& router::add(std::optional<method> m, std::string_view pattern, handler h,
                   std::string_view host) {
  if (!h) throw std::invalid_argument("route \"" + std::string(pattern) + "\" has no handler");
  check_arity(pattern, h);
  table_->tree.insert(host, m, pattern, static_cast<std::uint32_t>(size()));
  table_->compiled = false;
  return *table_->routes.emplace_back(
      std::make_unique<route>(route{std::string(host), m, std::string(pattern), std::move(h), {}}));
}

void router::mount(std::string_view prefix, const router& other) {
  for (std::size_t i = 0, n = other.size(); i < n; ++i) {
    const route& r = other[i];
    add(r.method, join(prefix, r.pattern), r.run, r.host).options = r.options;
  }
}

router::host_routes router::host(std::string name) {
  return {*this, std::move(name)};
}

void router::host_routes::mount(std::string_view prefix, const router& other) {
  for (std::size_t i = 0, n = other.size(); i < n; ++i) {
    const route& r = other[i];
    owner_->add(r.method, join(prefix, r.pattern), r.run, name_).options = r.options;
  }
}

std::size_t router::size() const noexcept {
  return table_->routes.size();
}
const route& router::operator[](std::size_t i) const noexcept {
  return *table_->routes[i];
}

router::match router::find(request& r) const {
  const http::path* path = request_access::own_path(r);
  if (path == nullptr) throw std::logic_error("asio_httpd: only for requests made by hand");
  router_access::compile(*this);
  return router_access::find(*this, r, *path);
}

response router::handle(request& r) const {
  const match found = find(r);
  response made;
  if (found.result != match::outcome::found) {
    routing::answer_without_route(found, made);
    return made;
  }
  const handler& run = (*this)[found.route].run;
  if (run.is_coroutine()) {
    throw std::logic_error("asio_httpd: a coroutine handler needs a server to run it");
  }
  run(r, made);
  return made;
}

void router_access::compile(const router& r) {
  if (r.table_->compiled) return;
  r.table_->tree.compile();
  r.table_->compiled = true;
}

router::match router_access::find(const router& r, request& q, const http::path& path) noexcept {
  using outcome = router::match::outcome;
  routing::parameters values;
  const auto found = r.table_->tree.find(q.host(), q.method(), path, values);
  switch (found.outcome) {
    case routing::match_outcome::found:
      break;
    case routing::match_outcome::not_found:
      return {outcome::not_found, 0, {}};
    case routing::match_outcome::method_not_allowed:
      return {outcome::method_not_allowed, 0, found.allowed};
    case routing::match_outcome::options:
      return {outcome::options, 0, found.allowed};
  }
  request_access::parameters(q, values);
  request_access::pattern(q, r[found.route].pattern);
  return {outcome::found, found.route, {}};
}

namespace routing {

std::string allow_value(method_set methods) {
  std::string value;
  for (std::size_t i = 0; i < method_count; ++i) {
    const auto m = static_cast<method>(i);
    if (!methods.contains(m)) continue;
    if (!value.empty()) value += ", ";
    value += to_string(m);
  }
  return value;
}

void answer_without_route(const router::match& m, response& to) {
  using outcome = router::match::outcome;
  switch (m.result) {
    case outcome::options:
      to.status(status::no_content);
      to.set(field::allow, allow_value(m.allowed));
      return;
    case outcome::method_not_allowed:
      to = error_response(status::method_not_allowed);
      to.set(field::allow, allow_value(m.allowed));
      return;
    default:
      to = error_response(status::not_found);
  }
}

method_set all_methods(const router& r) noexcept {
  method_set all;
  all.add(method::options);
  for (std::size_t i = 0, n = r.size(); i < n; ++i) {
    if (r[i].method) all.add(*r[i].method);
  }
  if (all.contains(method::get)) all.add(method::head);
  return all;
}

}  // namespace routing
}  // namespace asio_httpd
