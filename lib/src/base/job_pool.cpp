// SPDX-License-Identifier: BSL-1.0
//
// A queue, and threads that take from it.

#include "base/job_pool.hpp"

#include <exception>
#include <utility>

namespace asio_httpd::base {

bool job_pool::add(job j) {
  const std::lock_guard lock(mutex_);
  if (waiting_.size() >= queue_limit_ || stopped_) return false;
  if (idle_ <= waiting_.size() && threads_.size() < most_threads_) add_thread();
  if (threads_.empty()) return false;
  waiting_.push_back(std::move(j));
  changed_.notify_one();
  return true;
}

// Where the system has no more of them, those that are there do the work.
void job_pool::add_thread() noexcept {
  try {
    threads_.emplace_back([this] { work(); });
  } catch (const std::exception&) {
  }
}

void job_pool::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    changed_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
    --idle_;
    if (stopped_) return;
    job next = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    next.run();
    next.finish();
    next = {};
    lock.lock();
  }
}

void job_pool::stop() noexcept {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  for (std::thread& t : threads_) t.join();
  threads_.clear();
  std::deque<job>().swap(waiting_);
}

}  // namespace asio_httpd::base
