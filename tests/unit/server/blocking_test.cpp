// SPDX-License-Identifier: BSL-1.0
//
// Handlers that run away from the threads that serve.

#include "support/server_harness.hpp"

#include <asio_httpd/asio_httpd.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <thread>

using namespace std::chrono_literals;
using namespace asio_httpd;
using namespace test_support;
using boost::asio::awaitable;

TEST_CASE("a handler that blocks runs elsewhere, and answers as any other") {
  std::thread::id elsewhere;
  router routes;
  routes
      .get("/slow/{id}",
           [&](int id) {
             elsewhere = std::this_thread::get_id();
             if (id == 0) throw http_error(status::conflict, "none of these");
             return std::to_string(id);
           })
      .blocking();
  CHECK_THROWS_AS(routes.get("/no", []() -> awaitable<std::string> { co_return ""; }).blocking(),
                  std::logic_error);
  testing::server s(routes);
  CHECK(s.get("/slow/7").text() == "7");
  CHECK(elsewhere != std::this_thread::get_id());
  CHECK(s.get("/slow/0").status() == status::conflict);
  CHECK(s.get("/slow/x").status() == status::not_found);
}
