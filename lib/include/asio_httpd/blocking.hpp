// SPDX-License-Identifier: BSL-1.0
//
// Work that blocks or computes for long, away from the threads that serve.
//
//   routes.get("/report", [] () -> boost::asio::awaitable<std::string> {
//     co_return co_await run_blocking([] { return make_report(); });
//   });
//   routes.get("/report", make_report).blocking();     // the same for a handler that blocks
//
// The function runs on a thread of a small pool that belongs to the io_context of the coroutine
// (one for each thread of a server's own, so jobs of one wait for each other and not for those of
// all); then the coroutine goes on where it was. What it throws comes through. It is never
// cancelled: the coroutine, its request and all it refers to stay until it returns, also where the
// client has left or the server stops. An io_context that is destroyed waits for functions that
// run, and drops those that have not begun.
//
// A function that owns a short std::string, or anything else that points into itself, needs a name
// under g++ 12, which moves temporaries of a co_await by copying their bytes:
//   auto work = [copy = std::string(name)] { return look_up(copy); };
//   co_return co_await run_blocking(std::move(work));

#pragma once

#include <asio_httpd/response.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution_context.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace asio_httpd {

// The threads, made when there is work for them.
class blocking_pool final : public boost::asio::execution_context::service {
 public:
  static constexpr std::size_t threads = 4;
  // Jobs that wait for one; above it `run` throws http_error 503.
  static constexpr std::size_t queue_limit = 1024;

  static boost::asio::execution_context::id id;
  explicit blocking_pool(boost::asio::execution_context& context);
  ~blocking_pool() override;

  // Runs it on the pool of the calling coroutine's context. It must not throw.
  static boost::asio::awaitable<void> run(std::function<void()> job);

 private:
  struct implementation;
  void shutdown() noexcept override;
  std::unique_ptr<implementation> implementation_;
};

template <std::invocable F>
boost::asio::awaitable<std::invoke_result_t<F&>> run_blocking(F f) {
  using result_type = std::invoke_result_t<F&>;
  std::exception_ptr error;
  if constexpr (std::is_void_v<result_type>) {
    co_await blocking_pool::run([&] {
      try {
        f();
      } catch (...) {
        error = std::current_exception();
      }
    });
    if (error) std::rethrow_exception(error);
  } else {
    std::optional<result_type> result;
    co_await blocking_pool::run([&] {
      try {
        result.emplace(f());
      } catch (...) {
        error = std::current_exception();
      }
    });
    if (error) std::rethrow_exception(error);
    co_return std::move(*result);
  }
}

}  // namespace asio_httpd
