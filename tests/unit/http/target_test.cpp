// SPDX-License-Identifier: BSL-1.0
//
// Request targets in their four forms, and Host values.

#include "http/target.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using asio_httpd::method;
using namespace asio_httpd::http;

namespace {

target parsed(std::string_view text, method m = method::get) {
  target out;
  CAPTURE(text);
  CHECK(parse_target(text, m, out) == target_error::none);
  return out;
}

target_error error_of(std::string_view text, method m = method::get) {
  target out;
  out.path = "untouched";
  const target_error error = parse_target(text, m, out);
  if (error != target_error::none) CHECK(out.path == "untouched");
  return error;
}

}  // namespace

TEST_CASE("origin-form") {
  const target t = parsed("/where?q=now&x=?");
  CHECK(t.kind == target::form::origin);
  CHECK(t.path == "/where");
  CHECK(t.has_query);
  CHECK(t.query == "q=now&x=?");
  CHECK(t.scheme.empty());
  CHECK(t.authority.empty());
  CHECK(parsed("/").path == "/");
  CHECK_FALSE(parsed("/").has_query);
  CHECK(parsed("/?").has_query);
  CHECK(parsed("/?").query.empty());
  CHECK(parsed("//host/x").path == "//host/x");
  CHECK(parsed("/go?to=http://host/").kind == target::form::origin);
  CHECK(parsed("/http://host/").path == "/http://host/");
}

TEST_CASE("what browsers send unencoded is let through") {
  CHECK(parsed("/a|b^c{d}\"<>\\`?x=[1]|{}").path == "/a|b^c{d}\"<>\\`");
  CHECK(parsed("/%zz%").path == "/%zz%");  // decoding is not done here
}

TEST_CASE("absolute-form") {
  const target t = parsed("http://example.com:8080/a/b?c");
  CHECK(t.kind == target::form::absolute);
  CHECK(t.scheme == "http");
  CHECK(t.authority == "example.com:8080");
  CHECK(t.path == "/a/b");
  CHECK(t.query == "c");
  CHECK(parsed("HTTPS://h/").scheme == "HTTPS");
  CHECK(parsed("http://[::1]:80/x").authority == "[::1]:80");
  CHECK(parsed("http://h:/x").authority == "h:");
}

TEST_CASE("an empty path in absolute-form is the root") {
  CHECK(parsed("http://example.com").path == "/");
  const target t = parsed("http://example.com?a=/b");
  CHECK(t.path == "/");
  CHECK(t.query == "a=/b");
  CHECK(t.authority == "example.com");
  CHECK(parsed("http://example.com", method::options).path == "/");
}

TEST_CASE("asterisk-form is for OPTIONS") {
  const target t = parsed("*", method::options);
  CHECK(t.kind == target::form::asterisk);
  CHECK(t.path == "*");
  CHECK(error_of("*") == target_error::asterisk_not_options);
  CHECK(error_of("*", method::head) == target_error::asterisk_not_options);
  CHECK(error_of("**", method::options) == target_error::unknown_form);
  CHECK(error_of("*?x", method::options) == target_error::unknown_form);
}

TEST_CASE("authority-form is for CONNECT, with a port") {
  const target t = parsed("example.com:443", method::connect);
  CHECK(t.kind == target::form::authority);
  CHECK(t.authority == "example.com:443");
  CHECK(t.path.empty());
  CHECK(parsed("[::1]:443", method::connect).authority == "[::1]:443");
  CHECK(error_of("example.com", method::connect) == target_error::missing_port);
  CHECK(error_of("example.com:", method::connect) == target_error::missing_port);
  CHECK(error_of("example.com:0", method::connect) == target_error::missing_port);
  CHECK(error_of("[::1]", method::connect) == target_error::missing_port);
  CHECK(error_of(":443", method::connect) == target_error::empty_host);
  CHECK(error_of("u@h:443", method::connect) == target_error::userinfo);
  CHECK(error_of("h:70000", method::connect) == target_error::malformed_authority);
  CHECK(error_of("h:80x", method::connect) == target_error::malformed_authority);
  for (const std::string_view other : {"/", "*", "http://h:80/", "h:80/", "h:80?x", "/h:80"}) {
    CAPTURE(other);
    CHECK(error_of(other, method::connect) == target_error::connect_not_authority);
  }
}

