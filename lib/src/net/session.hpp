// SPDX-License-Identifier: BSL-1.0
//
// What every accepted connection is to the net floor: something with a deadline that can be
// asked to finish and can be cut, whatever protocol it speaks.
//
// A session runs on its transport's executor; `set_deadline` is a plain store there. While it
// waits, the waiting operation owns it; while it runs, it owns itself. It leaves its worker when
// it is destroyed.

#pragma once

#include "net/file_reader.hpp"
#include "net/transport.hpp"

#include <asio_httpd/clock.hpp>

#include <atomic>
#include <chrono>
#include <coroutine>
#include <cstdint>
#include <limits>
#include <memory>

namespace asio_httpd::net {

class worker;

class session : public std::enable_shared_from_this<session> {
 public:
  session(std::shared_ptr<worker> owner, std::unique_ptr<net::transport> t);
  session(const session&) = delete;
  session& operator=(const session&) = delete;
  virtual ~session();

  // Begins to run; called once, on the executor, by who holds it meanwhile.
  virtual void start() = 0;
  // The deadline that was set has passed. On the executor.
  virtual void on_deadline() = 0;
  // Finish what is under way, then close; at once where nothing is. On the executor.
  virtual void drain() = 0;
  // Close now. On the executor.
  virtual void cut() = 0;

  net::transport& transport() noexcept { return *transport_; }
  const net::transport& transport() const noexcept { return *transport_; }
  worker& owner() noexcept { return *owner_; }

 protected:
  void set_deadline(clock::time_point t) noexcept {
    deadline_.store(t.time_since_epoch().count(), std::memory_order_relaxed);
  }
  void clear_deadline() noexcept { deadline_.store(never, std::memory_order_relaxed); }
  // time_point::max() where there is none.
  clock::time_point deadline() const noexcept {
    return clock::time_point(clock::duration(deadline_.load(std::memory_order_relaxed)));
  }
  bool deadline_passed(clock::time_point now) const noexcept { return now >= deadline(); }

  // Waits without a frame: `error_code ec = co_await wait(transport::wait::read);`
  class wait_operation {
   public:
    explicit wait_operation(session& s) noexcept : session_(s) {}
    bool await_ready() const noexcept { return false; }
    error_code await_resume() const noexcept { return error_; }

   protected:
    completion begin(std::coroutine_handle<> waiting) noexcept;
    session& session_;

   private:
    static void resume(void* self, std::shared_ptr<void> owner, error_code ec);
    error_code error_;
    std::coroutine_handle<> waiting_;
  };
  class transport_wait : public wait_operation {
   public:
    transport_wait(session& s, transport::wait what) noexcept : wait_operation(s), what_(what) {}
    void await_suspend(std::coroutine_handle<> waiting) {
      session_.transport().async_wait(what_, begin(waiting));
    }

   private:
    transport::wait what_;
  };
  class file_wait : public wait_operation {
   public:
    file_wait(session& s, file_read& what) noexcept : wait_operation(s), what_(what) {}
    void await_suspend(std::coroutine_handle<> waiting) { what_.async_wait(begin(waiting)); }

   private:
    file_read& what_;
  };
  transport_wait wait(transport::wait what) noexcept { return {*this, what}; }
  file_wait wait(file_read& what) noexcept { return {*this, what}; }

  // While the session runs; moved into what it waits for. Reset at its end.
  std::shared_ptr<session> self_;

 private:
  friend class worker;
  static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

  std::shared_ptr<worker> owner_;
  std::unique_ptr<net::transport> transport_;
  std::atomic<std::int64_t> deadline_{never};
  bool listed_ = false;  // in the worker's list, behind its mutex
  session* previous_ = nullptr;
  session* next_ = nullptr;
};

}  // namespace asio_httpd::net
