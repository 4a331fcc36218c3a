// SPDX-License-Identifier: BSL-1.0
//
// The routes of tests that look at connections, not at routes.

#pragma once

#include <asio_httpd/router.hpp>

#include <string>

namespace test_support {

inline asio_httpd::router hello() {
  asio_httpd::router routes;
  routes.get("/", [] { return "hello"; });
  routes.get("/numbers/{n}", [](int n) { return std::to_string(n); });
  routes.post("/echo", [](const asio_httpd::request& r) { return std::string(r.body()); });
  return routes;
}

}  // namespace test_support
