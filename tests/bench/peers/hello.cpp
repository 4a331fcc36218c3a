// SPDX-License-Identifier: BSL-1.0
//
// What is measured: our server as its users write it, with every limit and deadline on.
//
//   hello PORT SITE [THREADS [ROUTES]]

#include <asio_httpd/asio_httpd.hpp>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

namespace {

using asio_httpd::request;
using asio_httpd::response;

response echo(const request& r) {
  response answer;
  answer.set(asio_httpd::field::content_type, "application/octet-stream");
  answer.body_copy(r.body());
  return answer;
}

boost::asio::awaitable<void> echo_messages(asio_httpd::websocket socket) {
  while (auto message = co_await socket.receive()) co_await socket.send(*message);
}

boost::asio::awaitable<void> tell_all(asio_httpd::topic& all, asio_httpd::websocket socket) {
  all.subscribe(socket);
  while (auto message = co_await socket.receive()) {
    all.publish(asio_httpd::prepared_message(*message));
  }
}

asio_httpd::router make_routes(const std::string& site, int more) {
  asio_httpd::router routes;
  routes.get("/", [] { return "hello"; });
  routes.post("/echo", echo);
  routes.websocket("/messages/echo", echo_messages);
  routes.websocket("/messages/broadcast",
                   [all = std::make_shared<asio_httpd::topic>()](asio_httpd::websocket socket) {
                     return tell_all(*all, std::move(socket));
                   });
  routes.file("/flag", site + "/flag");
  routes.files("/files", site + "/files");
  for (int i = 0; i < more; ++i) {
    routes.get(asio_httpd::runtime_pattern{"/api/things" + std::to_string(i) + "/list"},
               [] { return "hello"; });
  }
  return routes;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const int threads = argc > 3 ? std::atoi(argv[3]) : 1;
  const int more = argc > 4 ? std::atoi(argv[4]) : 0;
  return asio_httpd::run(make_routes(argv[2], more),
                         {.listen = {"127.0.0.1:" + std::string(argv[1])},
                          .threads = static_cast<unsigned>(threads),
                          .sockets = {.defer_accept = std::chrono::seconds(1)}});
}
