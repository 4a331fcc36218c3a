// SPDX-License-Identifier: BSL-1.0
//
// What the answer for a file says besides its content: methods, media types, Cache-Control, names
// for saving; and that an error says none of it.

#include <doctest/doctest.h>

#include <string>

#include "support/file_table.hpp"

using namespace asio_httpd;
using namespace test_support;

namespace {

file_row typed(std::string target, std::string type) {
  return {.target = std::move(target),
          .wanted = {{"Content-Type", std::move(type)}, {"X-Content-Type-Options", "nosniff"}}};
}

file_row says(std::string target, std::string name, std::string value) {
  return {.target = std::move(target), .wanted = {{std::move(name), std::move(value)}}};
}

}  // namespace

TEST_CASE_FIXTURE(file_site, "GET and HEAD, and OPTIONS; nothing else") {
  write("a.txt", "a");
  write("sub/index.html", "sub");
  file_rows rows;
  for (const char* target : {"/a.txt", "/sub/", "/sub", "/none", "/", "/.hidden", "/a.txt/"}) {
    for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
      rows.push_back({.target = target,
                      .fields = {{"Content-Length", "0"}},
                      .code = 405,
                      .content = "405 Method Not Allowed\n",
                      .wanted = {{"Allow", "GET, HEAD, OPTIONS"}, {"ETag", ""}},
                      .method = method});
    }
    rows.push_back({.target = target,
                    .code = 204,
                    .wanted = {{"Allow", "GET, HEAD, OPTIONS"}},
                    .method = "OPTIONS"});
  }
  rows.push_back({.target = "/a.txt", .code = 501, .method = "BREW"});
  rows.push_back({.target = "/a.txt", .code = 501, .method = "get"});
  rows.push_back({.target = "/a.txt", .code = 405, .method = "TRACE"});
  check(rows);
}

TEST_CASE_FIXTURE(file_site, "all fields of a whole file, and of an empty one") {
  write("a.txt", "0123456789");
  write("empty.txt", "");
  const auto all = [](std::string target, std::string size) {
    return file_row{.target = std::move(target),
                    .wanted = {{"Content-Type", "text/plain; charset=utf-8"},
                               {"Content-Length", std::move(size)},
                               {"Last-Modified", std::string(at_modified)},
                               {"ETag", "@etag"},
                               {"Accept-Ranges", "bytes"},
                               {"X-Content-Type-Options", "nosniff"},
                               {"Cache-Control", ""},
                               {"Content-Disposition", ""},
                               {"Content-Encoding", ""},
                               {"Content-Range", ""},
                               {"Vary", ""},
                               {"Transfer-Encoding", ""}}};
  };
  check({all("/a.txt", "10"), all("/empty.txt", "0")});
}

TEST_CASE_FIXTURE(file_site, "media types by the last extension of the name that was asked for") {
  for (const char* name :
       {"a.html",   "a.HTML",     "a.htm",      "a.css",        "a.js",   "a.mjs",
        "a.json",   "a.map",      "a.svg",      "a.wasm",       "a.png",  "a.woff2",
        "a.ico",    "a.txt",      "a.xml",      "a.pdf",        "a.mp4",  "a.webp",
        "a.tar.gz", "a.html.txt", "a.txt.html", "a.unheard-of", "README", "a.",
        "html",     "a.b/README", "x.php",      "x.jpg.php",    "a.md",   "a.webmanifest"}) {
    write(name, "x");
  }
  check({typed("/a.html", "text/html; charset=utf-8"),
         typed("/a.HTML", "text/html; charset=utf-8"),
         typed("/a.htm", "text/html; charset=utf-8"),
         typed("/a.css", "text/css; charset=utf-8"),
         typed("/a.js", "text/javascript; charset=utf-8"),
         typed("/a.mjs", "text/javascript; charset=utf-8"),
         typed("/a.json", "application/json"),
         typed("/a.map", "application/json"),
         typed("/a.svg", "image/svg+xml"),
         typed("/a.wasm", "application/wasm"),
         typed("/a.png", "image/png"),
         typed("/a.woff2", "font/woff2"),
         typed("/a.ico", "image/vnd.microsoft.icon"),
         typed("/a.txt", "text/plain; charset=utf-8"),
         typed("/a.pdf", "application/pdf"),
         typed("/a.mp4", "video/mp4"),
         typed("/a.webp", "image/webp"),
         typed("/a.tar.gz", "application/gzip"),
         typed("/a.html.txt", "text/plain; charset=utf-8"),
         typed("/a.txt.html", "text/html; charset=utf-8"),
         typed("/a.md", "text/markdown; charset=utf-8"),
         typed("/a.webmanifest", "application/manifest+json"),
         typed("/a.unheard-of", "application/octet-stream"),
         typed("/README", "application/octet-stream"),
         typed("/html", "application/octet-stream"),
         typed("/a.", "application/octet-stream"),
         typed("/a.b/README", "application/octet-stream"),
         typed("/x.php", "application/octet-stream"),
         typed("/a.png?x=.html", "image/png"),
         typed("/a%2Epng", "image/png")});
  check({typed("/x.php", "text/plain"), typed("/x.jpg.php", "text/plain"),
         typed("/a.HTML", "text/html; charset=iso-8859-1"), typed("/a.png", "image/png")},
        {.media_types = {{"php", "text/plain"}, {"html", "text/html; charset=iso-8859-1"}}});
}

