// SPDX-License-Identifier: BSL-1.0
//
// One io_context and one poller a thread.

#include "net/threads.hpp"

#include <boost/asio/post.hpp>

#include <pthread.h>
#include <exception>
#include <utility>

#include <signal.h>

namespace asio_httpd::net {
namespace {

// Signals belong to the program's main thread.
class blocked_signals {
 public:
  blocked_signals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~blocked_signals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  blocked_signals(const blocked_signals&) = delete;
  blocked_signals& operator=(const blocked_signals&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

threads::threads(unsigned count, std::function<void(std::string_view)> on_exception)
    : on_exception_(std::move(on_exception)) {
  for (unsigned i = 0; i < count; ++i) {
    // 1: only one thread runs it. Others may still post to it.
    contexts_.push_back(std::make_unique<boost::asio::io_context>(1));
    pollers_.push_back(std::make_shared<net::poller>(*contexts_.back()));
    guards_.emplace_back(contexts_.back()->get_executor());
  }
}

threads::~threads() {
  finish();
  for (auto& p : pollers_) p->shut_down();
}

void threads::start() {
  const blocked_signals inherited_by_threads;
  for (auto& context : contexts_) {
    running_.emplace_back([this, &to_run = *context] { run(to_run); });
  }
}

void threads::run(boost::asio::io_context& context) const {
  for (;;) {
    try {
      context.run();
      return;
    } catch (const std::exception& e) {
      on_exception_(e.what());
    } catch (...) {
      on_exception_("an exception of unknown type");
    }
  }
}

void threads::abandon() {
  for (auto& context : contexts_) context->stop();
}

void threads::finish() {
  for (auto& p : pollers_) {
    boost::asio::post(p->executor(), [p] { p->let_go(); });
  }
  guards_.clear();
  for (auto& thread : running_) thread.join();
  running_.clear();
}

}  // namespace asio_httpd::net
