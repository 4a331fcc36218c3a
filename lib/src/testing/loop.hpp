// SPDX-License-Identifier: BSL-1.0
//
// What the test's thread runs: the io_context under a server and its connections, to which nothing
// happens but in these calls. Shared by the server and by its clients' ends; those that outlive the
// server find that it is over.

#pragma once

#include "testing/carrier.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace asio_httpd::testing {

class loop {
 public:
  loop() { speak(how_.speaks); }
  // Not once it is over.
  boost::asio::io_context& context() noexcept { return *context_; }
  bool is_over() const noexcept { return !context_; }
  // Throws away what waits.
  void end() noexcept {
    carriers_.clear();
    context_.reset();
  }
  // Of the connections that are made from now on.
  void speak(protocol p);
  // The way of a new connection to the server. `pipe` is the other end of the client's.
  std::unique_ptr<net::transport> connect(std::unique_ptr<net::transport> pipe,
                                          const net::endpoint& remote);

  // Everything that is ready, until nothing is; nothing where it is called from a handler or while
  // it is held.
  void run();
  // The same, and waits in real time for more. See testing::server::run_until.
  bool run_until(const std::function<bool()>& done, std::chrono::milliseconds at_most);
  bool wait_until(const std::function<bool()>& done) { return run_until(done, patience); }
  // Nothing runs during `f`.
  void hold(const std::function<void()>& f);

  std::chrono::milliseconds patience = std::chrono::seconds(10);

 private:
  class holder;
  void run_handlers();
  bool carry();
  bool wait_for_one(std::chrono::steady_clock::time_point end);

  std::optional<boost::asio::io_context> context_{std::in_place};
  // Of each way that connections were made by; the last is that of new ones.
  std::vector<std::vector<std::unique_ptr<carrier>>> carriers_;
  carriage how_ = carriage::of_new_servers;
  unsigned held_ = 0;
};

}  // namespace asio_httpd::testing
