// SPDX-License-Identifier: BSL-1.0
//
// From the bytes of a request target to the name of a file: percent-encoding, control bytes, and
// ways out of the root.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/carried.hpp"
#include "support/file_table.hpp"

using namespace asio_httpd;
using namespace test_support;

namespace {

using targets = std::vector<std::string>;

struct paths_site : file_site {
  paths_site() {
    write("index.html", "home");
    write("ten.txt", "0123456789");
    write("sub/index.html", "sub");
    write("sub/deep/b.txt", "b");
  }

  // Wherever the root is served, and with dotfiles as without.
  void check_all(const targets& asked, file_row (*made)(std::string)) const {
    file_rows rows;
    file_rows below;
    for (const std::string& target : asked) {
      rows.push_back(made(target));
      below.push_back(made("/static" + target));
    }
    for (const bool dotfiles : {false, true}) {
      check(rows, {.dotfiles = dotfiles});
      check(below, {.dotfiles = dotfiles}, "/static");
    }
  }
};

std::string percent_encoded(unsigned byte) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  return {'%', hex[byte / 16], hex[byte % 16]};
}

}  // namespace

// ---- threat 16: traversal by order of decoding. The secret is at "../secret.txt". ---------------

TEST_CASE_FIXTURE(paths_site, "threat 16: dot segments as they are") {
  check_all({"/../secret.txt", "/../../secret.txt", "/../../../../../../../../../secret.txt",
             "/sub/../../secret.txt", "/sub/deep/../../../secret.txt", "/./../secret.txt",
             "/.././secret.txt", "/ten.txt/../../secret.txt", "/none/../../secret.txt",
             "/..//secret.txt", "//../secret.txt", "///..///secret.txt", "/.../secret.txt",
             "/....//secret.txt", "/....\\/secret.txt", "/..././secret.txt", "/.../.../secret.txt"},
            missing);
}

TEST_CASE_FIXTURE(paths_site, "threat 16: encoded once") {
  check_all({"/%2e%2e/secret.txt",
             "/%2E%2E/secret.txt",
             "/%2e%2E/secret.txt",
             "/.%2e/secret.txt",
             "/%2e./secret.txt",
             "/%2e/%2e%2e/secret.txt",
             "/sub/%2e%2e/%2e%2e/secret.txt",
             "/.%2e/.%2e/.%2e/.%2e/secret.txt",
             "/sub/.%2e/%2e%2e/%2e%2e/%2e%2e/secret.txt",
             "/..%2fsecret.txt",
             "/..%2Fsecret.txt",
             "/%2e%2e%2fsecret.txt",
             "/%2E%2E%2Fsecret.txt",
             "/.%2e%2fsecret.txt",
             "/%2e%2e/%2e%2e%2fsecret.txt",
             "/sub%2f..%2f..%2fsecret.txt",
             "/sub/..%2f../secret.txt",
             "/sub/..%2f..%2fsecret.txt",
             "/sub%2findex.html",
             "/sub%2Fdeep%2Fb.txt",
             "/sub/deep%2fb.txt",
             "/%2f..%2fsecret.txt",
             "/.%20./secret.txt",
             "/..%20/secret.txt",
             "/%20../secret.txt"},
            missing);
}

TEST_CASE_FIXTURE(paths_site, "threat 16: encoded twice, and more often") {
  check_all({"/%252e%252e/secret.txt", "/%252E%252e/secret.txt", "/..%252fsecret.txt",
             "/%252e%252e%252fsecret.txt", "/.%252e/secret.txt", "/%25252e%25252e/secret.txt",
             "/..%25252fsecret.txt", "/%25%32%65%25%32%65/secret.txt", "/..%255csecret.txt"},
            missing);
  // CVE-2021-42013
  check_all({"/.%%32%65/.%%32%65/secret.txt", "/%%32%65%%32%65/secret.txt"}, refused);
}

TEST_CASE_FIXTURE(paths_site, "threat 16: what separates elsewhere") {
  check_all(
      {"/..\\secret.txt", "/..%5csecret.txt", "/..%5Csecret.txt", "/%2e%2e%5csecret.txt",
       "/sub\\..\\..\\secret.txt", "/sub/..\\../secret.txt", "/C:\\secret.txt", "/C:/secret.txt",
       "/\\\\host\\share", "/..;/secret.txt", "/..;x=y/secret.txt", "/sub/..;/..;/secret.txt",
       "/;/../secret.txt", "/..%3b/secret.txt", "/..%3B/secret.txt", "/.;./secret.txt",
       "/..:/secret.txt", "/..|/secret.txt", "/ten.txt::$DATA"},
      missing);
}

TEST_CASE_FIXTURE(paths_site, "threat 16: overlong UTF-8, and letters that look like dots") {
  check_all({"/%c0%ae%c0%ae/secret.txt",
             "/%c0%ae./secret.txt",
             "/%c0%2e%c0%2e/secret.txt",
             "/..%c0%afsecret.txt",
             "/%c0%af../secret.txt",
             "/..%c1%9csecret.txt",
             "/..%c1%afsecret.txt",
             "/%e0%80%ae%e0%80%ae/secret.txt",
             "/..%e0%80%afsecret.txt",
             "/%f0%80%80%ae%f0%80%80%ae/secret.txt",
             "/..%f0%80%80%afsecret.txt",
             "/%f8%80%80%80%ae%f8%80%80%80%ae/secret.txt",
             "/%fc%80%80%80%80%ae./secret.txt",
             "/%ae%ae/secret.txt",
             "/..%ef%bc%8fsecret.txt",
             "/%ef%bc%8e%ef%bc%8e/secret.txt",
             "/..%e2%88%95secret.txt",
             "/%e2%80%a5/secret.txt",
             "/%ff%fe.%ff%fe./secret.txt",
             "/+AC4ALg-/secret.txt"},
            missing);
}

