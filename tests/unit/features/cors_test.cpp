// SPDX-License-Identifier: BSL-1.0

#include <asio_httpd/cors.hpp>
#include <asio_httpd/router.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "support/ask_router.hpp"

using namespace asio_httpd;
using test_support::ask;

namespace {

constexpr std::string_view ours = "https://app.example.org";

router site(cors_options options) {
  router routes;
  routes.use(cors(std::move(options)));
  routes.get("/", [] { return "x"; });
  routes.put("/", [] { return "x"; });
  return routes;
}

fields from(std::string_view origin) {
  fields f;
  f.set(field::origin, origin);
  return f;
}

response preflight(const router& routes, std::string_view origin, std::string_view wants = {}) {
  fields f = from(origin);
  f.set(field::access_control_request_method, "PUT");
  if (!wants.empty()) f.set(field::access_control_request_headers, wants);
  return ask(routes, method::options, "/", std::move(f));
}

std::string_view allowed(const response& r) {
  return r.fields().get(field::access_control_allow_origin);
}

std::string refusal(cors_options options) {
  try {
    cors(std::move(options));
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a request of an allowed origin may be read, of another not; both are answered") {
  const router routes =
      site({.origins = {std::string(ours)}, .exposed_fields = {"X-Total", "ETag"}});
  const response yes = ask(routes, method::get, "/", from(ours));
  CHECK(yes.text() == "x");
  CHECK(allowed(yes) == ours);
  CHECK(yes.fields().get(field::access_control_expose_headers) == "X-Total, ETag");
  CHECK(yes.fields().get(field::vary) == "Origin");
  CHECK_FALSE(yes.fields().contains(field::access_control_allow_credentials));
  for (const auto other :
       {"https://evil.example", "http://app.example.org", "null", "https://app.example.org:8443",
        "https://app.example.org.evil.example"}) {
    const response no = ask(routes, method::get, "/", from(other));
    CHECK(no.text() == "x");
    CHECK(allowed(no) == "");
    CHECK_FALSE(no.fields().contains(field::access_control_expose_headers));
    CHECK(no.fields().get(field::vary) == "Origin");
  }
  const response same_site = ask(routes, method::get, "/");
  CHECK(allowed(same_site) == "");
  CHECK(same_site.fields().get(field::vary) == "Origin");
  CHECK(allowed(ask(routes, method::get, "/none", from(ours))) == ours);
}

TEST_CASE("a preflight is answered with what is allowed") {
  const router routes = site({.origins = {std::string(ours)},
                              .methods = {method::get, method::put},
                              .request_fields = {"Content-Type", "X-Token"},
                              .max_age = std::chrono::minutes(10)});
  const response made = preflight(routes, ours, "x-token");
  CHECK(made.status() == status::no_content);
  CHECK(allowed(made) == ours);
  CHECK(made.fields().get(field::access_control_allow_methods) == "GET, PUT");
  CHECK(made.fields().get(field::access_control_allow_headers) == "Content-Type, X-Token");
  CHECK(made.fields().get(field::access_control_max_age) == "600");
  CHECK(made.fields().get(field::vary) == "Origin");
  CHECK_FALSE(made.fields().contains(field::allow));
  CHECK(preflight(routes, "https://evil.example").status() == status::forbidden);
  CHECK(allowed(preflight(routes, "https://evil.example")) == "");
}

TEST_CASE("an OPTIONS that is no preflight is the router's") {
  const router routes = site({.origins = {std::string(ours)}});
  const response made = ask(routes, method::options, "/", from(ours));
  CHECK(made.fields().get(field::allow) == "GET, HEAD, PUT, OPTIONS");
  CHECK(allowed(made) == ours);
}

TEST_CASE("every origin: nothing varies but what is asked for") {
  const router routes = site({.origins = {"*"}, .request_fields = {"*"}});
  const response made = ask(routes, method::get, "/", from("https://any.example"));
  CHECK(allowed(made) == "*");
  CHECK_FALSE(made.fields().contains(field::vary));
  const response asked = preflight(routes, "https://any.example", "X-A, x-b");
  CHECK(allowed(asked) == "*");
  CHECK(asked.fields().get(field::access_control_allow_headers) == "X-A, x-b");
  CHECK(asked.fields().get(field::vary) == "Access-Control-Request-Headers");
}

TEST_CASE("all hosts below a name, on its port") {
  const router routes = site({.origins = {"https://*.example.org", "http://*.test:8080"}});
  for (const auto yes :
       {"https://a.example.org", "https://a.b-c.example.org", "http://x.test:8080"}) {
    CHECK(allowed(ask(routes, method::get, "/", from(yes))) == yes);
  }
  for (const auto no : {"https://example.org", "https://.example.org", "http://a.example.org",
                        "https://a.example.org:8443", "https://evilexample.org",
                        "https://evil.example/.example.org", "https://u@.example.org"}) {
    CAPTURE(no);
    CHECK(allowed(ask(routes, method::get, "/", from(no))) == "");
  }
}

TEST_CASE("a predicate, and credentials") {
  const router routes = site(
      {.allows = [](std::string_view o) { return o.ends_with(".test"); }, .credentials = true});
  const response made = ask(routes, method::get, "/", from("https://a.test"));
  CHECK(allowed(made) == "https://a.test");
  CHECK(made.fields().get(field::access_control_allow_credentials) == "true");
  const response asked = preflight(routes, "https://a.test");
  CHECK(asked.fields().get(field::access_control_allow_credentials) == "true");
  const response other = ask(routes, method::get, "/", from("https://a.example"));
  CHECK_FALSE(other.fields().contains(field::access_control_allow_credentials));
}

TEST_CASE("a Vary that is there stays") {
  router routes;
  routes.use(cors({.origins = {std::string(ours)}}));
  routes.get("/", [] {
    response made = text("x");
    made.set(field::vary, "Accept");
    return made;
  });
  routes.get("/all", [] {
    response made = text("x");
    made.set(field::vary, "*");
    return made;
  });
  CHECK(ask(routes, method::get, "/").fields().count(field::vary) == 2);
  CHECK(ask(routes, method::get, "/all").fields().count(field::vary) == 1);
}

TEST_CASE("two Origin lines are no origin") {
  fields twice = from(ours);
  twice.append(field::origin, ours);
  CHECK(allowed(ask(site({.origins = {std::string(ours)}}), method::get, "/", twice)) == "");
}

TEST_CASE("options that cannot be are refused with a sentence") {
  CHECK(refusal({.origins = {std::string(ours)}}) == "");
  CHECK(refusal({.origins = {"null"}}) == "");
  CHECK(refusal({.origins = {"*"}, .credentials = true}).find("credentials") != std::string::npos);
  CHECK(refusal({.origins = {std::string(ours)}, .credentials = true, .request_fields = {"*"}}) !=
        "");
  CHECK(refusal({}).find("allows no origin") != std::string::npos);
  for (const auto bad : {"example.org", "https://", "https://example.org/", "HTTPS://example.org",
                         "https://Example.org", "https://a.*.org", "://x", "https://x y"}) {
    CAPTURE(bad);
    CHECK(refusal({.origins = {bad}}) != "");
  }
  CHECK(refusal({.origins = {"*"}, .request_fields = {"a b"}}) != "");
  CHECK(refusal({.origins = {"*"}, .exposed_fields = {"a\r\nb"}}) != "");
  CHECK(refusal({.origins = {"*"}, .max_age = std::chrono::seconds(-1)}) != "");
}
