// SPDX-License-Identifier: BSL-1.0
//
// Brings parts of files from the disk into the kernel's memory, on a few threads that belong to the
// io_context of who asks, so that the threads that serve go on. Not those of run_blocking: a file
// should not wait for a handler that takes seconds, nor the other way round.

#pragma once

#include "base/job_pool.hpp"
#include "net/page_cache.hpp"
#include "net/transport.hpp"

#include <asio_httpd/file.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace asio_httpd::net {

struct file_part {
  std::shared_ptr<const file> source;
  std::uint64_t offset;
  std::uint64_t size;
};

// A part that is being read. Used on the executor that it was begun with; the file stays open until
// it is done.
class file_read : public std::enable_shared_from_this<file_read> {
 public:
  // Null where too much is being read already, or there are no threads. `pages` must live as long
  // as the executor's context.
  static std::shared_ptr<file_read> begin(const boost::asio::any_io_executor& executor,
                                          page_cache& pages, file_part what);

  file_read(const boost::asio::any_io_executor& executor, page_cache& pages, file_part what);

  bool is_done() const noexcept { return is_done_; }
  // One at a time, where it is not done yet. An error is operation_aborted, of `cancel`.
  void async_wait(completion done) { waiting_ = std::move(done); }
  // Nobody wants it any more: completes what waits, and is not read where that has not begun.
  void cancel() noexcept;

 private:
  struct job_hold;
  void read() noexcept;
  void finish();

  boost::asio::any_io_executor executor_;
  page_cache& pages_;
  const file_part what_;
  completion waiting_;
  std::atomic<bool> is_wanted_{true};
  bool is_done_ = false;
};

// The threads, made when there is something to read.
class file_reader final : public boost::asio::execution_context::service {
 public:
  static constexpr std::size_t threads = 8;
  static constexpr std::size_t queue_limit = 1024;

  static boost::asio::execution_context::id id;
  explicit file_reader(boost::asio::execution_context& context) : service(context) {}

  bool add(base::job j) { return pool_.add(std::move(j)); }

 private:
  void shutdown() noexcept override { pool_.stop(); }

  base::job_pool pool_{threads, queue_limit};
};

}  // namespace asio_httpd::net
