// SPDX-License-Identifier: BSL-1.0
//
// `run_fixture NAME MILLISECONDS`: asio_httpd::run on the abstract Unix socket NAME, with that much
// time to drain. Ends as `run` does.

#include <asio_httpd/asio_httpd.hpp>

#include <chrono>
#include <cstdio>
#include <string>

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: run_fixture NAME MILLISECONDS\n");
    return 3;
  }
  asio_httpd::router routes;
  routes.get("/", [] { return "hello"; });
  return asio_httpd::run(routes, {.listen = {std::string("unix:") + argv[1]},
                                  .threads = 1,
                                  .drain = std::chrono::milliseconds(std::stol(argv[2]))});
}
