// SPDX-License-Identifier: BSL-1.0
//
// Runs a server until a signal ends it. One object for one run, in the thread that calls `run`:
//
//   SIGINT, SIGTERM   stop: no new connections, open ones finish within the drain time; a second
//                     one cuts them at once
//   SIGUSR1           call `on_reopen`, after the access log was moved away
//   SIGHUP            in a terminal, where it means that the terminal is gone: like SIGTERM.
//                     Otherwise ignored: there is nothing to load anew
//   SIGPIPE           ignored
//
// Signals are handled from the moment the object is made, so make it before the server starts.

#pragma once

#include <asio_httpd/log.hpp>
#include <asio_httpd/server.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <functional>

namespace asio_httpd::app {

class signal_loop {
 public:
  explicit signal_loop(log_sink log);

  // Returns when the server has stopped.
  stop_report run(server& s, std::chrono::milliseconds drain, std::function<void()> on_reopen);

 private:
  void wait();
  void handle(int signal);
  void stop_or_cut();
  void begin_stop();

  log_sink log_;
  boost::asio::io_context context_{1};
  boost::asio::signal_set signals_;
  server* server_ = nullptr;
  std::chrono::milliseconds drain_{};
  std::function<void()> on_reopen_;
  bool stopping_ = false;
  stop_report report_;
};

}  // namespace asio_httpd::app
