// SPDX-License-Identifier: BSL-1.0
//
// Folders and what stands for them: redirects to the slash, indexes, clean URLs, fallbacks, and
// pages for errors.

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "support/file_table.hpp"

using namespace asio_httpd;
using namespace test_support;

namespace {

struct folders_site : file_site {
  folders_site() {
    write("index.html", "home");
    write("about.html", "about");
    write("sub/index.html", "sub");
    write("sub/page.html", "page");
    write("empty/a.txt", "a");
    write("404.html", "no such page");
  }
};

}  // namespace

TEST_CASE_FIXTURE(folders_site, "a folder without the slash is redirected, with the query") {
  write("with space/index.html", "");
  write("a?b#c%d/index.html", "");
  write("caf\xc3\xa9/index.html", "");
  write("\xff/index.html", "");
  write("a&b=c;d:e@f/index.html", "");
  write("\"<b>\"/index.html", "");
  check({moved("/sub", "/sub/"),
         moved("/sub?foo", "/sub/?foo"),
         moved("/sub?a=1&b=%20%2F+", "/sub/?a=1&b=%20%2F+"),
         moved("/sub?", "/sub/"),
         moved("/sub?//evil.example", "/sub/?//evil.example"),
         moved("/sub?x\"<script>", "/sub/?x\"<script>"),
         moved("/sub?%0d%0aX:y", "/sub/?%0d%0aX:y"),
         moved("/empty", "/empty/"),
         moved("/with%20space", "/with%20space/"),
         moved("/a%3Fb%23c%25d?q", "/a%3Fb%23c%25d/?q"),
         moved("/caf%c3%a9", "/caf%C3%A9/"),
         moved("/%FF", "/%FF/"),
         moved("/a&b=c;d:e@f", "/a&b=c;d:e@f/"),
         moved("/%22%3Cb%3E%22", "/%22%3Cb%3E%22/"),
         moved("/%73ub", "/sub/"),
         moved("//sub", "/sub/"),
         moved("/./sub", "/sub/"),
         moved("/empty/../sub", "/sub/"),
         moved("http://test/sub?x", "/sub/?x"),
         missing("/sub%2F"),
         missing("/sub%2f"),
         missing("/SUB"),
         missing("/sub."),
         missing("/sub%20"),
         missing("/sub;x"),
         found("/sub/?x", "sub"),
         found("/sub//", "sub"),
         missing("/empty/"),
         missing("/none/"),
         missing("/sub/none/"),
         missing("/about.html/")});
  check({moved("/static", "/static/"), moved("/static?x", "/static/?x"),
         moved("/static/sub", "/static/sub/"), moved("/static//sub", "/static/sub/"),
         missing("//static/sub"), found("/static/", "home"), found("/static//", "home"),
         found("/static/sub//", "sub"), found("/static//sub///page.html", "page"),
         found("/x/../static/./about.html", "about"), found("/static/sub/..", "home"),
         missing("/staticsub"), missing("/static.html")},
        {}, "/static");
}

