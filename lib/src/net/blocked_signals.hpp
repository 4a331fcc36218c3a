// SPDX-License-Identifier: BSL-1.0
//
// Signals belong to the program's main thread: threads that are started while this lives get none.

#pragma once

#include <pthread.h>
#include <signal.h>

namespace asio_httpd::net {

class blocked_signals {
 public:
  blocked_signals() noexcept {
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

}  // namespace asio_httpd::net
