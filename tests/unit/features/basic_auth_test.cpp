// SPDX-License-Identifier: BSL-1.0

#include <asio_httpd/base64.hpp>
#include <asio_httpd/basic_auth.hpp>
#include <asio_httpd/router.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "support/ask_router.hpp"

using namespace asio_httpd;
using test_support::ask;

namespace {

router site(middleware auth) {
  router routes;
  routes.use(std::move(auth));
  routes.get("/", [](const request& r) { return "hello " + std::string(basic_auth_user(r)); });
  return routes;
}

router known() {
  return site(basic_auth("staff", {{"Aladdin", "open sesame"}, {"grace", "a:b:c"}, {"", ""}}));
}

fields with(std::string_view value) {
  fields f;
  f.set(field::authorization, value);
  return f;
}

response ask_as(const router& routes, std::string_view credentials) {
  return ask(routes, method::get, "/", with("Basic " + base64_encode(credentials)));
}

}  // namespace

TEST_CASE("the right password, as in the example of the RFC") {
  const response made = ask(known(), method::get, "/", with("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
  CHECK(made.text() == "hello Aladdin");
  CHECK(ask_as(known(), "grace:a:b:c").text() == "hello grace");
  CHECK(ask_as(known(), ":").text() == "hello ");
  for (const auto scheme : {"basic ", "BASIC ", "Basic   "}) {
    CHECK(ask(known(), method::get, "/", with(scheme + base64_encode("grace:a:b:c"))).status() ==
          status::ok);
  }
}

TEST_CASE("anything else is 401 with a challenge, also where nothing is found") {
  const response made = ask(known(), method::get, "/");
  CHECK(made.status() == status::unauthorized);
  CHECK(made.fields().get(field::www_authenticate) == "Basic realm=\"staff\", charset=\"UTF-8\"");
  CHECK(made.text() == "401 Unauthorized\n");
  CHECK(ask(known(), method::get, "/none").status() == status::unauthorized);
  for (const auto wrong :
       {"Aladdin:open sesam", "Aladdin:open sesame ", "Aladdin:", "aladdin:open sesame",
        "nobody:open sesame", "nobody:", "Aladdin", "", ":x", "grace:a"}) {
    CAPTURE(wrong);
    CHECK(ask_as(known(), wrong).status() == status::unauthorized);
  }
}

TEST_CASE("credentials that are none") {
  for (const auto value : {"", "Basic", "Basic ", "Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
                           "BasicQWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ",
                           "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ== x", "Basic \"x\""}) {
    CAPTURE(value);
    CHECK(ask(known(), method::get, "/", with(value)).status() == status::unauthorized);
  }
  CHECK(ask_as(known(), std::string("grace:a:b:c\0", 12)).status() == status::unauthorized);
  fields twice = with("Basic " + base64_encode("grace:a:b:c"));
  twice.append(field::authorization, "Basic " + base64_encode("grace:a:b:c"));
  CHECK(ask(known(), method::get, "/", twice).status() == status::unauthorized);
}

TEST_CASE("a check of one's own") {
  const router routes = site(basic_auth("x", [](std::string_view user, std::string_view password) {
    return user == "u" && password == "p\xc3\xa4";
  }));
  CHECK(ask_as(routes, "u:p\xc3\xa4").text() == "hello u");
  CHECK(ask_as(routes, "u:p").status() == status::unauthorized);
}

TEST_CASE("what a request says, for a check that waits") {
  const request r(method::get, "/", with("Basic " + base64_encode("ada:x")));
  const auto said = basic_credentials_of(r);
  REQUIRE(said);
  CHECK(said->user == "ada");
  CHECK(said->password == "x");
  CHECK(basic_auth_user(r) == "");
  CHECK_FALSE(basic_credentials_of(request(method::get, "/")));
}

TEST_CASE("a realm is quoted, and what cannot be is refused") {
  CHECK(basic_challenge("a \"b\" \\").fields().get(field::www_authenticate) ==
        "Basic realm=\"a \\\"b\\\" \\\\\", charset=\"UTF-8\"");
  CHECK_THROWS_AS(basic_challenge("a\r\nb"), std::invalid_argument);
  CHECK_THROWS_AS(basic_auth("x", {{"a:b", "c"}}), std::invalid_argument);
  CHECK_THROWS_AS(basic_auth("x", {{"a", "c\n"}}), std::invalid_argument);
  CHECK_THROWS_AS(basic_auth("x", basic_auth_check()), std::invalid_argument);
}