TEST_CASE_FIXTURE(folders_site, "threat 19: a redirect stays on this host") {
  for (const char* name :
       {"evil.example", "\\evil.example", "\\\\evil.example", "@evil.example",
        "http:", "http:/evil.example", "javascript:alert(1)", ".evil.example", ";evil.example",
        "\xe3\x80\x82"
        "evil"}) {
    write(std::string(name) + "/index.html", "");
    write(std::string(name) + "/x/index.html", "");
  }
  const file_options options = {.dotfiles = true};
  check({moved("//evil.example", "/evil.example/"),
         moved("///evil.example", "/evil.example/"),
         moved("////////evil.example", "/evil.example/"),
         moved("//evil.example//x", "/evil.example/x/"),
         moved("/.//evil.example", "/evil.example/"),
         moved("/..//evil.example", "/evil.example/"),
         moved("//evil.example/..//evil.example", "/evil.example/"),
         moved("/x/..//evil.example", "/evil.example/"),
         moved("/%2e%2e//evil.example", "/evil.example/"),
         found("//evil.example/%2e%2e", "home"),
         found("//www.evil.example/..", "home"),
         found("//evil.example/x/%2e%2e", ""),
         moved("/\\evil.example", "/%5Cevil.example/"),
         moved("/%5Cevil.example", "/%5Cevil.example/"),
         moved("/%5c%5cevil.example", "/%5C%5Cevil.example/"),
         moved("//\\evil.example", "/%5Cevil.example/"),
         moved("/\\evil.example/x", "/%5Cevil.example/x/"),
         moved("/@evil.example", "/@evil.example/"),
         moved("/http:", "/http:/"),
         moved("/http://evil.example", "/http:/evil.example/"),
         moved("/javascript:alert(1)", "/javascript:alert(1)/"),
         moved("/.evil.example", "/.evil.example/"),
         moved("/;evil.example", "/;evil.example/"),
         moved("/%E3%80%82evil", "/%E3%80%82evil/"),
         moved("http://evil.example/sub", "/sub/"),
         {.target = "/sub",
          .fields = {{"X-Forwarded-Host", "evil.example"}},
          .code = 301,
          .wanted = {{"Location", "/sub/"}}},
         missing("/%2Fevil.example"),
         missing("/%2F%2Fevil.example"),
         missing("/%2f/evil.example"),
         missing("//%2fevil.example"),
         missing("/%5C%2Fevil.example"),
         missing("/%09/evil.example"),
         missing("/%0d%0aLocation:%20http:%2f%2fevil.example")},
        options);
  check({moved("//evil.example", "/evil.example/"),
         moved("//evil.example?//x", "/evil.example/?//x")},
        {.listing = true});
}

TEST_CASE_FIXTURE(folders_site, "threat 19: no redirect splits a response") {
  write("a\r\nSet-Cookie: x=y/index.html", "");
  write("b\nLocation: c/index.html", "");
  check(each({"/a%0d%0aSet-Cookie:%20x=y", "/a%0D%0ASet-Cookie:%20x=y/", "/b%0aLocation:%20c",
              "/sub%0d%0aX:y", "/sub%0d%0a%0d%0a<html>", "/sub%e5%98%8a%e5%98%8dX:y"},
             missing));
}

TEST_CASE_FIXTURE(folders_site, "indexes") {
  write("default/default.htm", "default");
  std::filesystem::create_directories(path("folder/index.html"));
  check({found("/sub/", "sub"), found("/sub/index.html", "sub"), missing("/folder/"),
         moved("/folder/index.html", "/folder/index.html/"), missing("/default/")});
  check({found("/default/", "default"), missing("/sub/"), moved("/sub", "/sub/")},
        {.index = "default.htm"});
  check({missing("/sub/"), missing("/sub"), missing("/"), found("/sub/index.html", "sub")},
        {.index = ""});
}

TEST_CASE_FIXTURE(folders_site, "clean URLs") {
  write("a b.html", "space");
  write(".html", "only an extension");
  write("x.html.html", "twice");
  write("sub.html", "the page beside the folder");
  write("page.HTML", "upper case");
  write("dir.html/index.html", "a folder");
  write("\\evil.example.html", "");
  check({found("/about", "about"),
         moved("/about.html", "/about"),
         moved("/about.html?a=b", "/about?a=b"),
         moved("//about.html", "/about"),
         moved("/%61bout%2ehtml", "/about"),
         moved("/index.html", "/"),
         moved("/index.html?q", "/?q"),
         moved("//index.html", "/"),
         found("/index", "home"),
         moved("/sub/index.html", "/sub/"),
         moved("/sub/page.html", "/sub/page"),
         found("/sub/page", "page"),
         found("/a%20b", "space"),
         moved("/a%20b.html", "/a%20b"),
         found("/x.html", "twice"),
         moved("/x.html.html", "/x.html"),
         found("/sub", "the page beside the folder"),
         found("/sub/", "sub"),
         found("/page.HTML", "upper case"),
         missing("/page"),
         moved("/dir.html", "/dir.html/"),
         found("/dir.html/", "a folder"),
         missing("/dir"),
         missing("/about/"),
         missing("/about.htm"),
         missing("/about."),
         missing("/ABOUT"),
         missing("/none.html"),
         missing("/none"),
         missing("/.html"),
         moved("/\\evil.example.html", "/%5Cevil.example"),
         {.target = "/about", .fields = {{"If-None-Match", "@etag"}}, .code = 304},
         {.target = "/about", .fields = {{"Range", "bytes=0-1"}}, .code = 206, .content = "ab"}},
        {.clean_urls = true});
  check({moved("/static/about.html", "/static/about"),
         moved("/static//about.html?a=b", "/static/about?a=b"),
         moved("/static/index.html", "/static/"), moved("/static/sub/index.html", "/static/sub/"),
         found("/static/sub/page", "page"), missing("/static/%2Fabout")},
        {.clean_urls = true}, "/static");
  check({missing("/about"), found("/about.html", "about")});
}