TEST_CASE("none of the forms") {
  for (const std::string_view bad :
       {"index.html", "example.com:80", "http:/x", "http:x", "http", "?q", "..", "a/b",
        "go?to=http://h/", "a/http://h/", "mailto:x@y", "\\x", "%2f"}) {
    CAPTURE(bad);
    CHECK(error_of(bad) == target_error::unknown_form);
  }
  CHECK(error_of("") == target_error::empty);
}

TEST_CASE("only http and https are served") {
  for (const std::string_view bad : {"://", "ftp://h/", "file:///etc/passwd", "httpx://h/",
                                     "ws://h/", "ht%74p://h/", "gopher://h/"}) {
    CAPTURE(bad);
    CHECK(error_of(bad) == target_error::unsupported_scheme);
  }
}

TEST_CASE("threat 8: the authority of absolute-form") {
  CHECK(error_of("http://") == target_error::empty_host);
  CHECK(error_of("http:///x") == target_error::empty_host);
  CHECK(error_of("http://?x") == target_error::empty_host);
  CHECK(error_of("http://:80/") == target_error::empty_host);
  CHECK(error_of("http://::1/") == target_error::empty_host);  // brackets are missing
  CHECK(error_of("http://user@h/") == target_error::userinfo);
  CHECK(error_of("http://user:pw@h/") == target_error::userinfo);
  CHECK(error_of("http://@h/") == target_error::userinfo);
  CHECK(parsed("http://h/@x").path == "/@x");
  for (const std::string_view bad :
       {"http://h:x/", "http://h:65536/", "http://h:80:80/", "http://[::1/", "http://[::1]x/",
        "http://a\\b/", "http://h%zz/", "http://h|x/", "http://[]/"}) {
    CAPTURE(bad);
    CHECK(error_of(bad) == target_error::malformed_authority);
  }
}

TEST_CASE("threat 17: bytes that no target may hold, at every place") {
  const std::string origin = "/path?query";
  const std::string absolute = "http://host/path";
  for (int byte = 0; byte < 256; ++byte) {
    if (byte > 0x20 && byte < 0x7f && byte != '#') continue;
    const target_error wanted = byte == ' '    ? target_error::space
                                : byte == '#'  ? target_error::fragment
                                : byte >= 0x80 ? target_error::non_ascii
                                               : target_error::control_byte;
    for (const std::string& whole : {origin, absolute}) {
      for (std::size_t at = 0; at <= whole.size(); ++at) {
        std::string text = whole;
        text.insert(at, 1, static_cast<char>(byte));
        if (error_of(text) != wanted) FAIL("byte " << byte << " at " << at);
        if (error_of(text, method::connect) != wanted) FAIL("CONNECT, byte " << byte);
      }
    }
  }
}

TEST_CASE("every visible byte but the hash is accepted in path and query") {
  for (char c = 0x21; c < 0x7f; ++c) {
    if (c == '#') continue;
    const target_error error = error_of(std::string("/a") + c + "b?c" + c);
    CHECK(error == target_error::none);
  }
}

TEST_CASE("each error has words of its own") {
  std::vector<std::string_view> seen;
  for (int i = 0; i <= static_cast<int>(target_error::malformed_authority); ++i) {
    const std::string_view text = to_string(static_cast<target_error>(i));
    CHECK(text != "unknown error");
    for (const std::string_view other : seen) CHECK(text != other);
    seen.push_back(text);
  }
}

TEST_CASE("targets cut anywhere are read within their bounds, and the parts lie within the text") {
  for (const std::string whole : {"https://[v1.a:b]:8080/p/q?r=s", "http://h%41.example:1/?",
                                  "/a?b", "[::ffff:1.2.3.4]:443"}) {
    for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
      const std::vector<char> exact(whole.begin(),
                                    whole.begin() + static_cast<std::ptrdiff_t>(cut));
      const std::string_view text(exact.data(), exact.size());
      for (const method m : {method::get, method::connect, method::options}) {
        target out;
        if (parse_target(text, m, out) != target_error::none) continue;
        CHECK(out.authority.size() + out.path.size() + out.query.size() <= text.size() + 1);
        if (out.has_query) CHECK(out.query.data() + out.query.size() == text.data() + text.size());
      }
    }
  }
}

