// SPDX-License-Identifier: BSL-1.0
//
// Interim responses (RFC 9110 section 15.2, RFC 8297): from a handler, ahead of its answer.

#include "support/carried.hpp"
#include "support/server_harness.hpp"

#include <asio_httpd/router.hpp>

#include <doctest/doctest.h>

#include <boost/asio/awaitable.hpp>

#include <stdexcept>
#include <string>

using namespace asio_httpd;
using test_support::server_harness;

namespace {

fields links() {
  fields made;
  made.append(field::link, "</style.css>; rel=preload; as=style");
  return made;
}

router hinting() {
  router routes;
  routes.get("/plain", [](const request& r) {
    r.inform(status::early_hints, links());
    return "answer";
  });
  routes.get("/coroutine", [](const request& r) -> boost::asio::awaitable<std::string> {
    r.inform(status::early_hints, links());
    r.inform(status::early_hints, links());
    co_return "answer";
  });
  routes.get("/wrong", [](const request& r) {
    r.inform(status::ok, {});
    return "never";
  });
  return routes;
}

}  // namespace

TEST_CASE("early hints come ahead of the answer") {
  server_harness h(hinting());
  const auto plain = h.get("/plain");
  CHECK(plain.text() == "answer");
  REQUIRE(plain.interim().size() == 1);
  CHECK(plain.interim()[0].status() == status::early_hints);
  CHECK(plain.interim()[0].get(field::link) == "</style.css>; rel=preload; as=style");
  CHECK(h.get("/coroutine").interim().size() == 2);
}

TEST_CASE("what is no interim response is an error of the handler's") {
  server_harness h(hinting());
  CHECK(h.get("/wrong").status() == status::internal_server_error);
}

TEST_CASE("a client of HTTP/1.0 gets none (RFC 9110 section 15.2)" * test_support::http1_only) {
  server_harness h(hinting());
  auto c = h.connect();
  CHECK(server_harness::ask(c, "GET /plain HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 200"));
}

TEST_CASE("a request made by hand has nobody to inform") {
  const request r(method::get);
  r.inform(status::early_hints, links());
}
