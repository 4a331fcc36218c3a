// SPDX-License-Identifier: BSL-1.0
//
// Handlers: any function whose arguments are what it needs and whose return value is the response.
//
//   [] { return "hello"; }
//   [](int id) { return std::to_string(id); }                          // a path parameter, typed
//   [](const request& r, std::string_view name) -> response { ... }
//   [](const request& r) -> boost::asio::awaitable<response> { ... }   // a coroutine
//   [](request_body body) -> boost::asio::awaitable<response> { ... }    // reads its content
//
// Arguments: `const request&`, `request_body` and path parameters, these in the order of the
// pattern: all of them, or none. A parameter that does not convert is answered 404. Return values:
// whatever `into_response` knows (text, response, status, optional, void for 204; `json.hpp` adds
// JSON) or an `awaitable` of one. A plain function is called directly, without a coroutine frame.
//
// The router keeps the function object alive as long as a server uses it, so captures of a
// coroutine lambda are safe. It is called from several threads at once: what it shares must be
// thread-safe. A coroutine whose client leaves is cancelled, unless its route is `detached()`. A
// handler that throws `http_error` is answered with that; anything else is a 500 and a log line.

#pragma once

#include <asio_httpd/pattern.hpp>
#include <asio_httpd/request.hpp>
#include <asio_httpd/request_body.hpp>
#include <asio_httpd/response.hpp>

#include <boost/asio/awaitable.hpp>

#include <charconv>
#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace asio_httpd {

struct router_access;

// How a path parameter becomes a T. Specialise it for your own types.
template <class T>
struct from_path_parameter;

template <>
struct from_path_parameter<std::string_view> {
  static std::optional<std::string_view> convert(std::string_view text) { return text; }
};

template <>
struct from_path_parameter<std::string> {
  static std::optional<std::string> convert(std::string_view text) { return std::string(text); }
};

// Numbers: the whole segment, in decimal, within the range of the type.
template <class T>
requires(std::is_arithmetic_v<T> && !std::same_as<T, bool> &&
         !std::same_as<T, char>) struct from_path_parameter<T> {
  static std::optional<T> convert(std::string_view text) {
    T value{};
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
  }
};

namespace detail {
// Content-Type of text that says nothing else.
void set_plain_text(response& to);
}  // namespace detail

// How a returned T becomes a response. Specialise it for your own types.
template <class T>
struct into_response;

template <>
struct into_response<response> {
  static void write(response&& from, const request&, response& to) { to = std::move(from); }
};

template <>
struct into_response<status> {
  static void write(status from, const request&, response& to);
};

template <class T>
requires std::convertible_to<const T&, std::string_view>
struct into_response<T> {
  static void write(const T& from, const request&, response& to) {
    detail::set_plain_text(to);
    to.body_copy(from);
  }
};

template <>
struct into_response<std::string> {
  static void write(std::string&& from, const request&, response& to) {
    detail::set_plain_text(to);
    to.body(std::move(from));
  }
};

// An empty optional is 404.
template <class T>
struct into_response<std::optional<T>> {
  static void write(std::optional<T>&& from, const request& r, response& to) {
    if (!from) return into_response<status>::write(status::not_found, r, to);
    into_response<T>::write(std::move(*from), r, to);
  }
};

