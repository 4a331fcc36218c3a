// SPDX-License-Identifier: BSL-1.0

#include "addresses.hpp"

#include <doctest/doctest.h>

using namespace asio_httpd::app;
using texts = std::vector<std::string>;

TEST_CASE("addresses of the right shape") {
  for (auto text : {"8080", "0", "65535", "localhost:8080", "*:80", "127.0.0.1:8080", "[::1]:8080",
                    "[::]:0", "unix:/run/x.sock", "unix:x.sock", "unix:@name"}) {
    CAPTURE(text);
    CHECK(address_problem(text) == "");
  }
}

TEST_CASE("addresses of a wrong shape") {
  for (auto text : {"", "x", "65536", "-1", "80 ", "localhost", "localhost:", "localhost:x",
                    "::1:80", "[::1]", "unix:", "unix:@", "http://localhost:8080/"}) {
    CAPTURE(text);
    CHECK(address_problem(text) != "");
  }
  CHECK(address_problem("unix:/" + std::string(107, 'x')) != "");
}

TEST_CASE("URLs") {
  CHECK(urls_of({"192.0.2.1:80"}) == texts{"http://192.0.2.1:80"});
  CHECK(urls_of({"[2001:db8::1]:80"}) == texts{"http://[2001:db8::1]:80"});
  CHECK(urls_of({"unix:/run/x.sock"}) == texts{"unix:/run/x.sock"});
}

TEST_CASE("both loopback addresses are one URL") {
  CHECK(urls_of({"127.0.0.1:8080", "[::1]:8080"}) == texts{"http://localhost:8080"});
  CHECK(urls_of({"127.0.0.1:8080"}) == texts{"http://127.0.0.1:8080"});
  CHECK(urls_of({"127.0.0.1:8080", "[::1]:8081"}) ==
        texts{"http://127.0.0.1:8080", "http://[::1]:8081"});
}

TEST_CASE("a wildcard is something to click on, and more") {
  CHECK(urls_of({"0.0.0.0:80"}) == texts{"http://localhost:80 and every other address"});
  CHECK(urls_of({"[::]:80"}) == texts{"http://localhost:80 and every other address"});
}
