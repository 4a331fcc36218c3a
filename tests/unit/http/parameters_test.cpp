// SPDX-License-Identifier: BSL-1.0
//
// Parameters as RFC 9110 section 5.6.6 has them, and what comes near to them.

#include "http/parameters.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace asio_httpd::http;

namespace {

// "name=value|name=value", and " !" where the end is none.
std::string read(std::string_view text) {
  const std::vector<char> exact(text.begin(), text.end());
  parameter_reader reader({exact.data(), exact.size()});
  std::string all;
  for (parameter p; reader.next(p);) {
    all.append(all.empty() ? "" : "|").append(p.name).append("=").append(unquote(p));
  }
  return all + (reader.malformed() ? " !" : "");
}

}  // namespace

TEST_CASE("parameters come one by one") {
  CHECK(read("") == "");
  CHECK(read(";a=b") == "a=b");
  CHECK(read("; a=b ; C=d\t;e=\"f\"") == "a=b|C=d|e=f");
  CHECK(read(";filename*=utf-8''x%20y") == "filename*=utf-8''x%20y");
}

TEST_CASE("empty parameters mean nothing") {
  CHECK(read(";") == "");
  CHECK(read(" ; ;; a=b;; ") == "a=b");
}

TEST_CASE("quoted values hold separators, and bytes behind backslashes") {
  CHECK(read(";a=\"b;c=d, e\"") == "a=b;c=d, e");
  CHECK(read(";a=\"\"") == "a=");
  CHECK(read(";a=\"q\\\"\\\\\\x\"") == "a=q\"\\x");
  CHECK(read(";a=\"\xc3\xa4\"") == "a=\xc3\xa4");
}

TEST_CASE("what is no parameter ends the reading") {
  for (const std::string_view bad :
       {"a=b", ";a", ";a=", ";=b", ";a =b", ";a= b", ";a=b c=d", ";a=\"b", ";a=\"b\\\"",
        ";a=\"b\"c", ";a=b\"c\"", ";a=(b)", ";a==b", ";a=\"\n\"", ";a=\"\\\x01\"", ";a,=b"}) {
    CAPTURE(bad);
    CHECK(read(bad).ends_with(" !"));
  }
  CHECK(read(";a=b;c") == "a=b !");
  CHECK(read(";a=\"b\"\"c\"") == "a=b !");
}

TEST_CASE("after a malformed one there are no more") {
  parameter_reader reader(";a b;c=d");
  parameter p;
  CHECK_FALSE(reader.next(p));
  CHECK_FALSE(reader.next(p));
  CHECK(reader.malformed());
}

TEST_CASE("the type and its parameters") {
  CHECK(without_parameters("text/html ; charset=utf-8") == "text/html");
  CHECK(without_parameters(" text/html") == "text/html");
  CHECK(without_parameters("") == "");
  CHECK(only_parameters("text/html ; charset=utf-8") == "; charset=utf-8");
  CHECK(only_parameters("text/html") == "");
}
