// SPDX-License-Identifier: BSL-1.0
//
// The smallest program that uses the library, built outside our tree by each of the three ways to
// find it.

#include <asio_httpd/asio_httpd.hpp>
#include <asio_httpd/version.hpp>
#include <cstdio>

int main() {
  asio_httpd::router routes;
  routes.get("/", [] { return "hello"; });
  std::puts("ok " ASIO_HTTPD_VERSION);
}
