// SPDX-License-Identifier: BSL-1.0
//
// Readiness of the sockets of one thread: an epoll set of the thread's own, itself waited for by
// the thread's io_context.
//
// Asio re-arms a descriptor with a system call (epoll_ctl) for each wait; here a socket is
// registered once, edge-triggered, and a wait is a plain store. That, and what Asio keeps for each
// descriptor and for each wait, is a tenth of the cost of a small request; see
// docs/decisions/0008-a-poller-of-our-own.md. One batch of events is one handler of the io_context,
// so that timers, posted work and users' sockets get their turn between batches.
//
// Used on the thread that runs the context, but for construction and `shut_down`.

#pragma once

#include "net/transport.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <vector>

namespace asio_httpd::net {

class poller : public std::enable_shared_from_this<poller> {
 public:
  // Whoever is told of a descriptor's events.
  class client {
   public:
    // `events` are epoll's. May destroy the client.
    virtual void on_events(std::uint32_t events) = 0;
    // Drops what waits, uncalled. May destroy the client.
    virtual void on_shut_down() noexcept = 0;

   protected:
    ~client() = default;
  };

  // Throws boost::system::system_error.
  explicit poller(boost::asio::io_context& context);
  ~poller();
  poller(const poller&) = delete;
  poller& operator=(const poller&) = delete;

  boost::asio::io_context::executor_type executor() const noexcept {
    return context_.get_executor();
  }

  // Registers a descriptor, or changes what is watched; `events` are epoll's, EPOLLET among them.
  error_code add(int descriptor, std::uint32_t events, client& c);
  error_code modify(int descriptor, std::uint32_t events) noexcept;
  // To be called before a registered descriptor is closed.
  void remove(int descriptor) noexcept;

  // Calls `done` soon, from outside of the calls that are under way.
  void defer(completion done, error_code ec);

  // Nothing is called any more; what waits is dropped. When the context no longer runs.
  void shut_down() noexcept;
  // The context may run out of work as soon as no descriptor is registered.
  void let_go();

 private:
  static constexpr int batch_size = 64;
  // Batches one after the other before the rest of the context gets its turn.
  static constexpr int most_batches = 4;
  // A closed descriptor's number may come again while events of the old one are under way.
  struct slot {
    client* to = nullptr;
    std::uint32_t generation = 0;
  };
  struct deferred_call {
    completion done;
    error_code error;
  };

  template <class F>
  void shield(F f) noexcept;
  void arm();
  void on_ready(error_code ec);
  int take_batch();
  void run_deferred();
  void wake_for_deferred();
  std::uint64_t key_of(int descriptor) const noexcept;
  error_code control(int operation, int descriptor, std::uint32_t events) noexcept;

  using descriptor_type =
      boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;

  boost::asio::io_context& context_;
  std::optional<descriptor_type> epoll_;  // none once shut down: the context may be gone then
  std::vector<slot> slots_;               // by descriptor
  std::size_t registered_ = 0;
  std::vector<deferred_call> deferred_;
  std::vector<deferred_call> running_;  // memory for deferred_ to be swapped with
  std::exception_ptr thrown_;           // by whoever was told, until all are
  bool armed_ = false;
  bool in_batch_ = false;
  bool posted_ = false;
  bool lets_go_ = false;
  bool shut_down_ = false;
};

}  // namespace asio_httpd::net
