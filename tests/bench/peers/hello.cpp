// SPDX-License-Identifier: BSL-1.0
//
// What is measured: our server as its users write it, with one thread and every limit on.
//
//   hello PORT

#include <asio_httpd/asio_httpd.hpp>
#include <cstdlib>

int main(int argc, char** argv) {
  asio_httpd::router routes;
  routes.get("/", [] { return "hello"; });
  const int port = argc > 1 ? std::atoi(argv[1]) : 8080;
  return asio_httpd::run(routes, {.listen = {"127.0.0.1:" + std::to_string(port)}, .threads = 1});
}
