// SPDX-License-Identifier: BSL-1.0
//
// A few threads for what blocks: a bounded queue, and threads that take from it, made when there is
// work for them. Thread-safe, but for `stop`.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace asio_httpd::base {

// Neither function may throw.
struct job {
  std::function<void()> run;
  std::function<void()> finish;  // called behind it; dropped uncalled where `run` never begins
};

class job_pool {
 public:
  job_pool(std::size_t most_threads, std::size_t queue_limit) noexcept
      : most_threads_(most_threads), queue_limit_(queue_limit) {}
  ~job_pool() { stop(); }
  job_pool(const job_pool&) = delete;
  job_pool& operator=(const job_pool&) = delete;

  // False, and nothing done, where the queue is full, the pool has stopped, or there are no threads
  // to be had.
  bool add(job j);
  // Waits for jobs that run, and drops those that have not begun, on the calling thread.
  void stop() noexcept;

 private:
  void add_thread() noexcept;
  void work();

  const std::size_t most_threads_;
  const std::size_t queue_limit_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<job> waiting_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool stopped_ = false;
};

}  // namespace asio_httpd::base
