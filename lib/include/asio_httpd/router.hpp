// SPDX-License-Identifier: BSL-1.0
//
// The router: which handler answers which method, host and path.
//
//   router routes;
//   routes.get("/users/{id}", [](int id) { return std::to_string(id); });
//   routes.get("/users/{id}/files/{rest...}", ...);     // rest: zero or more segments
//   routes.mount("/api", api_routes);
//   routes.host("example.org").get("/", ...);
//   routes.redirect("/old/{rest...}", "/new/{rest}");
//   routes.use(...);  // middleware.hpp; also on routes and mounts
//
// Patterns (pattern.hpp has the grammar): static segments, `{name}` for one segment, `{name:int}`
// for one that is an integer, `{rest...}` for all that is left. The most specific pattern wins
// whatever the order of registration; two that match the same paths are a conflict, which throws
// std::invalid_argument naming both. A literal pattern is checked when the program is compiled,
// against the handler's arguments too; one that is made at run time is wrapped in
// `runtime_pattern{...}` and checked at registration.
//
// HEAD is answered from GET, OPTIONS by itself, and a path without that method by 405 with Allow.
// Build a router in one thread; once it is given to a server it is a copy that never changes.

#pragma once

#include <asio_httpd/file_options.hpp>
#include <asio_httpd/handler.hpp>
#include <asio_httpd/method.hpp>
#include <asio_httpd/middleware.hpp>
#include <asio_httpd/pattern.hpp>
#include <asio_httpd/upload_options.hpp>
#include <asio_httpd/websocket.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace asio_httpd {

// A pattern that is known only when the program runs.
struct runtime_pattern {
  std::string text;
};

namespace detail {
// Named by the compiler where a literal pattern is wrong; never called.
inline void the_route_pattern_is_malformed() {}
inline void the_route_pattern_and_the_handler_disagree_on_the_number_of_path_parameters() {}

constexpr bool arity_fits(std::size_t handler_takes, std::size_t pattern_has) {
  return handler_takes == 0 || handler_takes == pattern_has;
}

// Like std::format_string: a literal is checked while the program compiles.
template <class F>
class route_pattern {
 public:
  template <std::convertible_to<std::string_view> Text>
  consteval route_pattern(const Text& text) : text_(text) {
    pattern_info info = inspect_pattern(text_);
    if (info.error != pattern_error::none) the_route_pattern_is_malformed();
    if (!arity_fits(handler_traits<std::decay_t<F>>::parameters, info.parameter_count)) {
      the_route_pattern_and_the_handler_disagree_on_the_number_of_path_parameters();
    }
  }
  route_pattern(const runtime_pattern& p) : text_(p.text) {}

  std::string_view text() const noexcept { return text_; }

 private:
  std::string_view text_;
};

template <class F>
using pattern_for = std::type_identity_t<route_pattern<F>>;
}  // namespace detail

// What a route asks of the connection before its handler runs. Known at the end of the head, so
// that a refused body gets its answer before `100 Continue`.
struct route_options {
  // The largest content that is taken, in bytes; 413 above. Default: limits::body.
  std::optional<std::uint64_t> body_limit;
  // How long a coroutine handler may take; 503 after it. Default: deadlines::handler.
  std::optional<std::chrono::milliseconds> deadline;
  // A coroutine handler runs to its end although its client has left. Otherwise what it awaits is
  // cancelled: `operation_aborted`.
  bool detached = false;
};

// One registered route.
struct route {
  std::string host;                          // "" any, "example.org", "*.example.org"
  std::optional<asio_httpd::method> method;  // empty: any method
  std::string pattern;
  handler run;
  route_options options;
  std::vector<middleware> layers = {};  // its own, outermost first; not those of its router

  route& body_limit(std::uint64_t bytes) {
    options.body_limit = bytes;
    return *this;
  }
  route& deadline(std::chrono::milliseconds d) {
    options.deadline = d;
    return *this;
  }
  route& detached() {
    options.detached = true;
    return *this;
  }
  // The handler blocks or computes for long: it runs on the pool of `run_blocking`, and no other
  // connection waits for it. Its client's leaving and its deadline are seen when it returns. Throws
  // std::logic_error for a coroutine.
  route& blocking() {
    run = run.blocking();
    return *this;
  }
  // Middleware for this route only, inside of its router's.
  route& use(middleware m) {
    layers.push_back(std::move(m));
    return *this;
  }
};

class router {
 public:
  class mounted;
  class host_routes;

  router();
  router(const router&);
  router(router&&) noexcept;
  router& operator=(router) noexcept;
  ~router();

