// SPDX-License-Identifier: BSL-1.0
//
// Which middleware concerns which request, and in which order; without a server.

#include <asio_httpd/middleware.hpp>
#include <asio_httpd/router.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <stdexcept>
#include <string>

using namespace asio_httpd;
using boost::asio::awaitable;

namespace {

struct journal {
  std::string text;

  // Writes "+name" before and "-name" after.
  struct marks {
    void before(const request&) const { to->text += "+" + name; }
    void after(const request&, response&) const { to->text += "-" + name; }
    journal* to;
    std::string name;
  };
  marks mark(std::string name) { return {this, std::move(name)}; }
  std::function<std::string()> handler() {
    return [this] {
      text += "!";
      return std::string("done");
    };
  }
};

class site {
 public:
  explicit site(const router& r) : routes_(r) {}
  response ask(method m, std::string target, std::string host = {}) const {
    fields f;
    if (!host.empty()) f.set(field::host, host);
    request r(m, std::move(target), std::move(f));
    return routes_.handle(r);
  }

 private:
  const router& routes_;
};

std::string trace(journal& j, const router& routes, method m, std::string target,
                  std::string host = {}) {
  j.text.clear();
  site(routes).ask(m, std::move(target), std::move(host));
  return j.text;
}

}  // namespace

TEST_CASE("the first that was used is the outermost, around the handler") {
  journal j;
  router routes;
  routes.use(j.mark("a"));
  routes.get("/", j.handler()).use(j.mark("c")).use(j.mark("d"));
  routes.use(j.mark("b"));  // it concerns what is registered already
  CHECK(trace(j, routes, method::get, "/") == "+a+b+c+d!-d-c-b-a");
  CHECK(trace(j, routes, method::head, "/") == "+a+b+c+d!-d-c-b-a");
}

TEST_CASE("answers without a route pass the middleware of the router") {
  journal j;
  router routes;
  routes.get("/x", j.handler()).use(j.mark("route"));
  routes.use(j.mark("a"));
  for (const auto& [m, target, wanted] : {std::tuple{method::get, "/none", 404},
                                          {method::post, "/x", 405},
                                          {method::options, "/x", 204},
                                          {method::options, "*", 404}}) {
    CHECK(trace(j, routes, m, target) == "+a-a");
    CHECK(to_integer(site(routes).ask(m, target).status()) == static_cast<unsigned>(wanted));
  }
}

TEST_CASE("a mounted router keeps its middleware inside of the mount's and the outer router's") {
  journal j;
  router inner;
  inner.use(j.mark("inner"));
  inner.get("/x", j.handler()).use(j.mark("route"));
  router routes;
  routes.mount("/api", inner).use(j.mark("mount"));
  routes.use(j.mark("outer"));
  routes.get("/x", j.handler());
  CHECK(trace(j, routes, method::get, "/api/x") ==
        "+outer+mount+inner+route!-route-inner-mount-outer");
  CHECK(trace(j, routes, method::get, "/x") == "+outer!-outer");
}

TEST_CASE("what has no route below a mount passes its middleware, and nothing beside it") {
  journal j;
  router inner;
  inner.get("/x", j.handler());
  router routes;
  routes.use(j.mark("outer"));
  routes.mount("/api", inner).use(j.mark("api"));
  CHECK(trace(j, routes, method::get, "/api") == "+outer+api-api-outer");
  CHECK(trace(j, routes, method::get, "/api/none/of/it") == "+outer+api-api-outer");
  CHECK(trace(j, routes, method::post, "/api/x") == "+outer+api-api-outer");
  CHECK(trace(j, routes, method::get, "/apis") == "+outer-outer");
  CHECK(trace(j, routes, method::get, "/none") == "+outer-outer");
}

TEST_CASE("mounts within mounts, with parameters in the prefix") {
  journal j;
  router c;
  c.get("/x", j.handler());
  c.use(j.mark("c"));
  router b;
  b.mount("/c", c).use(j.mark("b/c"));
  b.use(j.mark("b"));
  router a;
  a.mount("/{id}", b);
  a.use(j.mark("a"));
  a.get("/x", j.handler());
  CHECK(trace(j, a, method::get, "/7/c/x") == "+a+b+b/c+c!-c-b/c-b-a");
  CHECK(trace(j, a, method::get, "/7/c/none") == "+a+b+b/c+c-c-b/c-b-a");
  CHECK(trace(j, a, method::get, "/7/none") == "+a+b-b-a");
  CHECK(trace(j, a, method::get, "/x") == "+a!-a");
}

TEST_CASE("two routers below one prefix: each has its own, the first answers what has no route") {
  journal j;
  router one;
  one.get("/one", j.handler());
  router two;
  two.get("/two", j.handler());
  router routes;
  routes.mount("/api", one).use(j.mark("1"));
  routes.mount("/api/", two).use(j.mark("2"));
  CHECK(trace(j, routes, method::get, "/api/one") == "+1!-1");
  CHECK(trace(j, routes, method::get, "/api/two") == "+2!-2");
  CHECK(trace(j, routes, method::get, "/api/three") == "+1-1");
}

