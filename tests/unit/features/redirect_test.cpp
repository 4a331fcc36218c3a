// SPDX-License-Identifier: BSL-1.0
//
// Where redirects lead, and where nothing in a request makes them lead.

#include <asio_httpd/request.hpp>
#include <asio_httpd/router.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace asio_httpd;

namespace {

// "307 /new", or the status alone.
std::string ask(const router& routes, std::string target, method m = method::get) {
  request r(m, std::move(target));
  const response made = routes.handle(r);
  const auto location = made.fields().get(field::location);
  return std::to_string(to_integer(made.status())) +
         (location.empty() ? "" : ' ' + std::string(location));
}

std::string location(std::string_view pattern, std::string_view target, std::string asked) {
  router routes;
  routes.redirect(pattern, target);
  const std::string answer = ask(routes, std::move(asked));
  return answer.starts_with("307 ") ? answer.substr(4) : answer;
}

std::string refusal(std::string_view pattern, std::string_view target,
                    status s = status::temporary_redirect) {
  router routes;
  try {
    routes.redirect(pattern, target, s);
  } catch (const std::invalid_argument& e) {
    CHECK(routes.size() == 0);
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a redirect keeps the method: it answers all, and the default is 307") {
  router routes;
  routes.redirect("/old", "/new");
  routes.redirect("/gone", "https://example.org/", status::permanent_redirect);
  for (const method m : {method::get, method::head, method::post, method::delete_}) {
    CHECK(ask(routes, "/old", m) == "307 /new");
    CHECK(ask(routes, "/gone", m) == "308 https://example.org/");
  }
}

TEST_CASE("the query is kept, behind that of the target and before its fragment") {
  CHECK(location("/old", "/new", "/old?a=1&b=%20") == "/new?a=1&b=%20");
  CHECK(location("/old", "/new?x=y", "/old?a=1") == "/new?x=y&a=1");
  CHECK(location("/old", "/new?x=y", "/old") == "/new?x=y");
  CHECK(location("/old", "/new#part", "/old?a=1") == "/new?a=1#part");
  CHECK(location("/old", "https://example.org", "/old?a=1") == "https://example.org?a=1");
  CHECK(location("/old", "/new", "/old?") == "/new");
}

TEST_CASE("path parameters are carried over") {
  CHECK(location("/old/{rest...}", "/new/{rest}", "/old/a/b.html") == "/new/a/b.html");
  CHECK(location("/old/{rest...}", "/new/{rest}", "/old/") == "/new/");
  CHECK(location("/{rest...}", "https://example.org/{rest}", "/a/b?c") ==
        "https://example.org/a/b?c");
  CHECK(location("/{a}/{b:int}", "/{b}-{a}.html", "/x/7") == "/7-x.html");
  CHECK(location("/user/{id}", "/user.php?id={id}#{id}", "/user/7") == "/user.php?id=7#7");
}

TEST_CASE("a parameter is encoded for the place where it stands") {
  CHECK(location("/o/{x}", "/n/{x}", "/o/a%20b%25%3F%23") == "/n/a%20b%25%3F%23");
  CHECK(location("/o/{x}", "/n/{x}", "/o/a(1),b;c=d:e@f") == "/n/a(1),b;c=d:e@f");
  CHECK(location("/o/{x}", "/n/{x}", "/o/a%2Fb") == "/n/a%2Fb");
  CHECK(location("/o/{x}", "/n/{x}", "/o/%C3%BC") == "/n/%C3%BC");
  CHECK(location("/o/{x}", "/n?x={x}", "/o/a=b&c+d/") == "404");
  CHECK(location("/o/{x}", "/n?x={x}", "/o/a=b&c+d") == "/n?x=a%3Db%26c%2Bd");
  CHECK(location("/o/{x...}", "/n#{x}", "/o/a/b") == "/n#a%2Fb");
}

TEST_CASE("nothing in a request leads to another host") {
  CHECK(location("/old/{rest...}", "/{rest}", "/old//evil.example/x") == "/evil.example/x");
  CHECK(location("/old/{rest...}", "/{rest}", "/old////evil.example") == "/evil.example");
  CHECK(location("/old/{rest...}", "/{rest}/x", "/old/") == "/x");
  CHECK(location("/old/{rest...}", "/{rest}", "/old/%5Cevil.example") == "/%5Cevil.example");
  CHECK(location("/o/{x}", "/{x}", "/o/%2Fevil.example") == "/%2Fevil.example");
  CHECK(location("/o/{x...}", "https://a.example/{x}", "/o//evil.example") ==
        "https://a.example//evil.example");
  CHECK(location("/o/{x}", "https://a.example/{x}", "/o/@evil.example") ==
        "https://a.example/@evil.example");
}

TEST_CASE("nor out of the part of a site that was written down") {
  CHECK(location("/old/{rest...}", "/new/{rest}", "/old/%2e%2e/x") == "404");
  CHECK(location("/old/{rest...}", "/new/{rest}", "/old/..%2Fx") == "404");
  CHECK(location("/old/{rest...}", "/new/{rest}", "/old/a%2fb") == "404");
  CHECK(location("/old/{rest...}", "/new/{rest}", "/old/?x=%2F") == "/new/?x=%2F");
}

// Encoded control bytes do not get as far as a route.
TEST_CASE("nothing in a request becomes another field, or markup") {
  router routes;
  routes.redirect("/o/{x}", "/n/{x}");
  CHECK_THROWS_AS(ask(routes, "/o/a%0D%0ASet-Cookie:%20b"), std::invalid_argument);
  CHECK_THROWS_AS(ask(routes, "/o/a?\r\nSet-Cookie: b"), std::invalid_argument);
  CHECK(ask(routes, "/o/%22%3E%3Cscript%3E") == "307 /n/%22%3E%3Cscript%3E");
}

TEST_CASE("a target that is none is refused when it is registered") {
  CHECK(refusal("/a", "new") ==
        "asio_httpd: a redirect to \"new\" must begin with one slash, or with https:// or http://");
  CHECK(refusal("/a", "").find("must begin") != std::string::npos);
  CHECK(refusal("/a", "//evil.example").find("must begin") != std::string::npos);
  CHECK(refusal("/a", "javascript:alert(1)").find("must begin") != std::string::npos);
  CHECK(refusal("/a", "https:///x").find("names no host") != std::string::npos);
  CHECK(refusal("/{h}", "https://{h}/").find("in its host") != std::string::npos);
  CHECK(refusal("/{r...}", "https://example.org{r}").find("in its host") != std::string::npos);
  CHECK(refusal("/{r...}", "/{x}") ==
        "asio_httpd: a redirect to \"/{x}\" names {x}, which the route \"/{r...}\" does not have");
  CHECK(refusal("/{r...}", "/{r").find("not closed") != std::string::npos);
  for (const char* bad : {"/a b", "/a\r\nX: y", "/\xc3\xbc", "/%zz", "/%1", "/a}", "/a\\b"}) {
    CAPTURE(bad);
    CHECK(refusal("/a", bad).find("%XX") != std::string::npos);
  }
  CHECK(refusal("/a", "/b#c#d").find("two fragments") != std::string::npos);
  CHECK(refusal("/a", "/b", status::ok) ==
        "asio_httpd: a redirect is 301, 302, 303, 307 or 308, not 200");
  CHECK(refusal("/a", "/b", status::not_modified) != "");
}

TEST_CASE("a mounted redirect knows its parameters by name") {
  router inner;
  inner.redirect("/old/{x}", "/new/{x}");
  router routes;
  routes.mount("/{user}", inner);
  CHECK(ask(routes, "/me/old/7") == "307 /new/7");
}