TEST_CASE_FIXTURE(folders_site, "a fallback for applications in the browser") {
  check({found("/users/7", "home"),
         found("/users/7/", "home"),
         found("/users/7?x=/a.b", "home"),
         found("/a.b/users", "home"),
         found("//users", "home"),
         found("/empty/", "home"),
         moved("/empty", "/empty/"),
         found("/about.html", "about"),
         missing("/users/7.png"),
         missing("/users/.well-known"),
         missing("/favicon.ico"),
         missing("/.env"),
         missing("/.git/config.lock"),
         refused("/users%00"),
         {.target = "/users/7", .fields = {{"If-None-Match", "@etag"}}, .code = 304},
         {.target = "/users/7", .fields = {{"If-Match", "\"x\""}}, .code = 412},
         {.target = "/users/7", .fields = {{"Range", "bytes=0-1"}}, .code = 206, .content = "ho"},
         {.target = "/users/7", .code = 405, .method = "POST"},
         {.target = "/users/7",
          .content = "home",
          .wanted = {{"Content-Type", "text/html; charset=utf-8"}, {"Cache-Control", "no-cache"}}}},
        {.fallback = "index.html", .cache_control = {{"index.html", "no-cache"}}});
  check({missing("/users")}, {.fallback = "none.html"});
  check({missing("/users")}, {.fallback = "sub"});
}

TEST_CASE_FIXTURE(folders_site, "pages for errors have the status of the error") {
  const testing::field_lines page = {{"Content-Type", "text/html; charset=utf-8"},
                                     {"X-Content-Type-Options", "nosniff"},
                                     {"ETag", ""},
                                     {"Last-Modified", ""},
                                     {"Accept-Ranges", ""},
                                     {"Cache-Control", ""},
                                     {"Content-Disposition", ""}};
  const auto no_page = [&](std::string target, testing::field_lines fields = {}) {
    return file_row{.target = std::move(target),
                    .fields = std::move(fields),
                    .code = 404,
                    .content = "no such page",
                    .wanted = page};
  };
  const file_options options = {.error_pages = {{status::not_found, "404.html"},
                                                {status::precondition_failed, "about.html"},
                                                {status::range_not_satisfiable, "gone.html"}},
                                .cache_control = {{"*", "max-age=60"}},
                                .attachments = {"*"}};
  check({no_page("/none"),
         no_page("/none/"),
         no_page("/none.txt"),
         no_page("/.env"),
         no_page("/empty/"),
         no_page("/sub%2F"),

         no_page("/none", {{"If-None-Match", "*"}}),
         no_page("/none", {{"If-Match", "*"}}),
         no_page("/none", {{"Range", "bytes=0-1"}}),
         no_page("/none", {{"If-Modified-Since", std::string(at_modified)}}),
         no_page("/none", {{"Accept-Encoding", "gzip, br"}}),
         {.target = "/404.html",
          .content = "no such page",
          .wanted = {{"Cache-Control", "max-age=60"}, {"ETag", "@etag"}}},
         {.target = "/about.html",
          .fields = {{"If-Match", "\"x\""}},
          .code = 412,
          .content = "about"},
         {.target = "/about.html",
          .fields = {{"Range", "bytes=5-"}},
          .code = 416,
          .content = "416 Range Not Satisfiable\n",
          .wanted = {{"Content-Range", "bytes */5"}}}},
        options);
  check({{.target = "/about.html",
          .fields = {{"Range", "bytes=5-"}},
          .code = 416,
          .content = "no such page",
          .wanted = {{"Content-Range", "bytes */5"}, {"ETag", ""}}}},
        {.error_pages = {{status::range_not_satisfiable, "404.html"}}});
}