TEST_CASE("a mount for one host") {
  journal j;
  router inner;
  inner.get("/x", j.handler());
  router routes;
  routes.host("example.org").mount("", inner).use(j.mark("host"));
  CHECK(trace(j, routes, method::get, "/x", "example.org") == "+host!-host");
  CHECK(trace(j, routes, method::get, "/none", "EXAMPLE.org:80") == "+host-host");
  CHECK(trace(j, routes, method::get, "/none", "example.com") == "");
}

TEST_CASE("a router is mounted as it is at that time, and a copy goes its own way") {
  journal j;
  router inner;
  inner.get("/x", j.handler());
  router routes;
  routes.mount("/a", inner);
  inner.use(j.mark("late"));
  router copy = routes;
  copy.use(j.mark("copy"));
  CHECK(trace(j, routes, method::get, "/a/x") == "!");
  CHECK(trace(j, copy, method::get, "/a/x") == "+copy!-copy");
  CHECK(trace(j, inner, method::get, "/x") == "+late!-late");
}

TEST_CASE("a router may be mounted in itself") {
  journal j;
  router routes;
  routes.use(j.mark("a"));
  routes.get("/x", j.handler());
  routes.mount("/again", routes);
  CHECK(trace(j, routes, method::get, "/again/x") == "+a+a!-a-a");
  CHECK(routes.size() == 2);
}

TEST_CASE("a before-hook that answers ends it; every after-hook sees the answer") {
  journal j;
  router routes;
  routes.use(j.mark("a"));
  routes.use(before([](const request& r) -> std::optional<status> {
    if (r.query() == "no") return status::forbidden;
    return std::nullopt;
  }));
  routes.use(j.mark("b"));
  routes.get("/", j.handler());
  CHECK(trace(j, routes, method::get, "/?yes") == "+a+b!-b-a");
  CHECK(trace(j, routes, method::get, "/?no") == "+a-b-a");
  CHECK(site(routes).ask(method::get, "/?no").text() == "403 Forbidden\n");
  CHECK(site(routes).ask(method::get, "/none?no").status() == status::forbidden);
}

TEST_CASE("a before-hook answers with what handlers answer with") {
  const auto answer = [](middleware m) {
    router routes;
    routes.use(std::move(m));
    routes.get("/", [] { return "handler"; });
    const response made = site(routes).ask(method::get, "/");
    return std::to_string(to_integer(made.status())) + " " + std::string(made.text());
  };
  CHECK(answer(before([](const request&) -> std::optional<std::string> { return "text"; })) ==
        "200 text");
  CHECK(answer(before([](const request&) -> std::optional<response> {
          return redirect("/elsewhere");
        })) == "302 ");
  CHECK(answer(before([](const request&) -> std::optional<response> { return {}; })) ==
        "200 handler");
  CHECK(answer(before([](const request&) {})) == "200 handler");
}

TEST_CASE("an after-hook changes the answer, and the one outside of it sees the change") {
  router routes;
  routes.use(
      after([](const request&, response& to) { to.body(std::string(to.text()) + "outer"); }));
  routes.use(
      after([](const request&, response& to) { to.body(std::string(to.text()) + "inner,"); }));
  routes.get("/", [] { return "handler,"; });
  CHECK(site(routes).ask(method::get, "/").text() == "handler,inner,outer");
}

TEST_CASE("what one hook learns, the handler and the other hook can read") {
  struct user {
    std::string name;
  };
  router routes;
  routes.use(before([](const request& r) { r.attributes().set(user{std::string(r.query())}); }));
  routes.use(after(
      [](const request& r, response& to) { to.set("X-User", r.attributes().get<user>()->name); }));
  routes.get("/", [](const request& r) { return r.attributes().get<user>()->name; });
  const response made = site(routes).ask(method::get, "/?ada");
  CHECK(made.text() == "ada");
  CHECK(made.fields().get("X-User") == "ada");
}

TEST_CASE("a middleware says what it is") {
  const middleware hook = before([](const request&) {});
  const middleware other = after([](const request&, response&) {});
  const middleware around = [](const request&, next n) -> awaitable<response> {
    co_return co_await n();
  };
  CHECK((hook.has_before() && !hook.has_after() && !hook.wraps()));
  CHECK((!other.has_before() && other.has_after() && !other.wraps()));
  CHECK((!around.has_before() && !around.has_after() && around.wraps()));
}

TEST_CASE("a wrapped handler needs a server, and one that is found does not change the router") {
  router routes;
  routes.get("/", [] { return "x"; });
  routes.use([](const request&, next n) -> awaitable<response> { co_return co_await n(); });
  request r(method::get, "/");
  CHECK_THROWS_AS(routes.handle(r), std::logic_error);
  CHECK_FALSE(routes[0].run.is_coroutine());
}
