// SPDX-License-Identifier: BSL-1.0
//
// What the fields say about the message and the connection; and the refusals where two readings
// are possible.

#include "http1/framing.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string_view>
#include <utility>

using namespace asio_httpd;
using namespace asio_httpd::http1;

namespace {

using lines = std::initializer_list<std::pair<std::string_view, std::string_view>>;

struct reading {
  fields f;
  framing found;
  rule broken;

  reading(lines l, unsigned version_minor) {
    for (auto [name, value] : l) f.append(name, value);
    broken = read_framing(f, version_minor, found);
  }
};

// Of HTTP/1.1, with a Host.
rule broken(lines l) {
  fields f;
  f.append("Host", "a");
  for (auto [name, value] : l) f.append(name, value);
  framing found;
  return read_framing(f, 1, found);
}

}  // namespace

TEST_CASE("no body, and the connection stays, by default (RFC 9112 sections 6.3 and 9.3)") {
  const reading r({{"Host", "a:80"}}, 1);
  CHECK(r.broken == rule::none);
  CHECK_FALSE(r.found.has_body());
  CHECK_FALSE(r.found.chunked);
  CHECK(r.found.content_length == 0);
  CHECK(r.found.keep_alive);
  CHECK_FALSE(r.found.expects_continue);
  CHECK_FALSE(r.found.wants_upgrade);
  CHECK(r.found.host == "a:80");
}

TEST_CASE("HTTP/1.0 needs no Host and closes unless it says keep-alive (RFC 9112 3.2, 9.3)") {
  CHECK(reading({}, 0).broken == rule::none);
  CHECK_FALSE(reading({}, 0).found.keep_alive);
  CHECK(reading({{"Connection", "x, Keep-Alive"}}, 0).found.keep_alive);
  CHECK_FALSE(reading({{"Connection", "keep-alive, close"}}, 0).found.keep_alive);
}

TEST_CASE("Connection options are tokens of a list, over several lines (RFC 9110 7.6.1)") {
  CHECK_FALSE(reading({{"Host", "a"}, {"Connection", "a,close ,b"}}, 1).found.keep_alive);
  CHECK_FALSE(
      reading({{"Host", "a"}, {"Connection", "a"}, {"Connection", "CLOSE"}}, 1).found.keep_alive);
  CHECK(reading({{"Host", "a"}, {"Connection", "enclose"}}, 1).found.keep_alive);
  CHECK(reading({{"Host", "a"}, {"Connection", "close x"}}, 1).found.keep_alive);
}

TEST_CASE("a body has a Content-Length or is chunked (RFC 9112 section 6)") {
  CHECK(reading({{"Host", "a"}, {"Content-Length", "18446744073709551615"}}, 1)
            .found.content_length == 18446744073709551615u);
  const reading chunked({{"Host", "a"}, {"Transfer-Encoding", ", CHUNKED ,"}}, 1);
  CHECK(chunked.broken == rule::none);
  CHECK(chunked.found.chunked);
  CHECK(chunked.found.has_body());
}

TEST_CASE("threat 1: both framings, and codings that are not one chunked") {
  CHECK(broken({{"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}}) ==
        rule::content_length_with_coding);
  CHECK(broken({{"Transfer-Encoding", "x"}, {"Content-Length", "x"}}) ==
        rule::content_length_with_coding);
  CHECK(broken({{"Transfer-Encoding", "chunked, chunked"}}) == rule::coding_repeated);
  CHECK(broken({{"Transfer-Encoding", "gzip"}}) == rule::coding_unknown);
  CHECK(broken({{"Transfer-Encoding", ""}}) == rule::coding_unknown);
  CHECK(broken({{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "\""}}) ==
        rule::coding_unknown);
  CHECK(reading({{"Transfer-Encoding", "chunked"}}, 0).broken == rule::coding_before_1_1);
}

TEST_CASE("threat 2: Content-Length is digits, once") {
  for (const std::string_view value : {"+5", "-5", "0x5", "5,5", "", "5 ", "\"5\"", "5_0"}) {
    CAPTURE(value);
    CHECK(broken({{"Content-Length", value}}) == rule::content_length_syntax);
  }
  CHECK(broken({{"Content-Length", "5"}, {"Content-Length", "5"}}) ==
        rule::content_length_repeated);
  CHECK(broken({{"Content-Length", "18446744073709551616"}}) == rule::content_length_syntax);
}

TEST_CASE("threat 8: Host (RFC 9112 section 3.2)") {
  CHECK(reading({}, 1).broken == rule::host_missing);
  CHECK(broken({{"Host", "a"}}) == rule::host_repeated);
  CHECK(reading({{"Host", ""}}, 1).broken == rule::none);
  CHECK(reading({{"Host", "a@b"}}, 1).broken == rule::host_invalid);
  CHECK(reading({{"Host", "a b"}}, 0).broken == rule::host_invalid);
}

TEST_CASE("broken framing comes before a broken Host: nothing else can be trusted") {
  CHECK(reading({{"Content-Length", "x"}}, 1).broken == rule::content_length_syntax);
}

TEST_CASE("Expect counts where there is a body, from HTTP/1.1 on (RFC 9110 section 10.1.1)") {
  CHECK(reading({{"Host", "a"}, {"Expect", "100-CONTINUE"}, {"Content-Length", "1"}}, 1)
            .found.expects_continue);
  CHECK(reading({{"Host", "a"}, {"Expect", "100-continue"}, {"Transfer-Encoding", "chunked"}}, 1)
            .found.expects_continue);
  CHECK_FALSE(reading({{"Host", "a"}, {"Expect", "100-continue"}}, 1).found.expects_continue);
  CHECK_FALSE(
      reading({{"Expect", "100-continue"}, {"Content-Length", "1"}}, 0).found.expects_continue);
  CHECK(broken({{"Expect", "more"}}) == rule::expectation_unknown);
  CHECK(reading({{"Expect", "more"}}, 0).broken == rule::none);
}

TEST_CASE("an upgrade is asked for by both fields, from HTTP/1.1 on (RFC 9110 section 7.8)") {
  CHECK(
      reading({{"Host", "a"}, {"Connection", "Upgrade"}, {"Upgrade", "x"}}, 1).found.wants_upgrade);
  CHECK_FALSE(reading({{"Host", "a"}, {"Connection", "Upgrade"}}, 1).found.wants_upgrade);
  CHECK_FALSE(reading({{"Host", "a"}, {"Upgrade", "x"}}, 1).found.wants_upgrade);
  CHECK_FALSE(reading({{"Connection", "Upgrade"}, {"Upgrade", "x"}}, 0).found.wants_upgrade);
}
