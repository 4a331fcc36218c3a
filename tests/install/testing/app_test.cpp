// SPDX-License-Identifier: BSL-1.0
//
// The smallest test of an app, built outside our tree.

#include <asio_httpd/asio_httpd.hpp>
#include <asio_httpd/testing.hpp>

#include <cstdio>

int main() {
  asio_httpd::router routes;
  routes.get("/users/{id}", [](int id) { return std::to_string(id); });
  asio_httpd::testing::server s(routes);
  if (s.get("/users/7").text() != "7") return 1;
  std::puts("ok " ASIO_HTTPD_VERSION);
}
