// SPDX-License-Identifier: BSL-1.0
//
// Names that files really have: odd bytes, long ones, and those that begin with a dot or are
// hidden.

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "support/carried.hpp"
#include "support/file_table.hpp"

using namespace asio_httpd;
using namespace test_support;

TEST_CASE_FIXTURE(file_site, "names with odd bytes") {
  write("with space.txt", "space");
  write(" ", "a space");
  write("do..ts.txt", "dots");
  write("100%.txt", "percent");
  write("%41.txt", "encoded");
  write("A.txt", "plain");
  write("what?.txt", "question");
  write("no#1.txt", "number");
  write("a+b.txt", "plus");
  write("\"quoted\"'.txt", "quotes");
  write("<b>&amp;.txt", "markup");
  write("back\\slash.txt", "backslash");
  write("semi;colon:at@,=!$*()~[]{}|^`.txt", "punctuation");
  write("caf\xc3\xa9.txt", "UTF-8");
  write("caf\xe9.txt", "Latin-1");
  write("\xff\xfe\x80", "no encoding");
  write(
      "\xe2\x80\xae"
      "txt.exe",
      "right to left");
  write("name.", "dot at the end");
  write("CON", "a name like any other");
  write("line\nfeed.txt", "what lies beside the root");
  write("tab\t.txt", "what lies beside the root");
  check({found("/with%20space.txt", "space"),
         missing("/with+space.txt"),
         found("/%20", "a space"),
         found("/do..ts.txt", "dots"),
         found("/do%2e.ts%2etxt", "dots"),
         found("/100%25.txt", "percent"),
         found("/%2541.txt", "encoded"),
         found("/%41.txt", "plain"),
         found("/A.txt", "plain"),
         missing("/a.txt"),
         missing("/A.TXT"),
         found("/what%3F.txt", "question"),
         missing("/what?.txt"),
         found("/no%231.txt", "number"),
         found("/a+b.txt", "plus"),
         found("/a%2Bb.txt", "plus"),
         missing("/a%20b.txt"),
         found("/%22quoted%22'.txt", "quotes"),
         found("/\"quoted\"'.txt", "quotes"),
         found("/%3Cb%3E&amp;.txt", "markup"),
         found("/back%5Cslash.txt", "backslash"),
         found("/back\\slash.txt", "backslash"),
         found("/semi;colon:at@,=!$*()~[]{}|^`.txt", "punctuation"),
         found("/semi%3Bcolon%3Aat%40%2C%3D%21%24%2A%28%29%7E%5B%5D%7B%7D%7C%5E%60.txt",
               "punctuation"),
         found("/caf%C3%A9.txt", "UTF-8"),
         found("/caf%c3%a9.txt", "UTF-8"),
         missing("/cafe%CC%81.txt"),
         found("/caf%E9.txt", "Latin-1"),
         found("/%FF%FE%80", "no encoding"),
         found("/%E2%80%AEtxt.exe", "right to left"),
         found("/name.", "dot at the end"),
         missing("/name"),
         missing("/A.txt."),
         missing("/A.txt%20"),
         found("/CON", "a name like any other"),
         missing("/line%0Afeed.txt"),
         missing("/tab%09.txt")});
}

TEST_CASE_FIXTURE(file_site, "no byte of a name makes an error of the server") {
  file_rows rows;
  for (unsigned byte = 0x20; byte <= 0xff; ++byte) {
    constexpr std::string_view hex = "0123456789abcdef";
    rows.push_back(missing(std::string("/x%") + hex[byte / 16] + hex[byte % 16] + 'y'));
  }
  check(rows);
}

TEST_CASE_FIXTURE(file_site, "what follows the name of a file") {
  write("a.txt", "a");
  check({found("/a.txt?", "a"), found("/a.txt?v=1", "a"), found("/a.txt?a/../b", "a"),
         found("/a.txt??", "a"), found("/a.txt?/", "a"), found("//a.txt", "a"), missing("/a.txt/"),
         missing("/a.txt//"), missing("/a.txt/x"), missing("/a.txt/index.html"),
         missing("/a.txt;v=1"), missing("/a.txt%3F"), missing("/a.txt%2F"), missing("/a.txt%2f"),
         missing("/a.txt%5C"), missing("/%2Fa.txt"), missing("/a.txt~"), missing("/a.txt.bak")});
}

