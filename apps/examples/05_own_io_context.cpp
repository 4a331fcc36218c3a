// SPDX-License-Identifier: BSL-1.0
//
// The server beside a program's other Asio work, on the same io_context with any number of
// threads: here a clock that ticks, and a handler that asks it. Each connection runs on a strand of
// its own, so one connection's handlers never run at the same time; those of two connections do.
//
//   ./05_own_io_context 4       then: curl localhost:8080/ticks     Ctrl-C drains

#include <asio_httpd/asio_httpd.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <thread>
#include <vector>

namespace asio = boost::asio;

namespace {

// The program's own work.
asio::awaitable<void> tick(std::atomic<int>& ticks) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;; ++ticks) {
    timer.expires_after(std::chrono::seconds(1));
    co_await timer.async_wait(asio::use_awaitable);
  }
}

void run_on(asio::io_context& context, int threads) {
  std::vector<std::jthread> more;
  for (int i = 1; i < threads; ++i) more.emplace_back([&context] { context.run(); });
  context.run();
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 2;
  asio::io_context context(threads);
  std::atomic<int> ticks = 0;
  asio::co_spawn(context, tick(ticks), asio::detached);

  asio_httpd::router routes;
  routes.get("/ticks", [&ticks] { return std::to_string(ticks) + "\n"; });
  routes.status();
  asio_httpd::server server(context.get_executor(), routes, {.port = 8080});
  try {
    server.start();
  } catch (const std::exception& e) {
    std::cerr << "05_own_io_context: " << e.what() << '\n';
    return 2;
  }

  asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([&](const boost::system::error_code&, int) {
    server.async_stop(std::chrono::seconds(10), [&](const asio_httpd::stop_report& report) {
      std::cout << report.drained << " connections drained, " << report.cut << " cut\n";
      context.stop();  // the clock ticks for ever
    });
  });
  run_on(context, threads);
}
