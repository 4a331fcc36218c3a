// SPDX-License-Identifier: BSL-1.0
//
// What the options of a folder make of requests: one table for each.

#include <asio_httpd/router.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/response_content.hpp"
#include "support/scratch_folder.hpp"

using namespace asio_httpd;
using test_support::content_of;
using test_support::scratch_folder;

namespace {

struct row {
  std::string target;
  unsigned code;
  std::string content;  // or, of a redirect, where to
};

struct site {
  scratch_folder folder;

  site() {
    folder.write("index.html", "home");
    folder.write("about.html", "about");
    folder.write("both.html", "both as a page");
    folder.write("both/index.html", "both as a folder");
    folder.write("docs/index.html", "docs");
    folder.write("docs/api.html", "api");
    folder.write("none/a.txt", "a");
    folder.write("404.html", "no such page");
    folder.write("errors/403.html", "forbidden");
    folder.write("app.3f2a9b1c.js", "app");
    folder.write("data.JSONX", "data");
    folder.write("private/key", "key");
    folder.write("draft.txt~", "draft");
    folder.write(".hidden", "hidden");
    folder.write(".upload-0123456789abcdef", "half a file");
  }

  response ask(const file_options& options, const std::string& target) {
    router routes;
    routes.files("/s", folder.path().string(), options);
    request q{method::get, target};
    return routes.handle(q);
  }

  void check(const file_options& options, const std::vector<row>& rows) {
    router routes;
    routes.files("/s", folder.path().string(), options);
    for (const row& r : rows) {
      INFO(r.target);
      request q{method::get, r.target};
      const response a = routes.handle(q);
      CHECK(to_integer(a.status()) == r.code);
      const bool moved = to_integer(a.status()) / 100 == 3;
      CHECK((moved ? std::string(a.fields().get(field::location)) : content_of(a)) == r.content);
    }
  }
};

const std::string missing = "404 Not Found\n";

}  // namespace

TEST_CASE_FIXTURE(site, "clean URLs") {
  check({.clean_urls = true}, {{"/s/about", 200, "about"},
                               {"/s/about.html", 301, "/s/about"},
                               {"/s//about.html?a=b", 301, "/s/about?a=b"},
                               {"/s/docs/api", 200, "api"},
                               {"/s/docs/api.html", 301, "/s/docs/api"},
                               {"/s/docs/index.html", 301, "/s/docs/"},
                               {"/s/index.html", 301, "/s/"},
                               {"/s/docs", 301, "/s/docs/"},
                               {"/s/docs/", 200, "docs"},
                               {"/s/both", 200, "both as a page"},
                               {"/s/both/", 200, "both as a folder"},
                               {"/s/about/", 404, missing},
                               {"/s/none.html", 404, missing},
                               {"/s/.html", 404, missing},
                               {"/s/%2Fabout", 404, missing}});
  check({}, {{"/s/about", 404, missing}, {"/s/about.html", 200, "about"}});
}

TEST_CASE_FIXTURE(site, "a fallback for applications in the browser") {
  check({.fallback = "index.html"}, {{"/s/", 200, "home"},
                                     {"/s/users/7", 200, "home"},
                                     {"/s/users/", 200, "home"},
                                     {"/s/none", 301, "/s/none/"},
                                     {"/s/none/", 200, "home"},
                                     {"/s/users/7.png", 404, missing},
                                     {"/s/.hidden", 404, missing},
                                     {"/s/about.html", 200, "about"}});
  check({.fallback = "gone.html"}, {{"/s/users/7", 404, missing}});
}

TEST_CASE_FIXTURE(site, "error pages") {
  const file_options options = {
      .error_pages = {{status::not_found, "404.html"}, {status::gone, "gone.html"}}};
  check(options, {{"/s/none.txt", 404, "no such page"},
                  {"/s/none/", 404, "no such page"},
                  {"/s/.hidden", 404, "no such page"},
                  {"/s/404.html", 200, "no such page"}});
  const response a = ask(options, "/s/none.txt");
  CHECK(a.fields().get(field::content_type) == "text/html; charset=utf-8");
  CHECK_FALSE(a.fields().contains(field::etag));
  CHECK_FALSE(a.fields().contains(field::last_modified));
  check({.error_pages = {{status::not_found, "gone.html"}}}, {{"/s/none.txt", 404, missing}});
}

TEST_CASE_FIXTURE(site, "what keeps an error's own fields") {
  const file_options options = {.error_pages = {{status::range_not_satisfiable, "404.html"}}};
  router routes;
  routes.files("/s", folder.path().string(), options);
  fields f;
  f.set(field::range, "bytes=100-");
  request q{method::get, "/s/about.html", std::move(f)};
  const response a = routes.handle(q);
  CHECK(a.status() == status::range_not_satisfiable);
  CHECK(a.fields().get(field::content_range) == "bytes */5");
  CHECK(content_of(a) == "no such page");
}

TEST_CASE_FIXTURE(site, "what is hidden is not there") {
  check({.hidden = {"*~", "private", "docs/*.html"}}, {{"/s/draft.txt~", 404, missing},
                                                       {"/s/private/key", 404, missing},
                                                       {"/s/private", 404, missing},
                                                       {"/s/private/", 404, missing},
                                                       {"/s/docs/api.html", 404, missing},
                                                       {"/s/about.html", 200, "about"}});
}

TEST_CASE_FIXTURE(site, "what is hidden is not found by a shorter name either") {
  check({.clean_urls = true, .hidden = {"about.html", "docs/index.html"}},
        {{"/s/about", 404, missing}, {"/s/docs/", 404, missing}, {"/s/docs/api", 200, "api"}});
}

TEST_CASE_FIXTURE(site, "dotfiles, and never a file that is being uploaded") {
  check({.dotfiles = true},
        {{"/s/.hidden", 200, "hidden"}, {"/s/.upload-0123456789abcdef", 404, missing}});
  check({}, {{"/s/.hidden", 404, missing}, {"/s/.upload-0123456789abcdef", 404, missing}});
}

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

TEST_CASE_FIXTURE(site, "links are followed, or not") {
  std::filesystem::create_symlink("about.html", folder / "link.html");
  check({}, {{"/s/link.html", 200, "about"}});
  check({.symlinks = symlink_policy::never}, {{"/s/link.html", 404, missing}});
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
