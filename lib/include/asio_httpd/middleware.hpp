// SPDX-License-Identifier: BSL-1.0
//
// Middleware: what several routes have in common, said once. `use` takes it on a router, on a
// mount and on a single route; the outermost is the one that was used first.
//
//   routes.use(before([](const request& r) -> std::optional<status> { ... }));  // may answer
//   routes.use(after([](const request& r, response& to) { ... }));              // sees each answer
//   routes.use([](const request& r, next n) -> boost::asio::awaitable<response> {
//     response answer = co_await n();                                           // wraps the
//     handler co_return answer;
//   });
//   routes.mount("/api", api).use(...);
//   routes.get("/x", ...).use(...);
//
// When what runs, whatever the order in which the kinds were used:
//
//   1  before-hooks, outermost first, when the head is read: before `100 Continue` and the content.
//      The first that answers ends it: neither the other before-hooks nor the handler are called.
//   2  wrapping ones, outermost first, and in the middle the handler; the content is here by then,
//      unless the handler takes a `request_body`
//   3  after-hooks, innermost first, on every response: a handler's, a before-hook's, that of an
//      exception, of a deadline, of content that is too large or malformed, and on 404, 405 and
//      the answer to OPTIONS below the router or mount. Not on answers to a head that could not be
//      read, since nobody knows whose they are.
//
// Hooks are plain calls: no coroutine frame, no allocation, and no answers that are written piece
// by piece. One wrapping middleware makes a route
// a coroutine. What throws is answered as if the handler had thrown. The function objects are
// called from several threads at once, and live as long as a server that uses them.
//
// One that wants several of these is a class with members of these names:
//
//   struct timing {
//     void before(const request& r) const;
//     void after(const request& r, response& to) const;
//     void configure(route_options& o) const;    // once for each route, when a server is made
//   };

#pragma once

#include <asio_httpd/handler.hpp>
#include <asio_httpd/request.hpp>
#include <asio_httpd/response.hpp>

#include <boost/asio/awaitable.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace asio_httpd {

class middleware;
struct route_options;
struct router_access;

// What a wrapping middleware wraps: the next one, or the handler.
class next {
 public:
  // Calls it. What it throws comes through. To be called at most once: content that was streamed
  // to the handler is not there a second time.
  boost::asio::awaitable<response> operator()() const;

 private:
  friend struct router_access;
  next(const middleware* first, std::size_t count, const handler& run, const request& r) noexcept
      : first_(first), count_(count), run_(&run), request_(&r) {}

  const middleware* first_;
  std::size_t count_;
  const handler* run_;
  const request* request_;
};

namespace detail {

template <class T>
inline constexpr bool is_optional_response = false;
template <class T>
inline constexpr bool is_optional_response<std::optional<T>> = response_type<T>;

template <class M>
concept has_before = requires(const M& m, const request& r) {
  m.before(r);
};
template <class M>
concept has_after = requires(const M& m, const request& r, response& to) {
  m.after(r, to);
};
template <class M>
concept wraps_handler = requires(const M& m, const request& r, next n) {
  { m(r, n) } -> std::same_as<boost::asio::awaitable<response>>;
};
template <class M>
concept has_configure = requires(const M& m, route_options& o) {
  m.configure(o);
};

// False where it answered.
template <class M>
bool ask_before(const M& m, const request& r, response& to) {
  using result = decltype(m.before(r));
  static_assert(std::is_void_v<result> || is_optional_response<result>,
                "asio_httpd: a before-hook returns nothing, or std::optional of what a handler may "
                "return: empty to go on");
  if constexpr (std::is_void_v<result>) {
    m.before(r);
    return true;
  } else {
    result answer = m.before(r);
    if (!answer) return true;
    into_response<typename result::value_type>::write(std::move(*answer), r, to);
    return false;
  }
}

template <class F>
struct before_hook {
  auto before(const request& r) const { return function(r); }
  F function;
};
template <class F>
struct after_hook {
  void after(const request& r, response& to) const { function(r, to); }
  F function;
};

}  // namespace detail

// A hook that looks at the head of a request and may answer it: `f(const request&)` returns nothing
// or std::optional of a response, status, text. There is no content yet.
template <class F>
requires std::invocable<const F&, const request&> detail::before_hook<F> before(F f) {
  return {std::move(f)};
}

// A hook that may change every response before it is sent: `f(const request&, response&)`.
template <class F>
requires std::invocable<const F&, const request&, response&> detail::after_hook<F> after(F f) {
  return {std::move(f)};
}

// One of them with its type erased. Shared by copies; immutable.
class middleware {
 public:
  template <class M>
  requires(!std::same_as<std::remove_cvref_t<M>, middleware>) middleware(M&& m)
      : body_(std::make_shared<const model<std::decay_t<M>>>(std::forward<M>(m))) {}

  bool has_before() const noexcept { return body_->parts.before; }
  bool has_after() const noexcept { return body_->parts.after; }
  bool wraps() const noexcept { return body_->parts.wraps; }

  // False where it answered: then `to` is the answer. Otherwise `to` is as it was.
  bool before(const request& r, response& to) const { return body_->before(r, to); }
  void after(const request& r, response& to) const { body_->after(r, to); }
  // Only where it wraps.
  boost::asio::awaitable<response> operator()(const request& r, next n) const {
    return body_->wrap(r, n);
  }
  void configure(route_options& o) const { body_->configure(o); }

 private:
  struct which {
    bool before;
    bool after;
    bool wraps;
  };
  struct interface {
    explicit interface(which w) noexcept : parts(w) {}
    virtual ~interface() = default;
    virtual bool before(const request& r, response& to) const = 0;
    virtual void after(const request& r, response& to) const = 0;
    virtual boost::asio::awaitable<response> wrap(const request& r, next n) const = 0;
    virtual void configure(route_options& o) const = 0;
    const which parts;
  };

  template <class M>
  struct model;

  std::shared_ptr<const interface> body_;
};

template <class M>
struct middleware::model final : middleware::interface {
  static_assert(detail::has_before<M> || detail::has_after<M> || detail::wraps_handler<M> ||
                    detail::has_configure<M>,
                "asio_httpd: a middleware is before(...), after(...), a function of (const "
                "request&, next) that returns boost::asio::awaitable<response>, or a class with "
                "const members named before, after or configure");

  explicit model(M m)
      : interface({detail::has_before<M>, detail::has_after<M>, detail::wraps_handler<M>}),
        m_(std::move(m)) {}

  bool before(const request& r, response& to) const override {
    if constexpr (detail::has_before<M>) return detail::ask_before(m_, r, to);
    return true;
  }
  void after(const request& r, response& to) const override {
    if constexpr (detail::has_after<M>) m_.after(r, to);
  }
  boost::asio::awaitable<response> wrap(const request& r, next n) const override {
    if constexpr (detail::wraps_handler<M>) {
      return m_(r, n);
    } else {
      return n();
    }
  }
  void configure(route_options& o) const override {
    if constexpr (detail::has_configure<M>) m_.configure(o);
  }

 private:
  M m_;
};

}  // namespace asio_httpd
