// SPDX-License-Identifier: BSL-1.0
//
// What routes can look like: parameters with types, the rest of a path, the most specific one wins,
// other methods, a part of the site by prefix, another by host, errors on purpose.
//
//   curl localhost:8080/orders/17              curl -X DELETE localhost:8080/orders/17
//   curl localhost:8080/orders/latest          curl -i -X PUT localhost:8080/orders/17   (405)
//   curl localhost:8080/wiki/c++/asio          curl -H 'Host: admin.localhost' localhost:8080/
//   curl 'localhost:8080/greet?name=Ada'       curl localhost:8080/api/v1/time

#include <asio_httpd/asio_httpd.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <ctime>
#include <optional>

namespace asio = boost::asio;
using asio_httpd::http_error;
using asio_httpd::request;
using asio_httpd::response;
using asio_httpd::status;

namespace {

// A function is a handler; nothing to inherit.
std::string greet(const request& r) {
  return "hello, " + r.query("name").value_or("whoever you are") + "\n";
}

// An empty optional is 404.
std::optional<std::string> find_order(std::uint64_t number) {
  if (number > 1000) return std::nullopt;
  return "order " + std::to_string(number) + "\n";
}

// A coroutine may wait; the thread serves others meanwhile.
asio::awaitable<response> slow() {
  asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(200));
  co_await timer.async_wait(asio::use_awaitable);
  co_return asio_httpd::text("that took a while\n");
}

asio_httpd::router api() {
  asio_httpd::router routes;
  routes.get("/time", [] { return std::to_string(std::time(nullptr)) + "\n"; });
  return routes;
}

}  // namespace

int main() {
  asio_httpd::router routes;
  routes.get("/",
             [] { return asio_httpd::html("<!doctype html><title>routes</title><h1>Hi</h1>"); });
  routes.get("/greet", greet);
  routes.get("/orders/{number:uint}", find_order);
  routes.get("/orders/latest", [] { return "the latest order\n"; });  // wins over {number}
  routes.delete_("/orders/{number:uint}", [](std::uint64_t number) {
    if (number == 1) throw http_error(status::conflict, "order 1 is for ever\n");
    return status::no_content;
  });
  routes.get("/wiki/{page...}", [](std::string_view page) { return std::string(page) + "\n"; });
  routes.get("/old", [] { return asio_httpd::redirect("/", status::moved_permanently); });
  routes.get("/slow", slow).deadline(std::chrono::seconds(5));
  routes.post("/upload", [](const request& r) { return std::to_string(r.body().size()) + "\n"; })
      .body_limit(64 * 1024 * 1024);
  routes.mount("/api/v1", api());
  routes.host("admin.localhost").get("/", [] { return "for administrators\n"; });
  return asio_httpd::run(routes, {.port = 8080});
}
