// SPDX-License-Identifier: BSL-1.0
//
// A server of files for tests that ask from outside: `static_fixture DIRECTORY PORT` serves the
// folder at / on 127.0.0.1 (port 0: the kernel chooses), prints the port on a line of its own, and
// ends at SIGTERM or SIGINT, or when its parent is gone.

#include <asio_httpd/asio_httpd.hpp>

#include <sys/prctl.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>

namespace {

// Before any thread is made, so that all of them leave the signals to sigwait.
sigset_t block_end_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  return signals;
}

void serve(const std::string& directory, const std::string& port, const sigset_t& until) {
  asio_httpd::router routes;
  routes.files("/", directory);
  asio_httpd::server server(routes, {.listen = {"127.0.0.1:" + port}, .threads = 1});
  server.start();
  std::printf("%u\n", unsigned{server.port()});
  std::fflush(stdout);
  int signal = 0;
  sigwait(&until, &signal);
  server.stop(std::chrono::seconds(1));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: static_fixture DIRECTORY PORT\n");
    return 2;
  }
  try {
    const sigset_t signals = block_end_signals();
    serve(argv[1], argv[2], signals);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "static_fixture: %s\n", error.what());
    return 2;
  }
  return 0;
}
