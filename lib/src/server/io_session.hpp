// SPDX-License-Identifier: BSL-1.0
//
// What HTTP connections and raw streams have in common: one thing to wait for at a time, each
// with its deadline; a reason when it ends; calling a user's coroutine and cancelling it.
//
// Everything here runs on the session's executor.

#pragma once

#include "net/session.hpp"
#include "net/task.hpp"
#include "net/worker.hpp"
#include "server/core.hpp"
#include "server/write_progress.hpp"

#include <asio_httpd/stream.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

namespace asio_httpd::serving {

// What a session waits for, and so which deadline is running. Behind `head` a request is under way.
enum class waiting : std::uint8_t {
  nothing,
  first_byte,
  next_request,
  head,
  body,
  stream_read,
  write,
  file,
  handler,
  producer,
  linger,
};

// "for its handler". Static storage.
std::string_view to_string(waiting w) noexcept;

// Another protocol on the session's transport.
class quiet_observer {
 public:
  // The deadline of `waiting::producer` has passed.
  virtual void on_quiet() = 0;
  // The server stops.
  virtual void on_drain() = 0;
  // Whether it is the peer's turn.
  virtual bool waits_for_peer() const noexcept = 0;
  // Whether there are sessions on top of it: each says for itself what it waited for.
  virtual bool carries_sessions() const noexcept { return false; }

 protected:
  ~quiet_observer() = default;
};

class io_session : public net::session {
 public:
  // A stream of HTTP/2 is none of the connections that are counted.
  enum class kind : std::uint8_t { connection, stream };

  io_session(std::shared_ptr<net::worker> owner, std::shared_ptr<core> c,
             std::unique_ptr<net::transport> t, kind k = kind::connection);
  ~io_session() override;

  void start() final;
  void on_deadline() final;
  void drain() final;
  void cut() final;

  // --- for the session and for the stream that it lends to a protocol's handler

  void wait_for(waiting what, std::chrono::milliseconds d) noexcept { wait_for(what, d, now()); }
  void wait_for(waiting what, std::chrono::milliseconds d, clock::time_point from) noexcept;
  void wait_until(waiting what, clock::time_point deadline) noexcept {
    waiting_ = what;
    set_deadline(deadline);
  }
  void wait_is_over() noexcept;
  // Waits for the peer to take what is sent, at deadlines::write_rate.
  void begin_writing() noexcept;
  // The same in a period that ends at `end`, so that a peer which takes a little again and again
  // does not begin a new one each time. time_point(): begins one.
  void go_on_writing(clock::time_point end) noexcept;
  // Ends the session without further answers; what it waits for is cancelled. The first reason
  // counts.
  void fail(close_reason r) noexcept;
  bool has_failed() const noexcept { return failed_; }
  bool has_ended() const noexcept { return ended_; }
  bool is_stream() const noexcept { return kind_ == kind::stream; }
  // While it waits by other means than `wait`: these own it.
  void begin_waiting() noexcept { self_.reset(); }
  void end_waiting() { self_ = shared_from_this(); }
  // Calls something that no coroutine waits for: what it throws ends this session, and nothing
  // else.
  template <class F>
  void guard(F&& f) noexcept {
    try {
      std::forward<F>(f)();
    } catch (...) {
      fail_by_exception();
    }
  }
  // Null: nobody.
  void observe(quiet_observer* o) noexcept { observer_ = o; }

  // Bytes on the wire; those of a stream its connection counts.
  void received(std::uint64_t n) noexcept {
    if (!is_stream()) count().received.add(n);
  }
  void sent(std::uint64_t n) noexcept {
    if (!is_stream()) count().sent.add(n);
    progress_.wrote(n);
  }
  const core& shared() const noexcept { return *core_; }
  thread_counters& counters() noexcept { return count(); }
  clock::time_point now() const noexcept { return core_->clock().now(); }

  // For the watchdog: what the user's coroutine runs on, and what to hold while it is resumed by
  // hand.
  boost::asio::any_io_executor handler_executor() const;
  running_handler hold_thread() noexcept { return {count().turn, core_->watched(served_route())}; }

 protected:
  // The life of the session, from its first byte on. It ends when this does.
  virtual net::task<> serve() = 0;
  // A deadline for which the peer is owed an answer has passed; the wait was cancelled.
  virtual void out_of_time(waiting) {}
  // Whether the peer sent what deadlines::body_rate asks of the period that ends.
  virtual bool body_goes_on() noexcept { return false; }
  // Whether it is the peer that keeps it from writing.
  virtual bool waits_for_peer_to_take() noexcept { return true; }
  // A producer of content has been quiet for as long as it may be.
  virtual void on_quiet();
  // The server stops.
  virtual void on_drain();
  // Whether draining may end it now.
  virtual bool is_idle() const noexcept = 0;
  // Whose handler is called; null where that has no route.
  virtual const route* served_route() const noexcept { return nullptr; }
  // The session has failed: what it waits for beside its transport and its call is to be cancelled.
  virtual void on_fail() noexcept {}
  // The user's coroutine has begun to wait for something.
  virtual void on_call_waits() {}

  // Runs a user's coroutine; `co_await` gives the exception that it ended with, or null.
  class call_operation {
   public:
    call_operation(io_session& s, boost::asio::awaitable<void> what)
        : session_(s), what_(std::move(what)) {}
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> calling);
    std::exception_ptr await_resume() noexcept { return std::move(error_); }

   private:
    struct completion;
    void done(std::shared_ptr<session> owner, std::exception_ptr error);
    enum class state : std::uint8_t { starting, running, done };
    io_session& session_;
    boost::asio::awaitable<void> what_;
    std::exception_ptr error_;
    std::coroutine_handle<> calling_;
    state state_ = state::starting;
  };
  call_operation call(boost::asio::awaitable<void> what) { return {*this, std::move(what)}; }
  void cancel_call() noexcept;

  // Lends the byte stream to `handler`, which begins with `leftover`.
  net::task<> run_stream(const stream_handler& handler, std::string leftover);

  thread_counters& count() noexcept { return counters_ ? *counters_ : core_->metrics.local(); }
  void set_reason(close_reason r) noexcept {
    if (reason_ == close_reason::none) reason_ = r;
  }
  close_reason reason() const noexcept { return reason_; }
  std::string peer_name() const;

  std::shared_ptr<core> core_;
  waiting waiting_ = waiting::first_byte;
  bool handler_timed_out_ = false;
  quiet_observer* observer_ = nullptr;

 private:
  net::task<> run();
  void finish() noexcept;
  std::string route_under_way() const;
  void note_cut() noexcept;
  void log_exception() noexcept;
  void lose_call() noexcept;
  void fail_by_exception() noexcept;
  void deadline_is_over();

  thread_counters* counters_ = nullptr;  // of the one thread that it stays on, where it does
  net::task<> root_;
  write_progress progress_;
  std::unique_ptr<boost::asio::cancellation_signal> cancel_;
  close_reason reason_ = close_reason::none;
  const kind kind_;
  bool failed_ = false;
  bool ended_ = false;
};

}  // namespace asio_httpd::serving