  // The returned reference is valid until the router is destroyed, assigned or mounted.
  template <class F>
  route& get(detail::pattern_for<F> pattern, F&& f) {
    return add(method::get, pattern.text(), handler(std::forward<F>(f)));
  }
  template <class F>
  route& post(detail::pattern_for<F> pattern, F&& f) {
    return add(method::post, pattern.text(), handler(std::forward<F>(f)));
  }
  template <class F>
  route& put(detail::pattern_for<F> pattern, F&& f) {
    return add(method::put, pattern.text(), handler(std::forward<F>(f)));
  }
  template <class F>
  route& patch(detail::pattern_for<F> pattern, F&& f) {
    return add(method::patch, pattern.text(), handler(std::forward<F>(f)));
  }
  template <class F>
  route& delete_(detail::pattern_for<F> pattern, F&& f) {
    return add(method::delete_, pattern.text(), handler(std::forward<F>(f)));
  }
  // One method given by value, or every method that has no route of its own there.
  template <class F>
  route& on(method m, detail::pattern_for<F> pattern, F&& f) {
    return add(m, pattern.text(), handler(std::forward<F>(f)));
  }
  template <class F>
  route& any(detail::pattern_for<F> pattern, F&& f) {
    return add(std::nullopt, pattern.text(), handler(std::forward<F>(f)));
  }

  // Answers GET of exactly that path with that file (opened at each request).
  route& file(std::string_view path, std::string filename);
  // Serves the folder's files below `prefix`. Throws std::system_error where it is unreadable.
  route& files(std::string_view prefix, const std::string& directory, file_options options = {});
  // Takes files into the folder below `prefix`, and nowhere else: PUT, forms by POST, and DELETE as
  // the options say. It may be the prefix of `files`, too. What is used on the result concerns
  // these requests only: who may upload. Throws std::system_error where the folder is unreadable.
  mounted uploads(std::string_view prefix, const std::string& directory,
                  upload_options options = {});
  // A WebSocket at that path; see websocket.hpp.
  route& websocket(std::string_view path, websocket_handler f, websocket_options options = {});
  // Answers every method with a redirect to `target`: a path on this host, or a URL with http: or
  // https:. "{name}" in it stands for that path parameter of the pattern, in the path, the query or
  // the fragment, but never in the host; the query of the request is kept, behind that of the
  // target. Nothing in a request leads to another host. The default is temporary and keeps the
  // method; a permanent one (308, 301) is remembered by browsers for good. Throws
  // std::invalid_argument.
  route& redirect(std::string_view pattern, std::string_view target,
                  asio_httpd::status s = asio_httpd::status::temporary_redirect);
  // The JSON status of the server; see docs/reference/status.md.
  route& status(std::string_view path = "/status", status_options options = {});
  // For load balancers: 200 while the server serves, 503 from the moment it begins to stop.
  route& readiness(std::string_view path = "/status/ready");

  // Middleware for all routes of this router, whether they were registered before it or are after
  // it, those that are mounted included, and for the answers to requests that have no route.
  router& use(middleware m);

  // All routes of `other` as they are now, below `prefix` ("/api"), with its middleware. Hosts are
  // kept. What is used on the result concerns these routes, and requests below the prefix that have
  // no route; it is outside of what `other` uses.
  mounted mount(std::string_view prefix, const router& other);
  // The routes of one host: "example.org" or "*.example.org". Middleware for it is used on what is
  // mounted there. To be used until the router is destroyed or assigned.
  host_routes host(std::string name);

  // The low-level form that the others call: pattern and handler are checked here.
  route& add(std::optional<method> m, std::string_view pattern, handler h,
             std::string_view host = {});

  std::size_t size() const noexcept;
  const route& operator[](std::size_t i) const noexcept;

  struct match {
    enum class outcome { found, not_found, method_not_allowed, options };
    outcome result = outcome::not_found;
    std::size_t route = 0;  // an index, where found
    method_set allowed;     // where method_not_allowed or options
  };
  // For using the router without the server: finds the route of a request, fills in its path
  // parameters, and calls its hooks and its handler where this is a plain function. What they throw
  // comes through.
  match find(request& r) const;
  response handle(request& r) const;

 private:
  friend struct router_access;
  struct table;
  router(std::shared_ptr<table> shared, std::string host) noexcept;
  std::shared_ptr<table> table_;  // a router's own; shared with its `host_routes` only
  std::string host_;              // of what is registered; "" any
};

// The place of a mount. Valid as long as the router is neither destroyed nor assigned.
class router::mounted {
 public:
  mounted& use(middleware m);

 private:
  friend class router;
  mounted(table& owner, std::uint32_t scope) noexcept : owner_(&owner), scope_(scope) {}
  table* owner_;
  std::uint32_t scope_;
};

// A router by another name, whose routes go into the table of the one that it is of.
class router::host_routes : private router {
 public:
  host_routes(const host_routes& same) : host_routes(same.table_, same.host_) {}
  host_routes& operator=(const host_routes&) = delete;

  using router::any;
  using router::delete_;
  using router::file;
  using router::files;
  using router::get;
  using router::mount;
  using router::on;
  using router::patch;
  using router::post;
  using router::put;
  using router::readiness;
  using router::redirect;
  using router::status;
  using router::websocket;

 private:
  friend class router;
  host_routes(std::shared_ptr<table> shared, std::string name) noexcept
      : router(std::move(shared), std::move(name)) {}
};

}  // namespace asio_httpd
