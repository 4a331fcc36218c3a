// SPDX-License-Identifier: BSL-1.0
//
// The file that a connection sends: how it was when that began, and how much of it can be sent
// without waiting for the disk.
//
// It is looked at window by window. Where the kernel has a window in memory, that is all. Where it
// has not, the window is read elsewhere and the connection waits; from then on each window is read
// while the one before it is sent, up to the end of this answer. Where it cannot be read elsewhere
// it is sent as it is, and the thread waits for the disk.

#pragma once

#include "net/file_reader.hpp"
#include "server/exchange.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <memory>
#include <optional>

namespace asio_httpd::serving {

class file_sending {
 public:
  static constexpr std::uint64_t window = 512 * 1024;

  ~file_sending() { cancel(); }

  // How the file is; to be called in the turn in which its head was framed.
  void remember(const file& f) noexcept {
    if (!stamp_) stamp_ = file_stamp::of(f);
  }
  bool has_changed(const file& f) const noexcept { return stamp_ && file_stamp::of(f) != *stamp_; }

  // How many bytes of what is `left` to be sent can be sent now; 0: none, before `read()` is done.
  std::uint64_t ready(const net::file_part& left, net::page_cache& pages,
                      const boost::asio::any_io_executor& executor);
  bool waits_for_disk() const noexcept { return waits_; }
  net::file_read& read() noexcept { return *ahead_; }

  // Whoever waits for the disk does so no more.
  void cancel() noexcept {
    if (ahead_) ahead_->cancel();
  }
  // The file is sent.
  void reset() noexcept {
    stamp_.reset();
    ahead_.reset();
    ready_until_ = 0;
    waits_ = false;
  }

 private:
  std::optional<file_stamp> stamp_;
  std::uint64_t ready_until_ = 0;          // a position in the file
  std::shared_ptr<net::file_read> ahead_;  // the window from there on; null while nothing was cold
  bool waits_ = false;
};

}  // namespace asio_httpd::serving
