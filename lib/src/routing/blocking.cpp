// SPDX-License-Identifier: BSL-1.0
//
// Coroutines that wait for a job of the pool.

#include <asio_httpd/blocking.hpp>

#include "base/job_pool.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <utility>

namespace asio_httpd {

namespace asio = boost::asio;

asio::execution_context::id blocking_pool::id;

struct blocking_pool::implementation : base::job_pool {
  implementation() noexcept : job_pool(blocking_pool::threads, queue_limit) {}
};

blocking_pool::blocking_pool(asio::execution_context& context)
    : service(context), implementation_(std::make_unique<implementation>()) {}

blocking_pool::~blocking_pool() = default;

// The frames of coroutines whose jobs wait are dropped here, by the thread that ends the context;
// those whose jobs run, once they have run.
void blocking_pool::shutdown() noexcept {
  implementation_->stop();
}

// A job's `finish` posts the coroutine's continuation; dropped, it drops the coroutine.
asio::awaitable<void> blocking_pool::run(std::function<void()> job_function) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  auto& context = asio::query(executor, asio::execution::context);
  auto& pool = *asio::use_service<blocking_pool>(context).implementation_;
  // The context must not run out of work meanwhile.
  const asio::any_io_executor working =
      asio::prefer(executor, asio::execution::outstanding_work.tracked);
  bool refused = false;
  auto initiate = [&](auto handler) {
    auto held = std::make_shared<decltype(handler)>(std::move(handler));
    auto finish = [held, working]() mutable {
      asio::post(working, [held = std::move(held)] { std::move (*held)(); });
    };
    if (pool.add({std::move(job_function), finish})) return;
    refused = true;
    finish();
  };
  co_await asio::async_initiate<decltype(asio::use_awaitable), void()>(initiate,
                                                                       asio::use_awaitable);
  if (refused) throw http_error(status::service_unavailable);
}

}  // namespace asio_httpd
