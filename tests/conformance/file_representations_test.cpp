// SPDX-License-Identifier: BSL-1.0
//
// Files in content codings (RFC 9110 sections 8.4 and 12.5.3): which of a file and its siblings is
// sent, and what that means for tags, ranges and caches.

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "support/file_table.hpp"

using namespace asio_httpd;
using namespace test_support;
using testing::field_lines;

namespace {

// Siblings say which they are; nobody decodes them here. Nothing is large enough to be compressed.
struct codings_site : file_site {
  codings_site() {
    write("app.js", "as it is");
    write("app.js.br", "br");
    write("app.js.zst", "zst");
    write("app.js.gz", "gz");
    write("only.css", "as it is");
    write("only.css.gz", "gz");
    write("photo.png", "as it is");
    write("photo.png.gz", "gz");
    write("plain.txt", "as it is");
    write("alone.html.gz", "gz");
    write("index.html", "home");
    write("index.html.br", "home in br");
  }
};

const file_options only_siblings = {.compression = compression_options::none()};

file_row chosen(std::string target, std::string accept, std::string coding, std::string content,
                std::string type) {
  return {.target = std::move(target),
          .fields = {{"Accept-Encoding", std::move(accept)}},
          .content = std::move(content),
          .wanted = {{"Content-Encoding", std::move(coding)},
                     {"Content-Type", std::move(type)},
                     {"Vary", "Accept-Encoding"},
                     {"Accept-Ranges", "bytes"},
                     {"X-Content-Type-Options", "nosniff"}}};
}

// Of app.js, which has all.
file_row app(std::string accept, std::string coding) {
  const std::string content = coding.empty()     ? "as it is"
                              : coding == "br"   ? "br"
                              : coding == "zstd" ? "zst"
                                                 : "gz";
  return chosen("/app.js", std::move(accept), std::move(coding), content,
                "text/javascript; charset=utf-8");
}

// Of only.css, which has one.
file_row css(std::string accept, bool zipped) {
  return chosen("/only.css", std::move(accept), zipped ? "gzip" : "", zipped ? "gz" : "as it is",
                "text/css; charset=utf-8");
}

file_row not_acceptable(std::string target, std::string accept) {
  return {.target = std::move(target),
          .fields = {{"Accept-Encoding", std::move(accept)}},
          .code = 406,
          .wanted = {{"Vary", "Accept-Encoding"}, {"Content-Encoding", ""}, {"ETag", ""}}};
}

// One that has no other representation says nothing of codings.
file_row only_as_it_is(std::string target, std::string accept, std::string content) {
  return {.target = std::move(target),
          .fields = {{"Accept-Encoding", std::move(accept)}},
          .content = std::move(content),
          .wanted = {{"Content-Encoding", ""}, {"Vary", ""}}};
}

file_row zipped(unsigned code, std::pair<std::string, std::string> condition) {
  return {.target = "/only.css",
          .fields = {{"Accept-Encoding", "gzip"}, std::move(condition)},
          .code = code,
          .wanted = code == 412 ? field_lines() : field_lines{{"Vary", "Accept-Encoding"}}};
}

}  // namespace

TEST_CASE_FIXTURE(codings_site, "which sibling is sent") {
  check({
      // All that is liked alike: the smallest, as a rule.
      app("gzip, deflate, br, zstd", "br"),
      app("zstd, gzip", "zstd"),
      app("deflate, gzip", "gzip"),
      app("x-gzip", "gzip"),
      app("*", "br"),
      app("GZIP", "gzip"),
      app("Br", "br"),
      app(" br ", "br"),
      app(",,gzip,,", "gzip"),
      // By weight
      app("br;q=0.9, gzip", "gzip"),
      app("br;q=0.1, zstd;q=0.2, gzip;q=0.3", "gzip"),
      app("br;q=0.301, zstd;q=0.302, gzip;q=0.3", "zstd"),
      app("gzip;q=0.001", "gzip"),
      app("br;q=0, gzip", "gzip"),
      app("br;q=0.000, *", "zstd"),
      app("br;q=0, zstd;q=0.0, *;q=0.5", "gzip"),
      app("*;q=0.5, gzip;q=0.9", "gzip"),
      app("gzip; q=0.5 , br ; q=0.4", "gzip"),
      app("gzip;Q=0.5, br;q=0.4", "gzip"),
      // What is not named is not taken.
      app("", ""),
      app("identity", ""),
      app("deflate", ""),
      app("compress, x-compress", ""),
      app("xyz", ""),
      app("gzip;q=0", ""),
      app("br;q=0, gzip;q=0, zstd;q=0", ""),
      app("*;q=0, identity", ""),
      app("*;q=0, identity;q=0.1", ""),
      app("identity, gzip;q=0.5", ""),
      app("identity;q=0.5, gzip;q=0.9", "gzip"),
      app("identity;q=0, br", "br"),
      app("identity;q=0, *", "br"),
      app("*;q=0, gzip", "gzip"),
      // The half of a name is none.
      app("gzipped, brotli, zst, b", ""),
      css("br, gzip", true),
      css("br", false),
      css("gzip;q=0", false),
  });
}

