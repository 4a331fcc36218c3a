// SPDX-License-Identifier: BSL-1.0
//
// What is malformed (RFC 9113 section 8), as far as no conversation of tests/conformance shows it.
// That it is all that nghttp2 takes for malformed, and no more, is shown in tests/compare.

#include "http2/message_rules.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace asio_httpd;
using asio_httpd::http2::field_line;
using asio_httpd::http2::message_rules;
using asio_httpd::http2::pseudo_field;

namespace {

using line = std::pair<std::string_view, std::string_view>;
using lines = std::vector<line>;

// Whether all lines are accepted, and then the head.
bool is_head(message_rules& rules, const lines& head) {
  for (const auto& [name, value] : head) {
    if (!rules.accept_line({name, value}, {})) return false;
  }
  return rules.accept_head();
}

bool is_head(const lines& head) {
  message_rules rules;
  return is_head(rules, head);
}

lines get_with(std::initializer_list<line> more) {
  lines all{{":method", "GET"}, {":scheme", "https"}, {":authority", "a"}, {":path", "/"}};
  all.insert(all.end(), more);
  return all;
}

// What Content-Length is taken for; none: it is refused.
std::uint64_t length_of(std::string_view text) {
  message_rules rules;
  return is_head(rules, get_with({{"content-length", text}})) ? rules.content_length()
                                                              : message_rules::no_length;
}

bool is_scheme(std::string_view text) {
  return is_head({{":method", "GET"}, {":scheme", text}, {":authority", "a"}, {":path", "/"}});
}

}  // namespace

TEST_CASE("a line knows what its name is") {
  CHECK(field_line(":path", "/").pseudo == pseudo_field::path);
  CHECK(field_line(":status", "200").pseudo == pseudo_field::unknown);
  CHECK(field_line(":", "").pseudo == pseudo_field::unknown);
  CHECK(field_line("accept", "a").pseudo == pseudo_field::none);
  CHECK(field_line("accept", "a").id == field::accept);
  CHECK(field_line("Accept", "a").id == field::unknown);
}

TEST_CASE("known names with a capital are refused like others") {
  CHECK(is_head(get_with({{"accept", "a"}, {"x-a", "b"}})));
  CHECK_FALSE(is_head(get_with({{"Accept", "a"}})));
  CHECK_FALSE(is_head(get_with({{"Connection", "a"}})));
  CHECK_FALSE(is_head(get_with({{"x-A", "a"}})));
}

TEST_CASE("Host is not empty, and there is one, also where :authority is the host") {
  CHECK_FALSE(is_head(get_with({{"host", ""}})));
  CHECK_FALSE(is_head(get_with({{"host", "a"}, {"host", "a"}})));
  CHECK_FALSE(is_head(get_with({{"host", "a/b"}})));
  message_rules rules;
  REQUIRE(is_head(rules, get_with({{"host", "a"}})));
  CHECK_FALSE(rules.accept_trailer({"host", "a"}));
}

TEST_CASE("a scheme (RFC 3986 section 3.1)") {
  for (const char* const good : {"http", "https", "HTTPS", "ftp", "a", "a+b-c.9"}) {
    CHECK_MESSAGE(is_scheme(good), good);
  }
  for (const char* const bad : {"", "9a", "+a", "a b", "http:", "a_b", "\xc3\xa9"}) {
    CHECK_MESSAGE(!is_scheme(bad), bad);
  }
}

TEST_CASE("only http and https say what their paths are") {
  const auto with = [](std::string_view scheme, std::string_view path) {
    return is_head({{":method", "GET"}, {":scheme", scheme}, {":authority", "a"}, {":path", path}});
  };
  CHECK(with("ftp", "a"));
  CHECK_FALSE(with("http", "a"));
  CHECK_FALSE(with("https", "a"));
  CHECK_FALSE(with("HTTP", "a"));
  CHECK_FALSE(with("HttpS", "a"));
  CHECK_FALSE(with("http", "*"));
}

TEST_CASE("a path that is not ASCII gets an answer: it is not malformed") {
  CHECK(is_head(
      {{":method", "GET"}, {":scheme", "http"}, {":authority", "a"}, {":path", "/\xc3\xa9"}}));
}

TEST_CASE("CONNECT with :protocol has :authority, and :protocol a value (RFC 8441)") {
  const auto with = [](const lines& more) {
    lines all{{":method", "CONNECT"}, {":scheme", "https"}, {":path", "/"}};
    all.insert(all.end(), more.begin(), more.end());
    return is_head(all);
  };
  CHECK(with({{":authority", "a"}, {":protocol", "websocket"}}));
  CHECK_FALSE(with({{":protocol", "websocket"}, {"host", "a"}}));
  CHECK_FALSE(with({{":authority", "a"}, {":protocol", ""}}));
  CHECK_FALSE(with({{":authority", "a"}, {":protocol", "a"}, {":protocol", "a"}}));
  CHECK_FALSE(with({{":authority", "a"}}));
}

TEST_CASE("a length is a number that fits, once") {
  CHECK(length_of("0") == 0);
  CHECK(length_of("007") == 7);
  CHECK(length_of("9223372036854775807") == 9'223'372'036'854'775'807u);
  for (const char* const bad :
       {"", "-1", "1 ", "0x1", "1,1", "9223372036854775808", "18446744073709551615"}) {
    CHECK_MESSAGE(length_of(bad) == message_rules::no_length, bad);
  }
  CHECK_FALSE(is_head(get_with({{"content-length", "4"}, {"content-length", "4"}})));
}

TEST_CASE("content is as long as it was said to be, and as long as it likes otherwise") {
  message_rules rules;
  REQUIRE(is_head(rules, get_with({{"content-length", "4"}})));
  CHECK_FALSE(rules.accept_end());
  CHECK(rules.accept_content(3));
  CHECK(rules.accept_content(1));
  CHECK(rules.accept_end());
  CHECK_FALSE(rules.accept_content(1));

  message_rules without;
  REQUIRE(is_head(without, get_with({})));
  CHECK(without.accept_end());
  CHECK(without.accept_content(1'000'000));
  CHECK(without.accept_end());
}

TEST_CASE("a length in the trailers counts, and is not the second one") {
  message_rules rules;
  REQUIRE(is_head(rules, get_with({})));
  REQUIRE(rules.accept_content(4));
  CHECK(rules.accept_trailer({"content-length", "5"}));
  CHECK_FALSE(rules.accept_end());
  CHECK_FALSE(rules.accept_trailer({"content-length", "4"}));
}

TEST_CASE("what follows CONNECT is no content") {
  message_rules rules;
  REQUIRE(is_head(rules, {{":method", "CONNECT"}, {":authority", "a:1"}, {"content-length", "4"}}));
  CHECK(rules.content_length() == message_rules::no_length);
  CHECK(rules.accept_content(5));
  CHECK(rules.accept_end());
}

TEST_CASE("only the known host itself is not looked at anew") {
  const std::string known = "test:80";
  const auto is_accepted = [&known](std::string_view authority) {
    message_rules rules;
    return rules.accept_line({":authority", authority}, known);
  };
  CHECK(is_accepted(known));
  CHECK(is_accepted("other"));
  for (const std::string_view odd : {"te/t:80", "test:80/", "test:80 ", " test:80", "test:8\x80",
                                     "test:80, b", "test:8\r", "", "/"}) {
    CHECK_FALSE(is_accepted(odd));
  }
  message_rules none;
  CHECK_FALSE(none.accept_line({":authority", ""}, {}));
}
