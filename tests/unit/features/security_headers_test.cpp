// SPDX-License-Identifier: BSL-1.0

#include <asio_httpd/router.hpp>
#include <asio_httpd/security_headers.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "support/ask_router.hpp"

using namespace asio_httpd;
using test_support::ask;

namespace {

response answer(security_headers_options options, std::string target = "/") {
  router routes;
  routes.use(security_headers(std::move(options)));
  routes.get("/", [] { return "x"; });
  routes.get("/own", [] {
    response made = text("x");
    made.set(field::x_frame_options, "SAMEORIGIN");
    made.set(field::content_security_policy, "default-src *");
    return made;
  });
  return ask(routes, method::get, std::move(target));
}

using frames = security_headers_options::frames;

}  // namespace

TEST_CASE("the defaults, also on what is not found") {
  for (const auto target : {"/", "/none"}) {
    const response made = answer({}, target);
    CHECK(made.fields().get(field::x_content_type_options) == "nosniff");
    CHECK(made.fields().get(field::x_frame_options) == "DENY");
    CHECK(made.fields().get(field::content_security_policy) == "frame-ancestors 'none'");
    CHECK(made.fields().get(field::referrer_policy) == "strict-origin-when-cross-origin");
    CHECK_FALSE(made.fields().contains(field::strict_transport_security));
  }
}

TEST_CASE("what the handler set stays") {
  const response made = answer({}, "/own");
  CHECK(made.fields().get(field::x_frame_options) == "SAMEORIGIN");
  CHECK(made.fields().get(field::content_security_policy) == "default-src *");
  CHECK(made.fields().get(field::x_content_type_options) == "nosniff");
}

TEST_CASE("frames") {
  const response same = answer({.framed_by = frames::same_origin});
  CHECK(same.fields().get(field::x_frame_options) == "SAMEORIGIN");
  CHECK(same.fields().get(field::content_security_policy) == "frame-ancestors 'self'");
  const response any = answer({.framed_by = frames::any});
  CHECK_FALSE(any.fields().contains(field::x_frame_options));
  CHECK_FALSE(any.fields().contains(field::content_security_policy));
}

TEST_CASE("a policy of one's own") {
  const auto policy = [](security_headers_options o) {
    return std::string(answer(std::move(o)).fields().get(field::content_security_policy));
  };
  CHECK(policy({.content_security_policy = "default-src 'self'"}) ==
        "default-src 'self'; frame-ancestors 'none'");
  CHECK(policy({.content_security_policy = "frame-ancestors https://a.test"}) ==
        "frame-ancestors https://a.test");
  CHECK(policy({.framed_by = frames::any, .content_security_policy = "default-src 'self'"}) ==
        "default-src 'self'");
  CHECK_FALSE(answer({.referrer_policy = ""}).fields().contains(field::referrer_policy));
}

TEST_CASE("transport security") {
  const auto value = [](transport_security t) {
    router routes;
    routes.use(security_headers({.transport_security = t}));
    const response made = ask(routes, method::get, "/", {}, test_support::secure_peer());
    return std::string(made.fields().get(field::strict_transport_security));
  };
  CHECK(value({}) == "max-age=31536000");
  CHECK(value({.max_age = std::chrono::seconds(60), .include_subdomains = true, .preload = true}) ==
        "max-age=60; includeSubDomains; preload");
}

TEST_CASE("transport security is said over TLS only, unless a proxy speaks it") {
  constexpr auto name = field::strict_transport_security;
  CHECK_FALSE(answer({.transport_security = transport_security{}}).fields().contains(name));
  CHECK(answer({.transport_security = transport_security{.behind_proxy = true}})
            .fields()
            .contains(name));
}

TEST_CASE("texts that no field can carry are refused") {
  CHECK_THROWS_AS(security_headers({.referrer_policy = "a\r\nb"}), std::invalid_argument);
  CHECK_THROWS_AS(security_headers({.transport_security =
                                        transport_security{.max_age = std::chrono::seconds(-1)}}),
                  std::invalid_argument);
}
