// SPDX-License-Identifier: BSL-1.0

#include <asio_httpd/https.hpp>
#include <asio_httpd/router.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "support/ask_router.hpp"

using namespace asio_httpd;
using test_support::ask;
using test_support::made_up_peer;
using test_support::secure_peer;

namespace {

router redirecting(https_redirect options = {}) {
  router routes;
  routes.use(redirect_to_https(std::move(options)));
  routes.get("/{rest...}", [] { return "here"; });
  routes.post("/{rest...}", [] { return "here"; });
  return routes;
}

fields host(std::string_view name) {
  fields f;
  if (!name.empty()) f.set(field::host, name);
  return f;
}

response answer(const router& routes, std::string target, std::string_view name = "a.test") {
  return ask(routes, method::get, std::move(target), host(name));
}

std::string location(const router& routes, std::string target, std::string_view name = "a.test") {
  return std::string(answer(routes, std::move(target), name).fields().get(field::location));
}

}  // namespace

TEST_CASE("what came without TLS is led to where it is") {
  const router routes = redirecting();
  const response made = answer(routes, "/a/b?x=1&y=%20");
  CHECK(made.status() == status::permanent_redirect);
  CHECK(made.fields().get(field::location) == "https://a.test/a/b?x=1&y=%20");
  CHECK(location(routes, "/") == "https://a.test/");
  CHECK(location(routes, "/", "a.test:8080") == "https://a.test/");
  CHECK(location(routes, "/", "[2001:db8::1]:80") == "https://[2001:db8::1]/");
  CHECK(ask(routes, method::post, "/form", host("a.test")).status() == status::permanent_redirect);
}

TEST_CASE("what came by TLS goes on") {
  const router routes = redirecting();
  CHECK(ask(routes, method::get, "/", host("a.test"), secure_peer()).text() == "here");
}

TEST_CASE("another port, another host") {
  CHECK(location(redirecting({.port = 8443}), "/x", "a.test:8080") == "https://a.test:8443/x");
  CHECK(location(redirecting({.host = "b.test"}), "/x") == "https://b.test/x");
  CHECK(location(redirecting({.host = "b.test"}), "/x", "") == "https://b.test/x");
}

TEST_CASE("it leads to no host but that of the request") {
  const router routes = redirecting();
  CHECK(location(routes, "//evil.test/x") == "https://a.test//evil.test/x");
  CHECK(location(routes, "/\\evil.test") == "https://a.test/\\evil.test");
  CHECK(location(routes, "http://a.test/x?y") == "https://a.test/x?y");
  CHECK(location(routes, "http://a.test?y") == "https://a.test/?y");
  CHECK(location(routes, "http://a.test") == "https://a.test/");
}

TEST_CASE("a host that is none is no place to lead to") {
  const router routes = redirecting();
  for (auto name :
       {"", "a.test/evil", "a@evil.test", "a b", "a\"b", "[::1", "a\\b", "<a>", "a#b"}) {
    CAPTURE(name);
    const response made = answer(routes, "/", name);
    CHECK(made.status() == status::bad_request);
    CHECK_FALSE(made.fields().contains(field::location));
  }
}

TEST_CASE("what has no path goes on") {
  router routes = redirecting();
  const response made = ask(routes, method::options, "*", host("a.test"));
  CHECK_FALSE(made.fields().contains(field::location));
}

TEST_CASE("exceptions") {
  const router routes =
      redirecting({.except = {"/healthz", "/.well-known/acme-challenge/", "/status"}});
  CHECK(answer(routes, "/healthz").text() == "here");
  CHECK(answer(routes, "/healthz?full").text() == "here");
  CHECK(answer(routes, "/.well-known/acme-challenge/x").text() == "here");
  CHECK(answer(routes, "/healthz/x").status() == status::permanent_redirect);
  CHECK(answer(routes, "/statusx").status() == status::permanent_redirect);
  CHECK(answer(routes, "/.well-known/acme-challenge").status() == status::permanent_redirect);
  CHECK(answer(routes, "/.well-known/acme-challenge/../../x").status() ==
        status::permanent_redirect);
}

TEST_CASE("options that are none") {
  CHECK_THROWS_AS(redirect_to_https({.port = 0}), std::invalid_argument);
  CHECK_THROWS_AS(redirect_to_https({.host = "a.test/x"}), std::invalid_argument);
  CHECK_THROWS_AS(strict_transport_security({.max_age = std::chrono::seconds(-1)}),
                  std::invalid_argument);
}

TEST_CASE("browsers are told by TLS only") {
  router routes;
  routes.use(strict_transport_security({.include_subdomains = true}));
  routes.get("/own", [] {
    response made = text("x");
    made.set(field::strict_transport_security, "max-age=0");
    return made;
  });
  const auto said = [&](std::string target, made_up_peer from) {
    const response made = ask(routes, method::get, std::move(target), {}, std::move(from));
    return std::string(made.fields().get(field::strict_transport_security));
  };
  CHECK(said("/", secure_peer()) == "max-age=31536000; includeSubDomains");
  CHECK(said("/", made_up_peer("192.0.2.1")) == "");
  CHECK(said("/own", secure_peer()) == "max-age=0");
}
