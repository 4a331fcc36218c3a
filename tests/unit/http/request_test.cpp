// SPDX-License-Identifier: BSL-1.0
//
// Requests that are made by hand, as tests of handlers do, and the accessors of all requests.

#include <asio_httpd/request.hpp>

#include "http/path.hpp"
#include "http/request_access.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <utility>

using namespace asio_httpd;

TEST_CASE("a request made by hand owns its texts") {
  fields f;
  f.set("Host", "Example.com:8080");
  const request r(method::post, "/a%20b/../c/?x=1&y", std::move(f), "content");
  CHECK(r.method() == method::post);
  CHECK(r.target() == "/a%20b/../c/?x=1&y");
  CHECK(r.path() == "/c/");
  CHECK(r.query() == "x=1&y");
  CHECK(r.host() == "Example.com");
  CHECK(r.get(field::host) == "Example.com:8080");
  CHECK(r.get("host") == "Example.com:8080");
  CHECK(r.body() == "content");
  CHECK(r.trailers().empty());
  CHECK(r.version() == http_version::http_1_1);
  REQUIRE(request_access::own_path(r) != nullptr);
  CHECK(request_access::own_path(r)->size() == 1);
}

TEST_CASE("an empty request is GET /") {
  const request r;
  CHECK(r.method() == method::get);
  CHECK(r.path() == "/");
  CHECK(r.query().empty());
  CHECK(r.host().empty());
  CHECK(request_access::own_path(r) == nullptr);
}

TEST_CASE("absolute-form and asterisk-form by hand (RFC 9112 section 3.2)") {
  fields f;
  f.set("Host", "other");
  const request absolute(method::get, "http://inside:1/x", std::move(f));
  CHECK(absolute.host() == "inside");
  CHECK(absolute.path() == "/x");
  CHECK(request(method::options, "*").path() == "*");
}

TEST_CASE("what is no target is an error of the program") {
  for (const std::string target : {"", "a", "/a b", "/%zz", "/%00", "*", "/a#b"}) {
    CAPTURE(target);
    CHECK_THROWS_AS(request(method::get, target), std::invalid_argument);
  }
}

TEST_CASE("query parameters: the first of a name, decoded as a form does") {
  const request r(method::get, "/?a=1&b=x+y%26z&a=2&c&d=&%65=f&=g&h=i=j&&k=%zz");
  CHECK(r.query("a") == "1");
  CHECK(r.query("b") == "x y&z");
  CHECK(r.query("c") == "");
  CHECK(r.query("d") == "");
  CHECK(r.query("e") == "f");
  CHECK(r.query("") == "g");
  CHECK(r.query("h") == "i=j");
  CHECK(r.query("k") == "%zz");
  CHECK(request(method::get, "/?k=%41%2").query("k") == "A%2");
  CHECK_FALSE(request(method::get, "/?&&").query(""));
  CHECK_FALSE(r.query("none"));
  CHECK_FALSE(request(method::get, "/").query("a"));
}

TEST_CASE("path parameters by name and by position") {
  request r(method::get, "/users/7/files/a/b");
  CHECK(r.param("id").empty());
  CHECK(r.param(0).empty());
  request_access::pattern(r, "/users/{id:int}/files/{rest...}");
  request_access::parameters(r, std::array{"7", "a/b"});
  CHECK(r.param("id") == "7");
  CHECK(r.param("rest") == "a/b");
  CHECK(r.param("none").empty());
  CHECK(r.param(1) == "a/b");
  CHECK(r.param(8).empty());
  CHECK(r.param(1000).empty());
}

TEST_CASE("without a connection there is no peer") {
  const request r(method::get);
  CHECK(r.remote_address().empty());
  CHECK(r.remote_port() == 0);
  CHECK_FALSE(r.from_this_machine());
}

TEST_CASE("clear makes it an empty GET again") {
  request r;
  request_access::method(r, method::put);
  request_access::version(r, http_version::http_1_0);
  request_access::target(r, "/x?y", "y", "host");
  request_access::body(r, "body");
  request_access::fields(r).set("X", "y");
  request_access::trailers(r).set("X", "y");
  request_access::parameters(r, std::array{"p"});
  request_access::clear(r);
  CHECK(r.method() == method::get);
  CHECK(r.version() == http_version::http_1_1);
  CHECK(r.target().empty());
  CHECK(r.path() == "/");
  CHECK(r.query().empty());
  CHECK(r.host().empty());
  CHECK(r.body().empty());
  CHECK(r.fields().empty());
  CHECK(r.trailers().empty());
  CHECK(r.param(0).empty());
}
