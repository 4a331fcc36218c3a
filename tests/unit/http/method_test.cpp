// SPDX-License-Identifier: BSL-1.0
//
// Methods and their tokens, which are case-sensitive (RFC 9110 section 9.1), and sets of them.

#include "http/method.hpp"

#include <doctest/doctest.h>

#include <cctype>
#include <set>
#include <string>

using namespace asio_httpd;
using http::method_from;

TEST_CASE("each method has a token of its own, by which it is found") {
  std::set<std::string> tokens;
  for (std::size_t i = 0; i < method_count; ++i) {
    const auto m = static_cast<method>(i);
    const std::string token(to_string(m));
    CAPTURE(token);
    CHECK_FALSE(token.empty());
    CHECK(tokens.insert(token).second);
    CHECK(method_from(token) == m);
    std::string lower = token;
    for (char& c : lower) c = static_cast<char>(std::tolower(c));
    CHECK_FALSE(method_from(lower));
    CHECK_FALSE(method_from(token + "X"));
    CHECK_FALSE(method_from(token.substr(0, token.size() - 1) + "_"));
  }
  CHECK(static_cast<std::size_t>(method::unsubscribe) + 1 == method_count);
}

TEST_CASE("the usual ones") {
  CHECK(to_string(method::get) == "GET");
  CHECK(to_string(method::delete_) == "DELETE");
  CHECK(to_string(method::msearch) == "M-SEARCH");
  CHECK(method_from("OPTIONS") == method::options);
  CHECK_FALSE(method_from(""));
  CHECK_FALSE(method_from("BREW"));
}

TEST_CASE("a set of methods") {
  method_set set;
  CHECK(set.empty());
  set.add(method::get);
  set.add(method::unsubscribe);
  CHECK_FALSE(set.empty());
  CHECK(set.contains(method::get));
  CHECK(set.contains(method::unsubscribe));
  CHECK_FALSE(set.contains(method::head));
  method_set other;
  other.add(method::head);
  CHECK(set != other);
  other.add(set);
  CHECK(other.contains(method::get));
  CHECK(other.contains(method::head));
}