TEST_CASE_FIXTURE(codings_site, "several lines are one list, and no line is no wish") {
  check({{.target = "/app.js",
          .fields = {{"Accept-Encoding", "gzip;q=0.5"}, {"Accept-Encoding", "zstd"}},
          .content = "zst"},
         {.target = "/app.js",
          .content = "as it is",
          .wanted = {{"Content-Encoding", ""}, {"Vary", "Accept-Encoding"}}}});
}

TEST_CASE_FIXTURE(codings_site, "where the client does not take the file as it is") {
  check({not_acceptable("/only.css", "identity;q=0"),
         not_acceptable("/only.css", "*;q=0"),
         not_acceptable("/only.css", "br, *;q=0"),
         not_acceptable("/only.css", "deflate, identity;q=0"),
         not_acceptable("/plain.txt", "gzip, identity;q=0"),
         not_acceptable("/photo.png", "*;q=0"),
         css("gzip, identity;q=0", true),
         css("gzip;q=0.001, *;q=0", true),
         {.target = "/none.css", .fields = {{"Accept-Encoding", "identity;q=0"}}, .code = 404},
         {.target = "/only.css",
          .fields = {{"Accept-Encoding", "identity;q=0"}},
          .code = 405,
          .method = "POST"}},
        only_siblings);
}

TEST_CASE_FIXTURE(codings_site, "a sibling is a file of its own, too") {
  const auto itself = [](std::string target, std::string content, std::string type) {
    file_row row = only_as_it_is(std::move(target), "gzip, br, zstd", std::move(content));
    row.wanted.emplace_back("Content-Type", std::move(type));
    return row;
  };
  check({itself("/app.js.br", "br", "application/x-brotli"),
         itself("/app.js.zst", "zst", "application/zstd"),
         itself("/app.js.gz", "gz", "application/gzip"),
         itself("/photo.png", "as it is", "image/png"),
         itself("/alone.html.gz", "gz", "application/gzip"),
         itself("/plain.txt", "as it is", "text/plain; charset=utf-8"),
         {.target = "/alone.html", .fields = {{"Accept-Encoding", "gzip"}}, .code = 404},
         {.target = "/alone.html", .fields = {{"Accept-Encoding", "*"}}, .code = 404},
         chosen("/", "br", "br", "home in br", "text/html; charset=utf-8"),
         chosen("/index.html", "br", "br", "home in br", "text/html; charset=utf-8")});
  check({only_as_it_is("/app.js", "gzip, br", "as it is")},
        {.precompressed = false, .compression = compression_options::none()});
}

TEST_CASE_FIXTURE(codings_site, "each representation has its own validators") {
  check({zipped(304, {"If-None-Match", "@etag"}),
         zipped(304, {"If-None-Match", "W/@etag"}),
         zipped(304, {"If-None-Match", "@plain, @etag"}),
         zipped(304, {"If-None-Match", "*"}),
         zipped(304, {"If-Modified-Since", std::string(at_modified)}),
         zipped(200, {"If-None-Match", "@plain"}),
         zipped(200, {"If-Match", "@etag"}),
         zipped(412, {"If-Match", "@plain"}),
         {.target = "/only.css",
          .fields = {{"If-None-Match", "@plain"}},
          .code = 304,
          .wanted = {{"Vary", "Accept-Encoding"}, {"ETag", "@plain"}, {"Content-Encoding", ""}}},
         {.target = "/only.css",
          .fields = {{"Accept-Encoding", "br"}},
          .wanted = {{"ETag", "@plain"}}}});
}

