// SPDX-License-Identifier: BSL-1.0
//
// A server for clients from outside, with deadlines of a second so that slow ones are cut soon:
// `short_deadlines_fixture DIRECTORY SOCKET` serves a greeting at /, an echo (1 MiB at most) at
// /echo, the status at /status, a large text at /large and the folder at /files, on 127.0.0.1 and
// on the Unix socket. Prints the port on a line of its own, and ends at SIGTERM, or when its parent
// is gone.

#include <asio_httpd/asio_httpd.hpp>

#include <sys/prctl.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>

namespace {

using namespace std::chrono_literals;

// Before any thread is made, so that all of them leave the signals to sigwait.
sigset_t block_end_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  return signals;
}

asio_httpd::router site(const std::string& directory) {
  asio_httpd::router routes;
  routes.get("/", [] { return "hello"; });
  routes.post("/echo", [](const asio_httpd::request& r) { return std::string(r.body()); });
  routes.get("/large", [] { return std::string(32 * 1024 * 1024, 'x'); });
  routes.files("/files", directory);
  routes.status();
  return routes;
}

void serve(const std::string& directory, const std::string& socket, const sigset_t& until) {
  asio_httpd::server server(
      site(directory),
      {.listen = {"127.0.0.1:0", "unix:" + socket},
       .threads = 2,
       .deadlines = {.head = 1s, .body = 1s, .idle = 1s, .write = 1s, .linger = 500ms}});
  server.start();
  std::printf("%u\n", unsigned{server.port()});
  std::fflush(stdout);
  int signal = 0;
  sigwait(&until, &signal);
  server.stop(1s);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: short_deadlines_fixture DIRECTORY SOCKET\n");
    return 2;
  }
  try {
    const sigset_t signals = block_end_signals();
    serve(argv[1], argv[2], signals);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "short_deadlines_fixture: %s\n", error.what());
    return 2;
  }
  return 0;
}
