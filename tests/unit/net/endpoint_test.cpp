// SPDX-License-Identifier: BSL-1.0

#include "net/endpoint.hpp"

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <stdexcept>
#include <string>

using namespace asio_httpd::net;

namespace {

endpoint ipv4(const char* text, std::uint16_t port = 80) {
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_port = htons(port);
  ::inet_pton(AF_INET, text, &a.sin_addr);
  return endpoint::from(reinterpret_cast<const sockaddr*>(&a));
}

endpoint ipv6(const char* text, std::uint16_t port = 80) {
  sockaddr_in6 a{};
  a.sin6_family = AF_INET6;
  a.sin6_port = htons(port);
  ::inet_pton(AF_INET6, text, &a.sin6_addr);
  return endpoint::from(reinterpret_cast<const sockaddr*>(&a));
}

std::string parsed(std::string_view text) {
  std::string all;
  for (const auto& a : parse_listen_address(text)) {
    if (!all.empty()) all += " ";
    all += a.text();
    if (a.optional) all += "?";
  }
  return all;
}

std::string refused(std::string_view text) {
  try {
    return "took " + parsed(text);
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
}

}  // namespace

TEST_CASE("peers as text") {
  CHECK(ipv4("192.0.2.1", 4711).address() == "192.0.2.1");
  CHECK(ipv4("192.0.2.1", 4711).port == 4711);
  CHECK(ipv6("2001:db8::1", 4711).address() == "2001:db8::1");
  CHECK(ipv6("2001:db8::1", 4711).port == 4711);
  CHECK(endpoint().address().empty());
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  CHECK(endpoint::from(reinterpret_cast<const sockaddr*>(&local)).address() == "unix");
}

TEST_CASE("an IPv4 peer of a dual-stack listener is IPv4") {
  const endpoint e = ipv6("::ffff:192.0.2.1", 4711);
  CHECK(e.kind == endpoint::family::ipv4);
  CHECK(e.address() == "192.0.2.1");
  CHECK(e.port == 4711);
  CHECK(ipv6("::ffff:127.0.0.1").is_local());
}

TEST_CASE("who is on this machine") {
  CHECK(ipv4("127.0.0.1").is_local());
  CHECK(ipv4("127.255.0.9").is_local());
  CHECK_FALSE(ipv4("128.0.0.1").is_local());
  CHECK_FALSE(ipv4("0.0.0.0").is_local());
  CHECK(ipv6("::1").is_local());
  CHECK_FALSE(ipv6("::2").is_local());
  CHECK_FALSE(ipv6("::ffff:10.0.0.1").is_local());
  CHECK_FALSE(endpoint().is_local());
}

TEST_CASE("an endpoint is small") {
  CHECK(sizeof(endpoint) <= 20);
}

TEST_CASE("addresses to listen on") {
  CHECK(parsed("8080") == "127.0.0.1:8080 [::1]:8080?");
  CHECK(parsed("localhost:0") == "127.0.0.1:0 [::1]:0?");
  CHECK(parsed("*:80") == "*:80");
  CHECK(parsed("192.0.2.1:65535") == "192.0.2.1:65535");
  CHECK(parsed("[::1]:8080") == "[::1]:8080");
  CHECK(parsed("[::]:8080") == "[::]:8080");
  CHECK(parsed("[fe80::1%eth0]:8080") == "[fe80::1%eth0]:8080");
  CHECK(parsed("unix:/run/x.sock") == "unix:/run/x.sock");
  CHECK(parsed("unix:@name") == "unix:@name");
  CHECK(parsed("unix:relative") == "unix:relative");
  CHECK(parsed("unix:/" + std::string(106, 'x')).size() == 112);
}

TEST_CASE("addresses that are none, each with what is wrong") {
  for (const std::string text : {"",
                                 ":",
                                 "80x",
                                 "x",
                                 "-1",
                                 "+80",
                                 " 80",
                                 "80 ",
                                 "1.2.3:80",
                                 "1.2.3.4",
                                 "::1:80",
                                 "[::1]",
                                 "[::1:80",
                                 "::1]:80",
                                 "[127.0.0.1]:80",
                                 "[]:80",
                                 "example.org:80",
                                 "localhost:",
                                 "0x50",
                                 "127.0.0.1:"}) {
    CAPTURE(text);
    CHECK(refused(text).starts_with("cannot listen on \"" + std::string(text) + "\": "));
  }
  CHECK(refused("65536") == "cannot listen on \"65536\": a port is 0 to 65535");
  CHECK(refused("*:99999999999999999999").ends_with("a port is 0 to 65535"));
  CHECK(refused("unix:").ends_with("the path of the Unix socket is missing"));
  CHECK(refused("unix:@").ends_with("the path of the Unix socket is missing"));
  CHECK(refused("unix:" + std::string(108, 'x')).ends_with("is at most 107 bytes"));
}
