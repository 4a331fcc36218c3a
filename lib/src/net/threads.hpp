// SPDX-License-Identifier: BSL-1.0
//
// A server's own threads: one io_context and one poller each, so that a connection lives on one
// thread and needs neither strand nor lock. See docs/decisions for why.

#pragma once

#include "net/poller.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

namespace asio_httpd::net {

class threads {
 public:
  // Makes the contexts; threads begin with `start`. A handler that throws (a program's own, that it
  // has posted here) ends neither its thread nor the program: `on_exception` is told, and the
  // thread goes on.
  threads(unsigned count, std::function<void(std::string_view what)> on_exception);
  // Joins, and drops what waits.
  ~threads();

  std::size_t size() const noexcept { return contexts_.size(); }
  boost::asio::io_context& operator[](std::size_t i) noexcept { return *contexts_[i]; }
  const std::shared_ptr<net::poller>& poller(std::size_t i) const noexcept { return pollers_[i]; }

  void start();
  // Lets the contexts run out of work, and joins. Not from one of the threads.
  void finish();
  // Ends them without waiting for work that is left, which is dropped with the contexts.
  void abandon();

 private:
  void run(boost::asio::io_context& context) const;

  using guard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

  std::vector<std::unique_ptr<boost::asio::io_context>> contexts_;
  std::vector<std::shared_ptr<net::poller>> pollers_;
  std::vector<guard> guards_;
  std::vector<std::thread> running_;
  std::function<void(std::string_view)> on_exception_;
};

}  // namespace asio_httpd::net
