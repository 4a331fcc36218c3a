// SPDX-License-Identifier: BSL-1.0
//
// The router by itself: registration, mounting, hosts, and requests without a server.

#include <asio_httpd/router.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace asio_httpd;

namespace {

std::string answer(const router& routes, method m, std::string target, fields f = {}) {
  request r(m, std::move(target), std::move(f));
  const response made = routes.handle(r);
  return std::to_string(to_integer(made.status())) + " " + std::string(made.text());
}

std::string message_of(auto&& registers) {
  try {
    registers();
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a router answers without a server") {
  router routes;
  routes.get("/", [] { return "home"; });
  routes.get("/users/{id}", [](int id) { return std::to_string(id + 1); });
  CHECK(answer(routes, method::get, "/") == "200 home");
  CHECK(answer(routes, method::get, "/users/6") == "200 7");
  CHECK(answer(routes, method::get, "/users/x") == "404 404 Not Found\n");
  CHECK(answer(routes, method::get, "/none") == "404 404 Not Found\n");
  CHECK(answer(routes, method::post, "/") == "405 405 Method Not Allowed\n");
  CHECK(answer(routes, method::options, "/") == "204 ");
}

TEST_CASE("a mounted router keeps its hosts and options, below the prefix") {
  router api;
  api.get("/time", [] { return "now"; }).body_limit(7);
  api.host("example.org").get("/time", [] { return "there"; });
  router routes;
  routes.mount("/api/", api);
  fields there;
  there.set(field::host, "example.org:8080");
  CHECK(answer(routes, method::get, "/api/time") == "200 now");
  CHECK(answer(routes, method::get, "/api/time", there) == "200 there");
  CHECK(answer(routes, method::get, "/time") == "404 404 Not Found\n");
  CHECK(routes[0].options.body_limit == 7);
  router plain;
  plain.get("/time", [] { return "elsewhere"; });
  routes.host("other.org").mount("/x", plain);
  CHECK(routes[2].host == "other.org");
}

TEST_CASE("what is wrong with a route is said when it is registered, and nothing is added") {
  router routes;
  routes.get("/a/{x}", [](int) { return "x"; });
  const std::string conflict =
      message_of([&] { routes.get("/a/{other}", [](std::string_view) { return "y"; }); });
  CHECK(conflict.find("/a/{x}") != std::string::npos);
  CHECK(conflict.find("/a/{other}") != std::string::npos);
  const std::string arity =
      message_of([&] { routes.get(runtime_pattern{"/b/{x}/{y}"}, [](int) { return "x"; }); });
  CHECK(arity.find("2 path parameter(s)") != std::string::npos);
  CHECK(message_of([&] { routes.get(runtime_pattern{"/b/{"}, [] { return "x"; }); }) != "");
  CHECK(message_of([&] { routes.add(method::get, "/none", handler()); }) != "");
  CHECK(routes.size() == 1);
  CHECK(answer(routes, method::get, "/a/1") == "200 x");
}

TEST_CASE("a copy goes its own way") {
  router one;
  one.get("/", [] { return "one"; });
  router two = one;
  two.get("/two", [] { return "two"; });
  CHECK(one.size() == 1);
  CHECK(answer(two, method::get, "/two") == "200 two");
  CHECK(answer(one, method::get, "/two") == "404 404 Not Found\n");
}

TEST_CASE("a coroutine handler needs a server") {
  router routes;
  routes.get("/", []() -> boost::asio::awaitable<std::string> { co_return "x"; });
  request r(method::get, "/");
  CHECK_THROWS_AS(routes.handle(r), std::logic_error);
}
