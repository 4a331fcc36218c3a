// SPDX-License-Identifier: BSL-1.0
//
// The pool: a queue, and threads that take from it.

#include <asio_httpd/blocking.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace asio_httpd {

namespace asio = boost::asio;

asio::execution_context::id blocking_pool::id;

// `finish` posts the coroutine's continuation; dropped, it drops the coroutine.
struct blocking_pool::job {
  std::function<void()> run;
  std::function<void()> finish;
};

struct blocking_pool::implementation {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<job> waiting;
  std::vector<std::thread> threads;
  std::size_t idle = 0;
  bool stopped = false;

  bool add(job j);
  void add_thread() noexcept;
  void work();
};

bool blocking_pool::implementation::add(job j) {
  const std::lock_guard lock(mutex);
  if (waiting.size() >= queue_limit || stopped) return false;
  if (idle <= waiting.size() && threads.size() < blocking_pool::threads) add_thread();
  if (threads.empty()) return false;
  waiting.push_back(std::move(j));
  changed.notify_one();
  return true;
}

// Where the system has no more of them, those that are there do the work.
void blocking_pool::implementation::add_thread() noexcept {
  try {
    threads.emplace_back([this] { work(); });
  } catch (const std::exception&) {
  }
}

void blocking_pool::implementation::work() {
  std::unique_lock lock(mutex);
  for (;;) {
    ++idle;
    changed.wait(lock, [this] { return stopped || !waiting.empty(); });
    --idle;
    if (stopped) return;
    job next = std::move(waiting.front());
    waiting.pop_front();
    lock.unlock();
    next.run();
    next.finish();
    next = {};
    lock.lock();
  }
}

blocking_pool::blocking_pool(asio::execution_context& context)
    : service(context), implementation_(std::make_unique<implementation>()) {}

blocking_pool::~blocking_pool() = default;

// The frames of coroutines whose jobs wait are dropped here, by the thread that ends the context;
// those whose jobs run, once they have run.
void blocking_pool::shutdown() noexcept {
  auto& pool = *implementation_;
  {
    const std::lock_guard lock(pool.mutex);
    pool.stopped = true;
  }
  pool.changed.notify_all();
  for (std::thread& t : pool.threads) t.join();
  pool.threads.clear();
  std::deque<job>().swap(pool.waiting);
}

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