TEST_CASE("threat 8: Host values that are accepted") {
  for (const std::string_view good : {"example.com",
                                      "example.com:80",
                                      "example.com:",
                                      "h:0",
                                      "h:65535",
                                      "h:00080",
                                      "localhost",
                                      "127.0.0.1",
                                      "127.0.0.1:8080",
                                      "999.1.2.3",
                                      "a_b-c~d",
                                      "a!$&'()*+,;=b",
                                      "[::1]",
                                      "[::1]:80",
                                      "[::]",
                                      "[2001:db8::1]:",
                                      "[1:2:3:4:5:6:7:8]",
                                      "[::ffff:192.0.2.1]",
                                      "[1:2:3:4:5:6:192.0.2.1]",
                                      "[FEDC:BA98:7654:3210:FEDC:BA98:7654:3210]",
                                      "[v1.x]",
                                      "[VF.a:b!]:80",
                                      "example.com."}) {
    CAPTURE(good);
    CHECK(valid_host(good));
    CHECK(valid_host(good, empty_host::allow));
  }
}

TEST_CASE("threat 8: Host values that are refused") {
  for (const std::string_view bad :
       {" ",
        "%41",
        "x%c3%a4y",
        "%3127.0.0.1",
        ".",
        "..",
        ".example.com",
        "example..com",
        "a b",
        " a",
        "a ",
        "user@host",
        "user:pw@host",
        "@host",
        ":",
        ":80",
        "h:80:80",
        "h:x",
        "h:+80",
        "h:-1",
        "h: 80",
        "h:80 ",
        "h:65536",
        "h:4294967376",
        "h:99999999999999999999",
        "a/b",
        "/",
        "http://h",
        "h?x",
        "h#x",
        "a\\b",
        "a,b c",
        "a\"b",
        "a<b",
        "a|b",
        "a^b",
        "a`b",
        "{a}",
        "%",
        "%4",
        "%zz",
        "a%4",
        "a%",
        "::1",
        "1:2:3",
        "[",
        "]",
        "[]",
        "[]:80",
        "[::1",
        "::1]",
        "[::1]x",
        "[::1]80",
        "[::1]]",
        "[[::1]]",
        "[::1]:x",
        "a[::1]",
        "[:::]",
        "[1::2::3]",
        "[1:2:3:4:5:6:7:8:9]",
        "[12345::]",
        "[::g]",
        "[1.2.3.4]",
        "[::1.2.3]",
        "[::1.2.3.256]",
        "[::01.2.3.4]",
        "[fe80::1%25eth0]",
        "[fe80::1%eth0]",
        "[ ::1]",
        "[::1 ]",
        "[v.x]",
        "[v1.]",
        "[v1]",
        "[vg.x]",
        "[v1.x@]",
        "[v1.[]",
        "h\x7f",
        "h\x01",
        "\xc3\xa4",
        "h\t",
        "h\r\n",
        "[0000:0000:0000:0000:0000:0000:255.255.255.2555]",
        "[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]"}) {
    CAPTURE(bad);
    CHECK_FALSE(valid_host(bad));
    CHECK_FALSE(valid_host(bad, empty_host::allow));
  }
  CHECK_FALSE(valid_host(std::string_view("a\0b", 3)));
  CHECK_FALSE(valid_host(std::string_view("[::1\0]", 6)));
}

TEST_CASE("an empty Host is for the caller to decide") {
  CHECK_FALSE(valid_host(""));
  CHECK(valid_host("", empty_host::allow));
}

TEST_CASE("host_without_port") {
  CHECK(host_without_port("example.com") == "example.com");
  CHECK(host_without_port("example.com:80") == "example.com");
  CHECK(host_without_port("example.com:") == "example.com");
  CHECK(host_without_port("[::1]") == "[::1]");
  CHECK(host_without_port("[::1]:80") == "[::1]");
  CHECK(host_without_port("").empty());
  CHECK(host_without_port("[::1") == "[::1");
}

TEST_CASE("Host values of one and two bytes: nothing but the grammar passes") {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text = {static_cast<char>(first), static_cast<char>(second)};
      const std::vector<char> exact(text.begin(), text.end());
      const bool valid = valid_host({exact.data(), exact.size()});
      const bool bad_first = first <= ' ' || first >= 0x7f || first == ':' || first == '%';
      if (valid && bad_first) FAIL(first << " " << second);
      if (valid && (second <= ' ' || second >= 0x7f)) FAIL(first << " " << second);
    }
  }
}
