// SPDX-License-Identifier: BSL-1.0
//
// `run`: a server, two signals, and a sentence where it cannot start.

#include <asio_httpd/server.hpp>
#include <asio_httpd/stream.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <iostream>

namespace asio_httpd {
namespace {

namespace asio = boost::asio;

// `run` is a program's main function in one call; without a log there is nobody else to tell.
int cannot_start(const log_sink& log, const char* why) {
  if (log) {
    log(log_level::error, why);
  } else {
    std::cerr << "asio_httpd: " << why << '\n';
  }
  return 2;
}

int run_until_signal(server running, const log_sink& log, std::chrono::milliseconds drain) {
  asio::io_context context(1);
  asio::signal_set signals(context, SIGINT, SIGTERM);
  try {
    running.start();
  } catch (const std::exception& e) {
    return cannot_start(log, e.what());
  }
  signals.async_wait([&](const boost::system::error_code&, int) {
    running.async_stop(drain, [&](const stop_report&) { context.stop(); });
    signals.async_wait([&](const boost::system::error_code&, int) { running.cut(); });
  });
  context.run();
  running.stop({});
  return 0;
}

}  // namespace

int run(router routes, server_options options) {
  const auto log = options.log;
  const auto drain = options.drain;
  return run_until_signal(server(std::move(routes), std::move(options)), log, drain);
}

int run(stream_handler protocol, server_options options) {
  const auto log = options.log;
  const auto drain = options.drain;
  return run_until_signal(server(std::move(protocol), std::move(options)), log, drain);
}

}  // namespace asio_httpd