namespace detail {

template <class T>
inline constexpr bool is_awaitable = false;
template <class T, class Executor>
inline constexpr bool is_awaitable<boost::asio::awaitable<T, Executor>> = true;

template <class T>
struct awaited {
  using type = T;
};
template <class T, class Executor>
struct awaited<boost::asio::awaitable<T, Executor>> {
  using type = T;
};

// The one signature of a function object, a function or a lambda that is not generic.
template <class F>
struct signature : signature<decltype(&F::operator())> {};
template <class R, class... Args>
struct signature<R (*)(Args...)> {
  using result = R;
  using arguments = std::tuple<Args...>;
};
template <class R, class... Args>
struct signature<R (*)(Args...) noexcept> : signature<R (*)(Args...)> {};
template <class C, class R, class... Args>
struct signature<R (C::*)(Args...)> : signature<R (*)(Args...)> {};
template <class C, class R, class... Args>
struct signature<R (C::*)(Args...) const> : signature<R (*)(Args...)> {};
template <class C, class R, class... Args>
struct signature<R (C::*)(Args...) noexcept> : signature<R (*)(Args...)> {};
template <class C, class R, class... Args>
struct signature<R (C::*)(Args...) const noexcept> : signature<R (*)(Args...)> {};

template <class F>
concept has_one_signature = requires {
  typename signature<F>::result;
};

template <class Arg>
inline constexpr bool is_request = std::same_as<std::remove_cvref_t<Arg>, request>;
template <class Arg>
inline constexpr bool is_body = std::same_as<std::remove_cvref_t<Arg>, request_body>;
template <class Arg>
inline constexpr bool is_parameter = !is_request<Arg> && !is_body<Arg>;

template <class T>
concept path_parameter_type = requires(std::string_view text) {
  { from_path_parameter<T>::convert(text) } -> std::same_as<std::optional<T>>;
};

template <class T>
concept response_type = std::is_void_v<T> || requires(T value, const request& r, response& to) {
  into_response<std::decay_t<T>>::write(std::move(value), r, to);
};

template <class F>
struct handler_traits {
  static_assert(has_one_signature<F>,
                "asio_httpd: a handler is a function or a lambda whose argument types are written "
                "out; generic lambdas (auto) and overloaded function objects do not say what they "
                "need");
  using result = typename signature<F>::result;
  using value = typename awaited<result>::type;
  using arguments = typename signature<F>::arguments;
  static constexpr bool is_coroutine = is_awaitable<result>;
  static constexpr std::size_t arity = std::tuple_size_v<arguments>;

  static_assert(response_type<value>,
                "asio_httpd: this return type is no response; return text, response, status, "
                "optional or json, or specialise asio_httpd::into_response");

  template <std::size_t... I>
  static constexpr std::size_t count(std::index_sequence<I...>) {
    return (std::size_t{0} + ... + (is_parameter<std::tuple_element_t<I, arguments>> ? 1 : 0));
  }
  // How many path parameters it takes.
  static constexpr std::size_t parameters = count(std::make_index_sequence<arity>{});

  template <std::size_t... I>
  static constexpr bool any_is_body(std::index_sequence<I...>) {
    return (false || ... || is_body<std::tuple_element_t<I, arguments>>);
  }
  // Whether it reads the content itself, while it comes in.
  static constexpr bool streams_body = any_is_body(std::make_index_sequence<arity>{});
  static_assert(is_coroutine || !streams_body,
                "asio_httpd: a handler that takes a `request_body` is a coroutine: it waits for "
                "what comes in");
};

// What argument I is made from: the request itself, or an optional that holds the parameter.
template <class Arg>
struct argument {
  using type = std::remove_cvref_t<Arg>;
  static_assert(path_parameter_type<type>,
                "asio_httpd: a handler's argument is `const request&` or a path parameter: text, "
                "a number, or a type with asio_httpd::from_path_parameter");
  static_assert(!std::is_lvalue_reference_v<Arg> || std::is_const_v<std::remove_reference_t<Arg>>,
                "asio_httpd: take path parameters by value or by const reference");
  argument(const request& r, std::size_t position)
      : value(from_path_parameter<type>::convert(r.param(position))) {}
  bool ok() const noexcept { return value.has_value(); }
  type&& get(const request&) noexcept { return std::move(*value); }
  std::optional<type> value;
};

template <class Arg>
requires is_request<Arg>
struct argument<Arg> {
  static_assert(std::is_lvalue_reference_v<Arg> && std::is_const_v<std::remove_reference_t<Arg>>,
                "asio_httpd: take the request as `const request&`");
  argument(const request&, std::size_t) {}
  bool ok() const noexcept { return true; }
  const request& get(const request& r) noexcept { return r; }
};

template <class Arg>
requires is_body<Arg>
struct argument<Arg> {
  static_assert(!std::is_reference_v<Arg>, "asio_httpd: take the `request_body` by value");
  argument(const request&, std::size_t) {}
  bool ok() const noexcept { return true; }
  request_body get(const request& r) { return r.open_body(); }
};

}  // namespace detail

