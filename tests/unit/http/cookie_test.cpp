// SPDX-License-Identifier: BSL-1.0
//
// Cookies of requests as browsers send them, and Set-Cookie, which never holds what a browser would
// ignore or read in another way.

#include <asio_httpd/cookie.hpp>
#include <asio_httpd/response.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace asio_httpd;

namespace {

fields with_lines(std::initializer_list<std::string_view> lines) {
  fields f;
  f.set("X-Cookie", "no=cookie");
  for (const std::string_view line : lines) f.append(field::cookie, line);
  f.set(field::host, "h");
  return f;
}

// "name>value" for each cookie, a bar behind each.
std::string all_of(std::initializer_list<std::string_view> lines) {
  const request r(method::get, "/", with_lines(lines));
  std::string all;
  for (const auto& [name, value] : cookies(r)) all.append(name).append(">").append(value) += '|';
  return all;
}

bool is_invalid(const set_cookie& c) {
  try {
    return c.to_string().empty();
  } catch (const std::invalid_argument&) {
    return true;
  }
}

}  // namespace

TEST_CASE("the cookies of all Cookie lines, in their order") {
  CHECK(all_of({}) == "");
  CHECK(all_of({"a=1"}) == "a>1|");
  CHECK(all_of({"a=1; b=2", "c=3"}) == "a>1|b>2|c>3|");
  CHECK(all_of({"a=1", "", " ; ", "b=2;"}) == "a>1|b>2|");
}

TEST_CASE("cookies are read as browsers write them, and leniently") {
  CHECK(all_of({"a=b=c"}) == "a>b=c|");
  CHECK(all_of({"a=\"q, r\""}) == "a>\"q, r\"|");
  CHECK(all_of({"a=1;b=2;;\t c = 3 "}) == "a>1|b>2|c>3|");
  CHECK(all_of({"a=; =b; c"}) == "a>|>b|>c|");
}

TEST_CASE("one cookie by its name: the first, and names have case") {
  const request r(method::get, "/", with_lines({"a=1; A=2", "a=3; b="}));
  CHECK(cookie(r, "a") == "1");
  CHECK(cookie(r, "A") == "2");
  CHECK(cookie(r, "b") == "");
  CHECK_FALSE(cookie(r, "c"));
  CHECK_FALSE(cookie(request(), "a"));
}

TEST_CASE("the default: HttpOnly, SameSite=Lax, the whole site, until the browser ends") {
  CHECK(set_cookie("sid", "31d4").to_string() == "sid=31d4; Path=/; HttpOnly; SameSite=Lax");
}

TEST_CASE("every attribute") {
  CHECK(set_cookie("a", "")
            .path("/x y")
            .domain("example.com")
            .max_age(std::chrono::hours(1))
            .expires(784111777)
            .secure()
            .http_only(false)
            .same_site(same_site::none)
            .partitioned()
            .to_string() ==
        "a=; Path=/x y; Domain=example.com; Max-Age=3600; Expires=Sun, 06 Nov 1994 08:49:37 GMT; "
        "Secure; SameSite=None; Partitioned");
  CHECK(set_cookie("a", "b").path("").same_site(same_site::strict).to_string() ==
        "a=b; HttpOnly; SameSite=Strict");
}

TEST_CASE("it goes into a response, as often as you like") {
  response answer;
  answer.fields().append(field::set_cookie, set_cookie("a", "1").to_string());
  answer.fields().append(field::set_cookie, set_cookie("b", "2").to_string());
  CHECK(answer.fields().count(field::set_cookie) == 2);
}

TEST_CASE("an expired cookie ends now, and is secure where its name asks for it") {
  CHECK(expired_cookie("a").to_string() ==
        "a=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax");
  CHECK(expired_cookie("__Host-a").to_string().find("; Secure;") != std::string::npos);
  CHECK(expired_cookie("__secure-a").to_string().find("; Secure;") != std::string::npos);
}

TEST_CASE("threat 19: no byte of a name, a value or an attribute begins another one") {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text = {'/', static_cast<char>(byte), 'z'};
    CAPTURE(byte);
    const bool outside_ascii = byte < 0x20 || byte >= 0x7f;
    const bool ends_value = outside_ascii || std::string_view(" \",;\\").find(
                                                 static_cast<char>(byte)) != std::string_view::npos;
    if (ends_value) {
      CHECK_THROWS_AS(set_cookie("a", text), std::invalid_argument);
      CHECK_THROWS_AS(set_cookie(text.substr(1), "a"), std::invalid_argument);
      CHECK_THROWS_AS(set_cookie("a", "b").domain(text.substr(1)), std::invalid_argument);
    } else {
      CHECK_NOTHROW(set_cookie("a", text));
    }
    if (outside_ascii || byte == ';') {
      CHECK_THROWS_AS(set_cookie("a", "b").path(text), std::invalid_argument);
    } else {
      CHECK_NOTHROW(set_cookie("a", "b").path(text));
    }
  }
  CHECK_THROWS_AS(set_cookie("", "x"), std::invalid_argument);
  CHECK_THROWS_AS(set_cookie("a=b", "x"), std::invalid_argument);
  CHECK_THROWS_AS(set_cookie("a", "b").path("x"), std::invalid_argument);
  CHECK_THROWS_AS(set_cookie("a", "b").domain("a_b"), std::invalid_argument);
  CHECK_THROWS_AS(set_cookie("a", "b").max_age(std::chrono::seconds(-1)), std::invalid_argument);
}

TEST_CASE("sizes that browsers take") {
  CHECK_NOTHROW(set_cookie("a", std::string(4095, 'x')));
  CHECK_THROWS_AS(set_cookie("a", std::string(4096, 'x')), std::invalid_argument);
  CHECK_NOTHROW(set_cookie("a", "").path("/" + std::string(1023, 'x')));
  CHECK_THROWS_AS(set_cookie("a", "").path("/" + std::string(1024, 'x')), std::invalid_argument);
  CHECK_THROWS_AS(set_cookie("a", "").domain(std::string(256, 'x')), std::invalid_argument);
}

TEST_CASE("prefixes hold what they promise, in any case (section 4.1.3)") {
  CHECK_FALSE(is_invalid(set_cookie("__Host-a", "b").secure()));
  CHECK(is_invalid(set_cookie("__Host-a", "b")));
  CHECK(is_invalid(set_cookie("__HOST-a", "b")));
  CHECK(is_invalid(set_cookie("__Host-a", "b").secure().path("/x")));
  CHECK(is_invalid(set_cookie("__Host-a", "b").secure().path("")));
  CHECK(is_invalid(set_cookie("__host-a", "b").secure().domain("example.com")));
  CHECK_FALSE(is_invalid(set_cookie("__Secure-a", "b").secure().domain("example.com").path("/x")));
  CHECK(is_invalid(set_cookie("__Secure-a", "b")));
  CHECK_FALSE(is_invalid(set_cookie("__Host", "b")));
}

TEST_CASE("what browsers take over TLS only") {
  CHECK(is_invalid(set_cookie("a", "b").same_site(same_site::none)));
  CHECK_FALSE(is_invalid(set_cookie("a", "b").same_site(same_site::none).secure()));
  CHECK(is_invalid(set_cookie("a", "b").partitioned()));
  CHECK_FALSE(is_invalid(set_cookie("a", "b").partitioned().secure()));
}