TEST_CASE_FIXTURE(paths_site, "threat 16: absolute names") {
  check_all({"//secret.txt", "/%2fetc/passwd", "/%2Fetc%2Fpasswd", "//etc/passwd", "///etc/passwd",
             "/file:///etc/passwd", "/~root/secret.txt", "/~/secret.txt", "/proc/self/environ",
             "/$HOME/secret.txt", "/%24%7BHOME%7D/secret.txt", "/sub/../etc/passwd"},
            missing);
  check_all({secret(), "/" + secret(), "/%2f" + secret().substr(1)}, missing);
}

TEST_CASE_FIXTURE(paths_site, "dot segments that stay inside are resolved") {
  check({found("/sub/../ten.txt", "0123456789"), found("/./ten.txt", "0123456789"),
         found("/%2e/ten.txt", "0123456789"), found("/sub/%2e%2E/ten.txt", "0123456789"),
         found("/none/../ten.txt", "0123456789"), found("/ten.txt/../sub/", "sub"),
         found("/sub/deep/..", "sub"), found("/sub/deep/.%2e", "sub"), found("/sub/.", "sub"),
         found("/sub/deep/../../sub/deep/b.txt", "b"), found("/..", "home"),
         found("/../../ten.txt", "0123456789"), missing("/ten.txt/."), missing("/ten.txt/./"),
         moved("/sub/deep/../deep", "/sub/deep/")});
}

// ---- threat 17: what is refused -----------------------------------------------------------------

TEST_CASE_FIXTURE(paths_site, "malformed percent-encoding") {
  check_all({"/%", "/%1", "/%zz", "/%2", "/ten.txt%", "/ten.txt%2", "/%%35", "/%u002e%u002e/",
             "/%-1", "/%+1", "/%0x", "/%2g", "/%g2", "/..%bg%qfsecret.txt", "/a%\\x/", "/%;",
             "/sub/%/ten.txt", "/ten.txt%%"},
            refused);
  // Of the query nothing is decoded.
  check({found("/ten.txt?%", "0123456789"), found("/ten.txt?a=%zz&b=%00", "0123456789"),
         found("/ten.txt?next=%2Fhome", "0123456789")});
}

TEST_CASE_FIXTURE(paths_site, "threat 17: a NUL, encoded") {
  check_all(
      {"/ten.txt%00", "/ten.txt%00.html", "/%00", "/%00/ten.txt", "/sub%00/ten.txt", "/sub/%00",
       "/%00ten.txt", "/index.html%00", "/..%00/secret.txt", "/ten.txt%00/../ten.txt", "/none%00"},
      refused);
  // Twice encoded it is letters.
  check_all({"/ten.txt%2500", "/ten.txt%252500"}, missing);
}

TEST_CASE_FIXTURE(paths_site, "threat 17: other control bytes, encoded") {
  targets all = {"/ten.txt%0d%0aX:%20y", "/ten.txt%250d%250a"};
  for (unsigned byte = 1; byte < 0x20; ++byte) {
    all.push_back("/ten.txt" + percent_encoded(byte));
    all.push_back("/" + percent_encoded(byte) + "ten.txt");
    all.push_back("/sub" + percent_encoded(byte) + "/deep/b.txt");
  }
  all.push_back("/ten.txt%7F");
  check_all(all, missing);
}

TEST_CASE_FIXTURE(paths_site, "threat 17: bytes that no target has" * test_support::http1_only) {
  targets all = {std::string("/ten.txt\0", 9),
                 std::string("/ten.txt\0.html", 14),
                 std::string("/\0", 2),
                 "/ten .txt",
                 "/ten.txt\t",
                 "/ten.txt\v",
                 "/ten.txt\x7f",
                 "/ten.txt#part",
                 "/#",
                 "/t\xc3\xa4n.txt",
                 "/\xff\xfe",
                 "/\xc0\xae\xc0\xae/secret.txt"};
  for (char byte = 1; byte < 0x20; ++byte) {
    if (byte != '\r' && byte != '\n') all.push_back(std::string("/ten.txt") + byte);
  }
  check_all(all, no_request);
  check({no_request("\\..\\secret.txt"), no_request("ten.txt"), no_request("../secret.txt"),
         no_request(""), no_request("?"), no_request("*"), no_request("/ten.txt?\xff")});
}

TEST_CASE_FIXTURE(paths_site, "other forms of targets") {
  check({found("http://test/ten.txt", "0123456789"), found("HTTP://test/ten.txt", "0123456789"),
         found("http://test", "home"), found("http://test/sub/", "sub"),
         missing("http://test/../secret.txt"), missing("http://test/%2e%2e/secret.txt"),
         refused("http://test/ten.txt%00")});
}

TEST_CASE_FIXTURE(paths_site, "forms of targets that are none" * test_support::http1_only) {
  check({refused("file:///etc/passwd"), refused("http:///ten.txt")});
}
