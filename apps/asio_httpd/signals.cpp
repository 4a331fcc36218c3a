// SPDX-License-Identifier: BSL-1.0
//
// Signals by Asio's signal_set, on a context of its own: handlers run as ordinary functions in the
// main thread and may do what they like.

#include "signals.hpp"

#include <unistd.h>

#include <boost/asio/post.hpp>

#include <csignal>
#include <string>
#include <utility>

#include "units.hpp"

namespace asio_httpd::app {

signal_loop::signal_loop(log_sink log)
    : log_(std::move(log)), signals_(context_, SIGINT, SIGTERM, SIGUSR1) {
  std::signal(SIGPIPE, SIG_IGN);
  // nohup has it ignored already, and that is to stay.
  struct sigaction hang_up {};
  ::sigaction(SIGHUP, nullptr, &hang_up);
  if (hang_up.sa_handler != SIG_IGN) signals_.add(SIGHUP);
}

stop_report signal_loop::run(server& s, std::chrono::milliseconds drain,
                             std::function<void()> on_reopen) {
  server_ = &s;
  drain_ = drain;
  on_reopen_ = std::move(on_reopen);
  wait();
  context_.run();
  s.stop({});  // has stopped; this joins its threads
  return report_;
}

void signal_loop::wait() {
  signals_.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    handle(signal);
    wait();
  });
}

void signal_loop::handle(int signal) {
  switch (signal) {
    case SIGUSR1:
      return on_reopen_();
    case SIGHUP:
      if (::isatty(STDIN_FILENO) == 1) return stop_or_cut();
      return log_(log_level::info,
                  "SIGHUP is ignored: SIGUSR1 reopens the access log, SIGTERM stops");
    default:
      return stop_or_cut();
  }
}

void signal_loop::stop_or_cut() {
  if (!stopping_) return begin_stop();
  log_(log_level::info, "a second signal: cutting what is still open");
  server_->cut();
}

void signal_loop::begin_stop() {
  log_(log_level::info, "stopping: open connections have " + format_duration(drain_) +
                            " to finish; once more to end at once");
  stopping_ = true;
  server_->async_stop(drain_, [this](const stop_report& how) {
    boost::asio::post(context_, [this, how] {
      report_ = how;
      context_.stop();
    });
  });
}

}  // namespace asio_httpd::app
