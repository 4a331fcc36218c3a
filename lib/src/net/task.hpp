// SPDX-License-Identifier: BSL-1.0
//
// The coroutine type of connections: lazily started, awaited by another task or started as the
// root of a session.
//
// Asio's `awaitable` keeps a frame for each operation that hides behind a virtual function; the
// transport is such a seam, and a connection waits at it once a request. A task waits there
// without a frame (see transport.hpp), resumes straight from the handler, and needs no executor of
// its own: the transport's handlers run where the session runs. Handlers of users are `awaitable`
// as everybody's are.
//
// A task that is destroyed while it is suspended destroys what it awaits. Exceptions pass to who
// awaits; the root of a session must not let any out.

#pragma once

#include "base/block_pool.hpp"

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace asio_httpd::net {

template <class T>
class task;

namespace task_detail {

// Resumes whoever awaited the task.
struct final_awaiter {
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) noexcept {
    if (auto next = done.promise().continuation) return next;
    return std::noop_coroutine();
  }
  void await_resume() const noexcept {}
};

// A stream of HTTP/2 makes two frames for each request.
struct promise_base : base::pooled {
  std::suspend_always initial_suspend() const noexcept { return {}; }
  final_awaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { error = std::current_exception(); }

  std::coroutine_handle<> continuation;
  std::exception_ptr error;
};

template <class T>
struct promise : promise_base {
  task<T> get_return_object() noexcept;
  void return_value(T v) { value.emplace(std::move(v)); }
  T take() {
    if (error) std::rethrow_exception(error);
    return std::move(*value);
  }
  std::optional<T> value;
};

template <>
struct promise<void> : promise_base {
  task<void> get_return_object() noexcept;
  void return_void() const noexcept {}
  void take() {
    if (error) std::rethrow_exception(error);
  }
};

}  // namespace task_detail

template <class T = void>
class [[nodiscard]] task {
 public:
  using promise_type = task_detail::promise<T>;
  using handle = std::coroutine_handle<promise_type>;

  task() noexcept = default;
  explicit task(handle h) noexcept : handle_(h) {}
  task(task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  task& operator=(task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~task() {
    if (handle_) handle_.destroy();
  }

  // Runs a root up to its first wait. The task object keeps the frame.
  void start() { handle_.resume(); }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
    handle_.promise().continuation = awaiting;
    return handle_;
  }
  T await_resume() { return handle_.promise().take(); }

 private:
  handle handle_;
};

namespace task_detail {
template <class T>
task<T> promise<T>::get_return_object() noexcept {
  return task<T>(std::coroutine_handle<promise>::from_promise(*this));
}
inline task<void> promise<void>::get_return_object() noexcept {
  return task<void>(std::coroutine_handle<promise>::from_promise(*this));
}
}  // namespace task_detail

}  // namespace asio_httpd::net
