// SPDX-License-Identifier: BSL-1.0
//
// The smallest test of an app, built outside our tree.

#include <asio_httpd/testing.hpp>

#include <cstdio>

int main() {
  asio_httpd::router routes;
  routes.get("/users/{id}", [](int id) { return std::to_string(id); });
  asio_httpd::testing::server s(routes);
  std::printf("%s\n", s.get("/users/7").text() == "7" ? "ok" : "not ok");
}
