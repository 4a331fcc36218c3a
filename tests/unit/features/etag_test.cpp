// SPDX-License-Identifier: BSL-1.0

#include <asio_httpd/entity_tag.hpp>
#include <asio_httpd/etag.hpp>
#include <asio_httpd/router.hpp>

#include <doctest/doctest.h>

#include <string>

#include "support/ask_router.hpp"

using namespace asio_httpd;
using test_support::ask;

namespace {

router site() {
  router routes;
  routes.use(etag({.largest = 100}));
  routes.get("/", [] { return html("<p>hello"); });
  routes.post("/", [] { return "hello"; });
  routes.get("/echo", [](const request& r) { return std::string(r.query()); });
  routes.get("/error", [] { return status::conflict; });
  routes.get("/created", [] { return response(status::created, "x", "text/plain"); });
  routes.get("/large", [] { return std::string(101, 'x'); });
  routes.get("/private", [] {
    response made = text("x");
    made.set(field::cache_control, "private, no-store");
    return made;
  });
  routes.get("/own", [] {
    response made = text("x");
    made.set(field::etag, "\"own\"");
    made.set(field::cache_control, "max-age=60");
    return made;
  });
  return routes;
}

response ask_for(std::string target, std::string_view known = {}, method m = method::get) {
  fields f;
  if (!known.empty()) f.set(field::if_none_match, known);
  return ask(site(), m, std::move(target), std::move(f));
}

std::string tag_of(std::string target) {
  return std::string(ask_for(std::move(target)).fields().get(field::etag));
}

}  // namespace

TEST_CASE("the tag is strong, and that of the content") {
  const auto tag = parse_entity_tag(tag_of("/"));
  REQUIRE(tag);
  CHECK_FALSE(tag->weak);
  CHECK(tag_of("/") == tag_of("/"));
  CHECK(tag_of("/echo?a") != tag_of("/echo?b"));
  CHECK(tag_of("/echo?a") != tag_of("/echo?aa"));
  CHECK(tag_of("/echo").size() == 34);
  CHECK(tag_of("/echo?%00").size() == 34);
  CHECK(ask_for("/", {}, method::head).fields().get(field::etag) == tag_of("/"));
}

TEST_CASE("who has it already gets 304, without what describes the content") {
  for (const std::string& known :
       {tag_of("/"), "W/" + tag_of("/"), "\"x\", " + tag_of("/"), std::string("*")}) {
    for (const method m : {method::get, method::head}) {
      const response made = ask_for("/", known, m);
      CHECK(made.status() == status::not_modified);
      CHECK(made.text() == "");
      CHECK(made.fields().get(field::etag) == tag_of("/"));
      CHECK_FALSE(made.fields().contains(field::content_type));
    }
  }
  for (const auto other : {"\"x\"", "nonsense", "\"\""}) {
    CHECK(ask_for("/", other).text() == "<p>hello");
  }
}

TEST_CASE("several lines of If-None-Match are one list") {
  fields f;
  f.append(field::if_none_match, "\"a\"");
  f.append(field::if_none_match, tag_of("/"));
  CHECK(ask(site(), method::get, "/", f).status() == status::not_modified);
}

TEST_CASE("a tag of the handler's own counts, and what caches need stays") {
  CHECK(tag_of("/own") == "\"own\"");
  const response made = ask_for("/own", "\"own\"");
  CHECK(made.status() == status::not_modified);
  CHECK(made.fields().get(field::cache_control) == "max-age=60");
}

TEST_CASE("only 200 to GET and HEAD, not too large, not what nobody may store") {
  CHECK(tag_of("/error") == "");
  CHECK(tag_of("/created") == "");
  CHECK(tag_of("/large") == "");
  CHECK(tag_of("/private") == "");
  CHECK(tag_of("/none") == "");
  CHECK(ask_for("/", "*", method::post).text() == "hello");
  CHECK_FALSE(ask_for("/", {}, method::post).fields().contains(field::etag));
}
