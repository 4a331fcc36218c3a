// SPDX-License-Identifier: BSL-1.0
//
// A server that takes uploads, for tests that kill it: `uploads_fixture DIRECTORY` serves the
// folder at / on 127.0.0.1, takes files into it, prints its port on a line of its own, and runs
// until it is killed or its parent is gone.

#include <asio_httpd/asio_httpd.hpp>

#include <sys/prctl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>

namespace {

void serve(const std::string& directory) {
  asio_httpd::router routes;
  routes.files("/", directory);
  routes.uploads("/", directory, {.remove = true});
  asio_httpd::server server(routes, {.listen = {"127.0.0.1:0"}, .threads = 2});
  server.start();
  std::printf("%u\n", unsigned{server.port()});
  std::fflush(stdout);
  ::pause();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: uploads_fixture DIRECTORY\n");
    return 2;
  }
  try {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    serve(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "uploads_fixture: %s\n", error.what());
    return 2;
  }
  return 0;
}
