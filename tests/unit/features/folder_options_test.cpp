// SPDX-License-Identifier: BSL-1.0
//
// What the options of a folder make of requests: lists, archives and fields. Redirects, fallbacks
// and what is hidden are tested in tests/conformance/file_*_test.cpp.

#include <asio_httpd/router.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "support/response_content.hpp"
#include "support/scratch_folder.hpp"

using namespace asio_httpd;
using test_support::content_of;
using test_support::scratch_folder;

namespace {

struct site {
  scratch_folder folder;

  site() {
    folder.write("about.html", "about");
    folder.write("docs/index.html", "docs");
    folder.write("docs/api.html", "api");
    folder.write("none/a.txt", "a");
    folder.write("app.3f2a9b1c.js", "app");
    folder.write("data.JSONX", "data");
    folder.write("private/key", "key");
  }

  response ask(const file_options& options, const std::string& target) {
    router routes;
    routes.files("/s", folder.path().string(), options);
    request q{method::get, target};
    return routes.handle(q);
  }
};

}  // namespace

TEST_CASE_FIXTURE(site, "lists of folders, where there is no index") {
  const auto type = [&](const file_options& options, const std::string& target) {
    const response a = ask(options, target);
    return std::to_string(to_integer(a.status())) + " " +
           std::string(a.fields().get(field::content_type));
  };
  const file_options lists = {.listing = true, .hidden = {"private"}};
  CHECK(type(lists, "/s/none/") == "200 text/html; charset=utf-8");
  CHECK(content_of(ask(lists, "/s/docs/")) == "docs");
  CHECK(type(lists, "/s/private/") == "404 text/plain; charset=utf-8");
  CHECK(type(lists, "/s/gone/") == "404 text/plain; charset=utf-8");
  CHECK(type(lists, "/s/about.html/") == "404 text/plain; charset=utf-8");
  CHECK(type({.index = "", .listing = true}, "/s/docs/") == "200 text/html; charset=utf-8");
  CHECK(type({}, "/s/none/") == "404 text/plain; charset=utf-8");
  CHECK(ask({.index = "", .listing = true}, "/s/docs").status() == status::moved_permanently);
}

TEST_CASE_FIXTURE(site, "archives of folders, if they are asked for") {
  const auto type = [&](const file_options& options, const std::string& target) {
    return std::string(ask(options, target).fields().get(field::content_type));
  };
  CHECK(type({.archive = true}, "/s/docs/?archive=tar") == "application/x-tar");
  CHECK(type({.archive = true}, "/s/docs/?archive=zip") == "text/html; charset=utf-8");
  CHECK(type({}, "/s/docs/?archive=tar") == "text/html; charset=utf-8");
  CHECK(ask({.archive = true}, "/s/gone/?archive=tar").status() == status::not_found);
}

TEST_CASE_FIXTURE(site, "fields by the name") {
  const file_options options = {
      .cache_control = {{"*.{hash}.*", "public, max-age=31536000, immutable"},
                        {"docs/**", "max-age=60"},
                        {"*.html", "no-cache"}},
      .attachments = {"*.txt", "docs/*"},
      .media_types = {{"jsonx", "application/json"}, {"html", "text/x-own"}}};
  const auto said = [&](const std::string& target, field id) {
    return std::string(ask(options, target).fields().get(id));
  };
  CHECK(said("/s/app.3f2a9b1c.js", field::cache_control) == "public, max-age=31536000, immutable");
  CHECK(said("/s/docs/api.html", field::cache_control) == "max-age=60");
  CHECK(said("/s/docs/", field::cache_control) == "max-age=60");
  CHECK(said("/s/about.html", field::cache_control) == "no-cache");
  CHECK(said("/s/none/a.txt", field::cache_control) == "");
  CHECK(said("/s/none/a.txt", field::content_disposition).starts_with("attachment"));
  CHECK(said("/s/docs/api.html", field::content_disposition).starts_with("attachment"));
  CHECK(said("/s/about.html", field::content_disposition) == "");
  CHECK(said("/s/data.JSONX", field::content_type) == "application/json");
  CHECK(said("/s/about.html", field::content_type) == "text/x-own");
  CHECK(said("/s/about.html", field::x_content_type_options) == "nosniff");
}

TEST_CASE_FIXTURE(site, "options that are wrong") {
  const auto refused = [&](const file_options& options) {
    CHECK_THROWS_AS(ask(options, "/s/"), std::invalid_argument);
  };
  refused({.index = "a/b"});
  refused({.index = ".."});
  refused({.fallback = "../index.html"});
  refused({.fallback = "/index.html"});
  refused({.fallback = "a//b"});
  refused({.error_pages = {{status::not_found, "../x"}}});
  refused({.error_pages = {{status::ok, "404.html"}}});
  refused({.hidden = {""}});
  refused({.cache_control = {{"/x", "no-store"}}});
  refused({.cache_control = {{"x", "no-store\r\nX: y"}}});
  refused({.attachments = {"{x}"}});
  refused({.media_types = {{".html", "text/html"}}});
  refused({.media_types = {{"HTML", "text/html"}}});
  refused({.media_types = {{"html", "text/html\n"}}});
}