// A handler with its type erased. Shared by copies; immutable.
class handler {
 public:
  handler() = default;
  template <class F>
  requires(!std::same_as<std::remove_cvref_t<F>, handler>) handler(F&& f)
      : body_(std::make_shared<const model<std::decay_t<F>>>(std::forward<F>(f))),
        is_coroutine_(detail::handler_traits<std::decay_t<F>>::is_coroutine),
        streams_body_(detail::handler_traits<std::decay_t<F>>::streams_body) {}

  explicit operator bool() const noexcept { return body_ != nullptr; }
  bool is_coroutine() const noexcept { return is_coroutine_; }
  // It is to be called at the end of the head.
  bool streams_body() const noexcept { return streams_body_; }
  std::size_t parameters() const noexcept { return body_->parameters(); }

  // Calls a plain handler.
  void operator()(const request& r, response& to) const { body_->call(r, to); }
  // Calls either kind; `r` and `to` must outlive the awaitable.
  boost::asio::awaitable<void> async_call(const request& r, response& to) const {
    return body_->async_call(r, to);
  }
  // The same, run on the pool of `run_blocking` (blocking.hpp). Throws std::logic_error for a
  // coroutine, which waits without blocking.
  handler blocking() const;

 private:
  struct interface {
    virtual ~interface() = default;
    virtual std::size_t parameters() const noexcept = 0;
    virtual void call(const request& r, response& to) const = 0;
    virtual boost::asio::awaitable<void> async_call(const request& r, response& to) const = 0;
  };

  template <class F>
  struct model;
  struct blocking_model;

  friend struct router_access;  // wraps handlers, which must then be called like what they wrap
  std::shared_ptr<const interface> body_;
  bool is_coroutine_ = false;
  bool streams_body_ = false;
};

template <class F>
struct handler::model final : handler::interface {
  using traits = detail::handler_traits<F>;
  using arguments = typename traits::arguments;
  using value = std::decay_t<typename traits::value>;

  explicit model(F f) : f_(std::move(f)) {}

  std::size_t parameters() const noexcept override { return traits::parameters; }

  void call(const request& r, response& to) const override {
    if constexpr (!traits::is_coroutine) {
      with_arguments(r, to, std::make_index_sequence<traits::arity>{});
    }
  }

  boost::asio::awaitable<void> async_call(const request& r, response& to) const override {
    if constexpr (traits::is_coroutine) {
      return await_arguments(r, to, std::make_index_sequence<traits::arity>{});
    } else {
      return call_plain(r, to);
    }
  }

 private:
  template <std::size_t I>
  using argument_at = detail::argument<std::tuple_element_t<I, arguments>>;

  template <std::size_t... I>
  void with_arguments(const request& r, response& to, std::index_sequence<I...>) const {
    [[maybe_unused]] std::tuple<argument_at<I>...> made{argument_at<I>(r, before<I>())...};
    if (!(true && ... && std::get<I>(made).ok())) return not_found(r, to);
    if constexpr (std::is_void_v<value>) {
      f_(std::get<I>(made).get(r)...);
      to.status(status::no_content);
    } else {
      into_response<value>::write(f_(std::get<I>(made).get(r)...), r, to);
    }
  }

  template <std::size_t... I>
  boost::asio::awaitable<void> await_arguments(const request& r, response& to,
                                               std::index_sequence<I...>) const {
    [[maybe_unused]] std::tuple<argument_at<I>...> made{argument_at<I>(r, before<I>())...};
    if (!(true && ... && std::get<I>(made).ok())) {
      not_found(r, to);
      co_return;
    }
    if constexpr (std::is_void_v<value>) {
      co_await f_(std::get<I>(made).get(r)...);
      to.status(status::no_content);
    } else {
      into_response<value>::write(co_await f_(std::get<I>(made).get(r)...), r, to);
    }
  }

  boost::asio::awaitable<void> call_plain(const request& r, response& to) const {
    call(r, to);
    co_return;
  }

  static void not_found(const request& r, response& to) {
    into_response<status>::write(status::not_found, r, to);
  }

  template <std::size_t I>
  static constexpr std::size_t before() {
    return []<std::size_t... J>(std::index_sequence<J...>) {
      return (std::size_t{0} + ... +
              (detail::is_parameter<std::tuple_element_t<J, arguments>> ? 1 : 0));
    }
    (std::make_index_sequence<I>{});
  }

  F f_;
};

}  // namespace asio_httpd