TEST_CASE_FIXTURE(file_site, "names as long as can be, and longer" * test_support::http1_only) {
  const std::string longest(255, 'n');
  write(longest, "255");
  write(longest.substr(1) + "/" + longest, "nested");
  std::string path_max;
  for (int i = 0; i < 16; ++i) path_max += "/" + longest;  // 4,096 bytes
  check({found("/" + longest, "255"),
         found("/" + longest.substr(1) + "/" + longest, "nested"),
         missing("/" + longest + "n"),
         missing("/" + longest.substr(1) + "m"),
         missing(path_max),
         missing(path_max.substr(0, 4'095)),
         missing(path_max.substr(0, 4'094)),
         missing(path_max + "/n"),
         missing("/" + std::string(4'095, 'n')),
         missing("/" + std::string(4'096, 'n')),
         missing("/" + std::string(7'000, 'n')),
         missing("/" + std::string(600, 'n') + "/"),
         found(std::string(200, '/') + longest, "255"),
         {.target = "/" + std::string(100'000, 'n'), .code = 414, .method = ""}});
  std::string folders;
  for (int i = 0; i < 250; ++i) folders += "/" + std::string(24, 'n');
  check({missing(folders), missing(folders + "/")});
  std::string segments;
  for (int i = 0; i < 256; ++i) segments += "/a";
  check({missing(segments), missing(segments + "/"), refused(segments + "/a"),
         refused(segments + segments), refused(std::string(4'096, '/'))});
  // "%41" is one byte of a name.
  std::string encoded;
  for (int i = 0; i < 255; ++i) encoded += "%6E";
  check({found("/" + encoded, "255"), missing("/" + encoded + "%6E")});
  // Nor is a name looked for that is longer for the index, the page or the sibling.
  check({found("/" + longest, "255"), missing("/" + longest.substr(3) + "mmm")},
        {.clean_urls = true});
}

TEST_CASE_FIXTURE(file_site, "threat 18: dotfiles are not served") {
  write(".hidden", "hidden");
  write(".env", "hidden");
  write(".git/config", "hidden");
  write("sub/.htpasswd", "hidden");
  write("sub/.svn/deep/entries", "hidden");
  write("...", "hidden");
  write("..hidden", "hidden");
  write(".index.html/index.html", "hidden");
  write(".well-known/security.txt", "mail us");
  write(".well-known/.secret", "hidden");
  write("sub/.well-known/x", "there, too");
  write(".well-known-not/x", "hidden");
  write(".WELL-KNOWN/x", "hidden");
  const file_rows both = {found("/.well-known/security.txt", "mail us"),
                          found("/%2ewell-known/security.txt", "mail us"),
                          found("/.well%2Dknown/security.txt", "mail us"),
                          found("/sub/.well-known/x", "there, too"),
                          missing("/.well-known/none"),
                          missing("/.nothere")};
  check(both);
  check(both, {.dotfiles = true});
  check(each({"/.hidden",
              "/%2ehidden",
              "/%2Ehidden",
              "/.env",
              "/.git/config",
              "/%2egit/config",
              "/.git",
              "/.git/",
              "/.git/none",
              "/sub/.htpasswd",
              "/sub/%2ehtpasswd",
              "/sub/.svn/deep/entries",
              "/sub/.svn/deep/",
              "/...",
              "/%2e%2e%2e",
              "/..hidden",
              "/%2e.hidden",
              "/.index.html/",
              "/.index.html",
              "/.well-known/.secret",
              "/.well-known-not/x",
              "/.WELL-KNOWN/x",
              "//.hidden",
              "/sub/../.hidden"},
             missing));
  check({found("/.hidden", "hidden"), found("/%2ehidden", "hidden"),
         found("/.git/config", "hidden"), moved("/.git", "/.git/"), found("/...", "hidden"),
         found("/sub/.htpasswd", "hidden"), found("/..hidden", "hidden"),
         found("/.index.html/", "hidden"), found("/.well-known/.secret", "hidden")},
        {.dotfiles = true});
}

TEST_CASE_FIXTURE(file_site, "threat 18: never a file that is being uploaded") {
  write(".upload-0123456789abcdef", "half a file");
  write(".uploads", "hidden");
  write("sub/.upload-x/a.txt", "half a file");
  const file_rows rows = each({"/.upload-0123456789abcdef", "/%2eupload-0123456789abcdef",
                               "/sub/.upload-x/a.txt", "/sub/.upload-x/"},
                              missing);
  check(rows);
  check(rows, {.dotfiles = true});
  check({found("/.uploads", "hidden")}, {.dotfiles = true});
}

TEST_CASE_FIXTURE(file_site, "what is hidden is not there, by whatever name") {
  write("index.html", "home");
  write("private/key.pem", "hidden");
  write("sub/private/key.pem", "hidden");
  write("draft.txt~", "hidden");
  write("sub/draft.txt~", "hidden");
  write("secret/index.html", "hidden");
  write("page.html", "hidden");
  write("data.JSON", "not hidden");
  write("a.json", "hidden");
  write("docs/api.html", "hidden");
  write("docs/deep/api.html", "not hidden");
  const file_options options = {
      .clean_urls = true,
      .hidden = {"private", "*~", "secret/index.html", "page.html", "*.json", "docs/*.html"}};
  check(each({"/private", "/private/", "/private/key.pem", "//private/key.pem",
              "/%70rivate/key.pem", "/private/none", "/sub/private/key.pem", "/draft.txt~",
              "/draft.txt%7E", "/draft.txt%7e", "/sub/draft.txt~", "/secret/", "/secret/index.html",
              "/page.html", "/page", "/a.json", "/%61.json", "/x/../a.json"},
             missing),
        options);
  check({found("/data.JSON", "not hidden"), found("/docs/deep/api", "not hidden"),
         missing("/docs/api"), missing("/docs/api.html"), found("/", "home")},
        options);
  // A fallback is none for what is hidden by a name with a dot; a name without one says nothing.
  check({found("/private", "home"), found("/none", "home"), missing("/a.json")},
        {.fallback = "index.html", .hidden = {"private", "*.json"}});
}
