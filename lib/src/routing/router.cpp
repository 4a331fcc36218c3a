// SPDX-License-Identifier: BSL-1.0
//
// The router: routes in the order of registration, the tree that finds them, and whose middleware
// concerns them.

#include <asio_httpd/router.hpp>

#include "http/path.hpp"
#include "http/request_access.hpp"
#include "routing/chains.hpp"
#include "routing/router_access.hpp"
#include "routing/tree.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <vector>

namespace asio_httpd {

struct router::table {
  table() = default;
  table(const table& other)
      : scope_of(other.scope_of),
        scopes(other.scopes),
        tree(other.tree),
        chains(other.chains),
        compiled(other.compiled) {
    for (const auto& r : other.routes) routes.push_back(std::make_unique<route>(*r));
  }
  table& operator=(const table&) = delete;

  // Who registered a route may keep a reference to it, for options.
  std::vector<std::unique_ptr<route>> routes;
  std::vector<std::uint32_t> scope_of;                                  // of each route
  std::vector<routing::scope> scopes = std::vector<routing::scope>(1);  // first: the router itself
  routing::tree tree;
  routing::chains chains;  // once it is prepared
  bool compiled = false;

  // All middleware of a route, outermost first.
  routing::layers layers_of(std::size_t which) const {
    routing::layers all = routing::layers_of(scopes, scope_of[which]);
    const auto& own = routes[which]->layers;
    all.insert(all.end(), own.begin(), own.end());
    return all;
  }
  std::vector<routing::layers> all_layers() const {
    std::vector<routing::layers> all;
    for (std::size_t i = 0; i < routes.size(); ++i) all.push_back(layers_of(i));
    return all;
  }
};

router::router() : table_(std::make_shared<table>()) {}
router::router(const router& other) : table_(std::make_shared<table>(*other.table_)) {}
router::router(std::shared_ptr<table> shared, std::string host) noexcept
    : table_(std::move(shared)), host_(std::move(host)) {}
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

void call_plain(const route& r, const routing::layers& all, const request& q, response& to) {
  const bool waits = r.run.is_coroutine() ||
                     std::any_of(all.begin(), all.end(), [](auto& m) { return m.wraps(); });
  if (waits) throw std::logic_error("asio_httpd: a coroutine handler needs a server to run it");
  r.run(q, to);
}

}  // namespace

route& router::add(std::optional<method> m, std::string_view pattern, handler h,
                   std::string_view host) {
  if (!h) throw std::invalid_argument("route \"" + std::string(pattern) + "\" has no handler");
  check_arity(pattern, h);
  if (host.empty()) host = host_;
  table_->tree.insert(host, m, pattern, static_cast<std::uint32_t>(size()));
  table_->compiled = false;
  table_->scope_of.push_back(0);
  return *table_->routes.emplace_back(std::make_unique<route>(
      route{std::string(host), m, std::string(pattern), std::move(h), {}, {}}));
}

router& router::use(middleware m) {
  table_->scopes.front().own.push_back(std::move(m));
  return *this;
}

router::mounted& router::mounted::use(middleware m) {
  owner_->scopes[scope_].mount.push_back(std::move(m));
  return *this;
}

// Hosts of `other` are kept where this is not for one host itself.
router::mounted router::mount(std::string_view prefix, const router& other) {
  const auto host_of = [this](const auto& r) { return host_.empty() ? r.host : host_; };
  auto& scopes = table_->scopes;
  const auto first = static_cast<std::uint32_t>(scopes.size());
  const std::size_t routes = other.size();  // it may be this router
  for (std::uint32_t i = 0, n = static_cast<std::uint32_t>(other.table_->scopes.size()); i < n;
       ++i) {
    routing::scope s = other.table_->scopes[i];
    s.host = host_of(s);
    s.prefix = join(prefix, s.prefix);
    s.parent = i == 0 ? 0 : first + s.parent;
    scopes.push_back(std::move(s));
  }
  for (std::size_t i = 0; i < routes; ++i) {
    const route& r = other[i];
    route& added = add(r.method, join(prefix, r.pattern), r.run, host_of(r));
    added.options = r.options;
    added.layers = r.layers;
    table_->scope_of.back() = first + other.table_->scope_of[i];
  }
  return {*table_, first};
}

router::host_routes router::host(std::string name) {
  return {table_, std::move(name)};
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
  const routing::chains chains(table_->scopes, table_->all_layers());
  const bool has_route = found.result == match::outcome::found;
  const routing::hooks* hooks = has_route
                                    ? chains.of_route(found.route)
                                    : chains.without_route(r.host(), *request_access::own_path(r));
  if (hooks == nullptr || hooks->admit(r, made)) {
    has_route ? call_plain((*this)[found.route], table_->layers_of(found.route), r, made)
              : routing::answer_without_route(found, made);
  }
  if (hooks != nullptr) {
    for (const middleware& m : hooks->after) m.after(r, made);
  }
  return made;
}

void router_access::compile(const router& r) {
  if (r.table_->compiled) return;
  r.table_->tree.compile();
  r.table_->compiled = true;
}

// An innermost middleware is asked first, so that its word counts.
void router_access::prepare(router& r) {
  compile(r);
  auto& t = *r.table_;
  const auto all = t.all_layers();
  t.chains = routing::chains(t.scopes, all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    route& served = *t.routes[i];
    std::for_each(all[i].rbegin(), all[i].rend(),
                  [&](const middleware& m) { m.configure(served.options); });
    served.run = wrapped(std::move(served.run), all[i]);
  }
}

// The function is no coroutine, but returns one: its frames refer to `wrapping`, which lies in the
// handler and so lives as long as a call.
handler router_access::wrapped(handler run, const routing::layers& all) {
  routing::layers wrapping;
  std::copy_if(all.begin(), all.end(), std::back_inserter(wrapping),
               [](const middleware& m) { return m.wraps(); });
  if (wrapping.empty()) return run;
  const bool streams_body = run.streams_body();
  handler made = [run = std::move(run), wrapping = std::move(wrapping)](const request& r) {
    return next(wrapping.data(), wrapping.size(), run, r)();
  };
  made.streams_body_ = streams_body;
  return made;
}

const routing::hooks* router_access::hooks_of(const router& r, std::size_t route) noexcept {
  return r.table_->chains.of_route(route);
}

const routing::hooks* router_access::hooks_without_route(const router& r, std::string_view host,
                                                         const http::path* path) noexcept {
  const auto& chains = r.table_->chains;
  return path == nullptr ? chains.outermost() : chains.without_route(host, *path);
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
