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

TEST_CASE("a host has all that a router has, and its routes are for it alone") {
  router routes;
  routes.get("/a", [] { return "any"; });
  auto there = routes.host("Example.org");
  there.get("/a", [] { return "there"; }).body_limit(7);
  there.put("/a", [] { return "put"; });
  there.patch("/a", [] { return "patched"; });
  there.delete_("/a", [] { return "deleted"; });
  there.any("/any", [] { return "any"; });
  there.redirect("/old", "/a");
  there.status("/health");
  there.readiness();
  there.file("/file", "/nowhere/file");
  there.files("/files", "/");
  there.websocket("/socket", [](websocket) -> boost::asio::awaitable<void> { co_return; });
  CHECK(routes[1].options.body_limit == 7);
  for (std::size_t i = 1; i < routes.size(); ++i) CHECK(routes[i].host == "Example.org");

  fields f;
  f.set(field::host, "example.org:8080");
  CHECK(answer(routes, method::get, "/a") == "200 any");
  CHECK(answer(routes, method::get, "/a", f) == "200 there");
  CHECK(answer(routes, method::delete_, "/a", f) == "200 deleted");
  CHECK(answer(routes, method::get, "/old", f) == "307 ");
  CHECK(answer(routes, method::get, "/old") == "404 404 Not Found\n");
  CHECK(answer(routes, method::get, "/files/etc", f) == "301 ");
  CHECK(answer(routes, method::get, "/files/etc") == "404 404 Not Found\n");
}

TEST_CASE("what was registered at a host, also by a copy of it, is the router's") {
  router routes;
  const auto there = routes.host("example.org");
  auto same = there;
  same.get("/a", [] { return "there"; });
  CHECK(routes.size() == 1);
  router moved = std::move(routes);
  same.get("/b", [] { return "there, too"; });
  CHECK(moved.size() == 2);
  CHECK(moved[1].host == "example.org");
}

TEST_CASE("a mount at a host stays one for as long as the router") {
  router inner;
  inner.get("/a", [] { return "a"; });
  inner.host("example.com").get("/b", [] { return "b"; });
  router routes;
  auto mounted = routes.host("example.org").mount("/x", inner);
  mounted.use(after([](const request&, response& to) { to.set("X-Seen", "yes"); }));
  REQUIRE(routes.size() == 2);
  CHECK(routes[1].host == "example.org");  // whatever it was
  fields f;
  f.set(field::host, "example.org");
  request r(method::get, "/x/a", f);
  CHECK(routes.handle(r).fields().get("X-Seen") == "yes");
}
