// SPDX-License-Identifier: BSL-1.0
//
// A handler that waits until it is cancelled, and what became of it.

#pragma once

#include "support/server_harness.hpp"

#include <asio_httpd/asio_httpd.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <string>

namespace test_support {

// Waits for longer than any test takes; throws where it is cancelled.
inline boost::asio::awaitable<void> wait_for_ever() {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor,
                                  std::chrono::hours(24));
  co_await timer.async_wait(boost::asio::use_awaitable);
}

// How the coroutine that waited has ended.
enum class ending { none, cancelled, completed };

inline asio_httpd::router with_slow_handler(ending& how) {
  asio_httpd::router routes;
  routes.get("/", [] { return "hello"; });
  routes.post("/echo", [](const asio_httpd::request& r) { return std::string(r.body()); });
  routes.get("/slow", [&how](const asio_httpd::request& r) -> boost::asio::awaitable<std::string> {
    try {
      co_await wait_for_ever();
      how = ending::completed;
    } catch (const boost::system::system_error& e) {
      how = e.code() == boost::asio::error::operation_aborted ? ending::cancelled : ending::none;
      throw;
    }
    co_return std::string(r.target());
  });
  return routes;
}

// A server with a handler that waits, and a client of it.
struct slow_handler_fixture {
  ending how = ending::none;
  server_harness h{with_slow_handler(how)};
  asio_httpd::testing::connection c = h.connect();
};

}  // namespace test_support
