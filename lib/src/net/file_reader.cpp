// SPDX-License-Identifier: BSL-1.0

#include "net/file_reader.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>

#include <utility>

namespace asio_httpd::net {

namespace asio = boost::asio;

asio::execution_context::id file_reader::id;

file_read::file_read(const asio::any_io_executor& executor, page_cache& pages, file_part what)
    : executor_(executor), pages_(pages), what_(std::move(what)) {}

// What waits owns the session, which owns the read. So where the context ends, and the job is
// dropped, what waits is dropped here.
struct file_read::job_hold {
  explicit job_hold(std::shared_ptr<file_read> r) noexcept : read(std::move(r)) {}
  ~job_hold() {
    if (read->waiting_.call != nullptr)
      const completion dropped = std::exchange(read->waiting_, {});
  }
  job_hold(const job_hold&) = delete;
  job_hold& operator=(const job_hold&) = delete;

  const std::shared_ptr<file_read> read;
};

std::shared_ptr<file_read> file_read::begin(const asio::any_io_executor& executor,
                                            page_cache& pages, file_part what) {
  auto& context = asio::query(executor, asio::execution::context);
  auto made = std::make_shared<file_read>(executor, pages, std::move(what));
  const auto hold = std::make_shared<const job_hold>(made);
  // The context must not run out of work meanwhile.
  const asio::any_io_executor working =
      asio::prefer(executor, asio::execution::outstanding_work.tracked);
  const bool taken = asio::use_service<file_reader>(context).add(
      {[hold] { hold->read->read(); },
       [hold, working] { asio::post(working, [hold] { hold->read->finish(); }); }});
  return taken ? made : nullptr;
}

// On a thread of the reader's.
void file_read::read() noexcept {
  if (!is_wanted_.load(std::memory_order_relaxed)) return;
  pages_.fill(what_.source->descriptor(), what_.offset, what_.size);
}

void file_read::finish() {
  is_done_ = true;
  if (waiting_.call != nullptr) std::exchange(waiting_, {})({});
}

// Not from inside of this call.
void file_read::cancel() noexcept {
  is_wanted_.store(false, std::memory_order_relaxed);
  if (waiting_.call == nullptr) return;
  asio::post(executor_, [done = std::exchange(waiting_, {})]() mutable {
    done(asio::error::operation_aborted);
  });
}

}  // namespace asio_httpd::net