TEST_CASE_FIXTURE(file_site, "Cache-Control: the first rule that fits") {
  const std::string forever = "public, max-age=31536000, immutable";
  write("app.3f2a9b1c.js", "x");
  write("assets/index-BkXf93aZ.css", "x");
  write("app.js", "x");
  write("index.html", "x");
  write("sub/index.html", "x");
  write("sub/deep/a.txt", "x");
  const std::string name = "Cache-Control";
  check({says("/app.3f2a9b1c.js", name, forever),
         says("/assets/index-BkXf93aZ.css", name, forever),
         says("/assets//index-BkXf93aZ.css", name, forever),
         says("/app.js", name, "max-age=60"),
         says("/%61pp.js?v=2", name, "max-age=60"),
         says("/", name, "no-cache"),
         says("/sub/", name, "no-cache"),
         says("/sub/index.html", name, "no-cache"),
         says("/sub/deep/a.txt", name, "private"),
         {.target = "/app.js",
          .fields = {{"If-None-Match", "*"}},
          .code = 304,
          .wanted = {{name, "max-age=60"}}},
         {.target = "/app.js",
          .fields = {{"Range", "bytes=0-0"}},
          .code = 206,
          .wanted = {{name, "max-age=60"}}},
         {.target = "/app.js",
          .fields = {{"Range", "bytes=1-"}},
          .code = 416,
          .wanted = {{name, ""}}},
         {.target = "/app.js",
          .fields = {{"If-Match", "\"x\""}},
          .code = 412,
          .wanted = {{name, ""}}},
         {.target = "/none.js", .code = 404, .wanted = {{name, ""}}},
         {.target = "/sub", .code = 301, .wanted = {{name, ""}}}},
        {.cache_control = {{"*.{hash}.*", forever},
                           {"assets/*-{hash}.*", forever},
                           {"*.html", "no-cache"},
                           {"sub/**", "private"},
                           {"*.js", "max-age=60"},
                           {"*", "never reached for these"}}});
}

TEST_CASE_FIXTURE(file_site, "names for saving (RFC 6266)") {
  const std::string name = "Content-Disposition";
  write("get/plain.txt", "x");
  write("get/with space.txt", "x");
  write("get/\"quoted\".txt", "x");
  write("get/back\\slash.txt", "x");
  write("get/100%.txt", "x");
  write("get/a;b=c.txt", "x");
  write("get/\xe2\x82\xac rates.txt", "x");
  write("get/caf\xe9.txt", "x");
  write("get/sub/deep.txt", "x");
  write("get/index.html", "x");
  write("show.txt", "x");
  check({says("/get/plain.txt", name, "attachment; filename=\"plain.txt\""),
         says("/get/with%20space.txt", name, "attachment; filename=\"with space.txt\""),
         says("/get/%22quoted%22.txt", name,
              "attachment; filename=\"_quoted_.txt\"; filename*=UTF-8''%22quoted%22.txt"),
         says("/get/back%5Cslash.txt", name,
              "attachment; filename=\"back_slash.txt\"; filename*=UTF-8''back%5Cslash.txt"),
         says("/get/100%25.txt", name,
              "attachment; filename=\"100_.txt\"; filename*=UTF-8''100%25.txt"),
         says("/get/a;b=c.txt", name, "attachment; filename=\"a;b=c.txt\""),
         says("/get/%E2%82%AC%20rates.txt", name,
              "attachment; filename=\"_ rates.txt\"; filename*=UTF-8''%E2%82%AC%20rates.txt"),
         says("/get/caf%E9.txt", name,
              "attachment; filename=\"caf_.txt\"; filename*=UTF-8''caf%EF%BF%BD.txt"),
         says("/get/sub/deep.txt", name, "attachment; filename=\"deep.txt\""),
         says("/get/", name, "attachment; filename=\"index.html\""),
         says("/show.txt", name, ""),
         {.target = "/get/plain.txt",
          .fields = {{"Range", "bytes=0-0"}},
          .code = 206,
          .wanted = {{name, "attachment; filename=\"plain.txt\""}}},
         {.target = "/get/plain.txt",
          .fields = {{"If-None-Match", "*"}},
          .code = 304,
          .wanted = {{name, ""}}},
         {.target = "/get/none.txt", .code = 404, .wanted = {{name, ""}}}},
        {.attachments = {"get/**"}});
}

TEST_CASE_FIXTURE(file_site, "an error says nothing of a file") {
  write("a.txt", "a");
  const testing::field_lines nothing = {{"Content-Type", "text/plain; charset=utf-8"},
                                        {"ETag", ""},
                                        {"Last-Modified", ""},
                                        {"Accept-Ranges", ""},
                                        {"Content-Encoding", ""},
                                        {"Content-Disposition", ""}};
  check({{.target = "/none", .code = 404, .wanted = nothing},
         {.target = "/.hidden", .code = 404, .wanted = nothing},
         {.target = "/a%00", .code = 400, .wanted = nothing},
         {.target = "/a.txt", .fields = {{"If-Match", "\"x\""}}, .code = 412, .wanted = nothing},
         {.target = "/a.txt", .fields = {{"Range", "bytes=1-"}}, .code = 416, .wanted = nothing},
         {.target = "/a.txt", .code = 405, .wanted = nothing, .method = "DELETE"}},
        {.cache_control = {{"*", "max-age=60"}}, .attachments = {"*"}});
}
