// SPDX-License-Identifier: BSL-1.0
//
// Media types by extension. That the table is sorted, the compiler has checked.

#include <asio_httpd/media_type.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using asio_httpd::default_media_type;
using asio_httpd::is_compressible;
using asio_httpd::media_type_for;

TEST_CASE("the types of a web site") {
  CHECK(media_type_for("/index.html") == "text/html; charset=utf-8");
  CHECK(media_type_for("/a.htm") == "text/html; charset=utf-8");
  CHECK(media_type_for("/a.css") == "text/css; charset=utf-8");
  CHECK(media_type_for("/a.js") == "text/javascript; charset=utf-8");
  CHECK(media_type_for("/a.mjs") == "text/javascript; charset=utf-8");
  CHECK(media_type_for("/a.json") == "application/json");
  CHECK(media_type_for("/a.js.map") == "application/json");
  CHECK(media_type_for("/a.wasm") == "application/wasm");
  CHECK(media_type_for("/a.webmanifest") == "application/manifest+json");
  CHECK(media_type_for("/a.svg") == "image/svg+xml");
  CHECK(media_type_for("/a.png") == "image/png");
  CHECK(media_type_for("/a.jpg") == "image/jpeg");
  CHECK(media_type_for("/a.webp") == "image/webp");
  CHECK(media_type_for("/favicon.ico") == "image/vnd.microsoft.icon");
  CHECK(media_type_for("/a.woff2") == "font/woff2");
  CHECK(media_type_for("/a.mp4") == "video/mp4");
  CHECK(media_type_for("/a.mp3") == "audio/mpeg");
  CHECK(media_type_for("/a.pdf") == "application/pdf");
  CHECK(media_type_for("/a.txt") == "text/plain; charset=utf-8");
  CHECK(media_type_for("/a.md") == "text/markdown; charset=utf-8");
  CHECK(media_type_for("/a.csv") == "text/csv; charset=utf-8");
  CHECK(media_type_for("/a.ics") == "text/calendar; charset=utf-8");
  CHECK(media_type_for("/a.xml") == "application/xml");
  CHECK(media_type_for("/a.tar.gz") == "application/gzip");
}

TEST_CASE("the first and the last entry are found") {
  CHECK(media_type_for("x.7z") == "application/x-7z-compressed");
  CHECK(media_type_for("x.zst") == "application/zstd");
}

TEST_CASE("case does not matter") {
  CHECK(media_type_for("/A.HTML") == media_type_for("/a.html"));
  CHECK(media_type_for("/a.WoFf2") == "font/woff2");
}

TEST_CASE("no extension, or one nobody knows") {
  for (const std::string_view path : {"",
                                      "/",
                                      ".",
                                      "/.",
                                      "..",
                                      "name",
                                      "/name",
                                      "/dir.html/name",
                                      "/name.",
                                      "/a.html/",
                                      "/.html",
                                      "/dir/.css",
                                      "/a.unknown",
                                      "/a.htmlx",
                                      "/a.ht",
                                      "/a.h tml",
                                      "/a.html ",
                                      "/a.zzz",
                                      "/a.0",
                                      "/a.\xff\xfe",
                                      "/a.anextensionlongerthanany"}) {
    CAPTURE(path);
    CHECK(media_type_for(path) == default_media_type);
  }
}

TEST_CASE("threat 17: bytes after the extension are part of it") {
  CHECK(media_type_for(std::string_view("/a.html\0", 8)) == default_media_type);
  CHECK(media_type_for(std::string_view("/a.php\0.html", 12)) == "text/html; charset=utf-8");
}

TEST_CASE("a path cut anywhere is read within its bounds") {
  const std::string whole = "/dir.d/page.xhtml";
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    const std::vector<char> exact(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(cut));
    const bool complete = cut == whole.size();
    CHECK((media_type_for({exact.data(), cut}) == default_media_type) == !complete);
  }
}

TEST_CASE("all extensions of one and two bytes are harmless") {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string path = {'a', '.', static_cast<char>(first), static_cast<char>(second)};
      if (media_type_for(path).find('/') == std::string_view::npos) FAIL(first << " " << second);
    }
  }
}

TEST_CASE("what compression makes smaller") {
  for (const char* type :
       {"text/html; charset=utf-8", "TEXT/css", "application/json", "image/svg+xml",
        "application/ld+json;x=y", "application/wasm", "font/ttf"}) {
    INFO(std::string(type));
    CHECK(is_compressible(type));
  }
  for (const char* type : {"", "text", "image/png", "font/woff2", "application/octet-stream",
                           "video/mp4", "application/zip", "application/jsonp", "+json/x"}) {
    INFO(std::string(type));
    CHECK_FALSE(is_compressible(type));
  }
}
