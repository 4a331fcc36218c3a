// SPDX-License-Identifier: BSL-1.0

#include "http/urlencoded.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace asio_httpd::http;

namespace {

// "name>value" for each pair, a space behind each.
std::string pairs_of(std::string_view text) {
  std::string all;
  for (urlencoded_pair pair; take_pair(text, pair);) {
    all.append(pair.name).append(">").append(pair.value).append(" ");
  }
  return all;
}

}  // namespace

TEST_CASE("pairs, with and without a value, undecoded") {
  CHECK(pairs_of("") == "");
  CHECK(pairs_of("a=1") == "a>1 ");
  CHECK(pairs_of("a=1&b=2&a=%33") == "a>1 b>2 a>%33 ");
  CHECK(pairs_of("a&b=&=c&=") == "a> b> >c > ");
  CHECK(pairs_of("a=b=c;d") == "a>b=c;d ");
}

TEST_CASE("what stands empty between two separators is no pair") {
  CHECK(pairs_of("&") == "");
  CHECK(pairs_of("&&a=1&&&b=2&&") == "a>1 b>2 ");
}
