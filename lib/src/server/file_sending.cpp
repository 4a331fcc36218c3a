// SPDX-License-Identifier: BSL-1.0
//
// Which window is next, and who reads it.

#include "server/file_sending.hpp"

#include <algorithm>

namespace asio_httpd::serving {

std::uint64_t file_sending::ready(const net::file_part& left, net::page_cache& pages,
                                  const boost::asio::any_io_executor& executor) {
  if (left.offset < ready_until_) return std::min(left.size, ready_until_ - left.offset);
  const std::uint64_t next = std::min(left.size, window);
  const auto begin = [&](std::uint64_t skipped) {
    const std::uint64_t size = std::min(left.size - skipped, window);
    ahead_ = net::file_read::begin(executor, pages, {left.source, left.offset + skipped, size});
  };
  if (!ahead_ && !pages.has(left.source->descriptor(), left.offset, next)) begin(0);
  waits_ = ahead_ && !ahead_->is_done();
  if (waits_) return 0;
  if (ahead_ && next < left.size) begin(next);
  ready_until_ = left.offset + next;
  return next;
}

}  // namespace asio_httpd::serving