TEST_CASE_FIXTURE(codings_site, "a range is one of the file as it is") {
  const auto ranged = [](std::string accept, std::pair<std::string, std::string> more,
                         unsigned code, std::string content) {
    return file_row{
        .target = "/only.css",
        .fields = {{"Accept-Encoding", std::move(accept)}, {"Range", "bytes=0-1"}, std::move(more)},
        .code = code,
        .content = std::move(content)};
  };
  const std::pair<std::string, std::string> nothing = {"X-Nothing", "x"};
  file_row part = ranged("gzip", nothing, 206, "as");
  part.wanted = {{"Content-Encoding", ""},
                 {"Content-Range", "bytes 0-1/8"},
                 {"Vary", "Accept-Encoding"},
                 {"ETag", "@plain"}};
  file_row of_sibling = ranged("gzip, identity;q=0", nothing, 206, "gz");
  of_sibling.wanted = {{"Content-Encoding", "gzip"},
                       {"Content-Range", "bytes 0-1/2"},
                       {"Vary", "Accept-Encoding"},
                       {"ETag", "@etag"}};
  check({part, of_sibling, ranged("gzip", {"If-Range", "@plain"}, 206, "as"),
         ranged("gzip", {"If-None-Match", "@plain"}, 304, ""),
         ranged("gzip", {"If-Match", "@plain"}, 206, "as"),
         // What the client has is no part of the file as it is.
         ranged("gzip", {"If-Range", "@etag"}, 200, "as it is"),
         ranged("gzip", {"If-Match", "@etag"}, 412, "412 Precondition Failed\n")});
}

TEST_CASE_FIXTURE(codings_site, "siblings that do not count") {
  const auto as_it_is = [](const file_site& site, const std::string& why) {
    INFO(why);
    site.check({{.target = "/only.css",
                 .fields = {{"Accept-Encoding", "gzip"}},
                 .content = "as it is",
                 .wanted = {{"Content-Encoding", ""}, {"Vary", ""}}}});
  };
  write("only.css.gz", "gz", 3);
  as_it_is(*this, "older than the file by more than 2 seconds");
  write("only.css.gz", "gz", 2);
  check({css("gzip", true)});
  write("only.css.gz", "gz", -1'000);
  check({css("gzip", true)});
  std::filesystem::remove(path("only.css.gz"));
  as_it_is(*this, "removed");
  std::filesystem::create_directory(path("only.css.gz"));
  as_it_is(*this, "a folder");
  std::filesystem::remove(path("only.css.gz"));
  std::filesystem::create_symlink(secret(), path("only.css.gz"));
  as_it_is(*this, "a link out of the root");
}

TEST_CASE_FIXTURE(codings_site, "what is hidden is not sent for its original either") {
  check({{.target = "/only.css",
          .fields = {{"Accept-Encoding", "gzip"}},
          .content = "as it is",
          .wanted = {{"Content-Encoding", ""}, {"Vary", ""}}},
         app("br, gzip", "br"),
         {.target = "/only.css.gz", .code = 404}},
        {.hidden = {"*.gz"}});
}

TEST_CASE_FIXTURE(codings_site, "what is made while it is sent") {
  write("large.txt", digits(2'000));
  write("large.png", digits(2'000));
  write("small.txt", digits(1'023));
  write("just.txt", digits(1'024));
  write("empty.txt", "");
  const auto made = [](std::string target, std::string accept, std::string coding) {
    return file_row{.target = std::move(target),
                    .fields = {{"Accept-Encoding", std::move(accept)}},
                    .wanted = {{"Content-Encoding", std::move(coding)},
                               {"Vary", "Accept-Encoding"},
                               {"Accept-Ranges", ""}}};
  };
  check({made("/large.txt", "gzip", "gzip"),
         made("/large.txt", "br, gzip", "br"),
         made("/large.txt", "br, gzip, zstd", "zstd"),
         made("/just.txt", "gzip", "gzip"),
         made("/just.txt", "zstd;q=0.5, gzip;q=0.6", "gzip"),
         only_as_it_is("/small.txt", "gzip, br", digits(1'023)),
         only_as_it_is("/large.png", "gzip, br", digits(2'000)),
         only_as_it_is("/empty.txt", "gzip", ""),
         // Its tag is weak, so it is good for If-None-Match alone (RFC 9110 section 13.1.1).
         {.target = "/large.txt",
          .fields = {{"Accept-Encoding", "gzip"}, {"If-None-Match", "@etag"}},
          .code = 304,
          .wanted = {{"Vary", "Accept-Encoding"}, {"Content-Encoding", ""}}},
         {.target = "/large.txt",
          .fields = {{"Accept-Encoding", "gzip"}, {"If-Match", "@etag"}},
          .code = 412},
         {.target = "/large.txt",
          .fields = {{"Accept-Encoding", "gzip"}, {"If-Match", "*"}},
          .wanted = {{"Content-Encoding", "gzip"}}},
         {.target = "/large.txt",
          .fields = {{"Accept-Encoding", "gzip"}, {"Range", "bytes=0-1"}},
          .code = 206,
          .content = digits(2)},
         {.target = "/large.txt",
          .fields = {{"Accept-Encoding", "gzip, *;q=0"}, {"Range", "bytes=0-1"}},
          .wanted = {{"Content-Encoding", "gzip"}, {"Content-Range", ""}}}});
}
