// SPDX-License-Identifier: BSL-1.0
//
// A server for raw requests: GET / is "OK", POST / is an echo, /messages a WebSocket that echoes.
// Prints its port, serves until it is told to end.

#include <asio_httpd/asio_httpd.hpp>

#include <csignal>
#include <iostream>

int main() {
  asio_httpd::router routes;
  routes.get("/", [] { return "OK"; });
  routes.post("/", [](const asio_httpd::request& r) { return std::string(r.body()); });
  routes.websocket("/messages", [](asio_httpd::websocket s) -> boost::asio::awaitable<void> {
    while (auto message = co_await s.receive()) co_await s.send(*message);
  });
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  asio_httpd::server server(routes, {.listen = {"127.0.0.1:0"}, .threads = 1});
  server.start();
  std::cout << server.port() << std::endl;
  int signal = 0;
  sigwait(&ends, &signal);
  server.stop(std::chrono::seconds(1));
}
