// SPDX-License-Identifier: BSL-1.0
//
// Accept: the example of RFC 9110 section 12.5.1, weights, specificity, and what is malformed.

#include <asio_httpd/negotiation.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace asio_httpd;

namespace {

constexpr std::string_view html = "text/html";
constexpr std::string_view json = "application/json";
constexpr std::string_view plain = "text/plain";

std::string_view chosen(std::string_view accept) {
  return negotiate(accept, {plain, html, json});
}

// Whether `high` is liked better than `low`, whichever stands first.
bool prefers(std::string_view accept, std::string_view high, std::string_view low) {
  return negotiate(accept, {low, high}) == high && negotiate(accept, {high, low}) == high;
}

}  // namespace

TEST_CASE("who asks for nothing, or anything, gets the first") {
  CHECK(chosen("") == plain);
  CHECK(chosen(" , ") == plain);
  CHECK(chosen("*/*") == plain);
  CHECK(chosen("text/*, application/*") == plain);
  CHECK(negotiate("*/*", std::array<std::string_view, 0>()).empty());
}

TEST_CASE("what browsers and clients send") {
  CHECK(chosen("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
               "image/apng,*/*;q=0.8") == html);
  CHECK(chosen("application/json, text/plain, */*") == plain);
  CHECK(chosen("application/json") == json);
  CHECK(chosen("image/png") == "");
}

TEST_CASE("the weights of RFC 9110 section 12.5.1") {
  constexpr std::string_view accept =
      "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, "
      "text/plain;format=fixed;q=0.4, */*;q=0.5";
  const std::vector<std::pair<std::string_view, int>> weights = {{"text/plain;format=flowed", 10},
                                                                 {"text/plain", 7},
                                                                 {"image/jpeg", 5},
                                                                 {"text/plain;format=fixed", 4},
                                                                 {"text/html;level=3", 3}};
  for (std::size_t i = 1; i < weights.size(); ++i) {
    CAPTURE(weights[i].first);
    CHECK(prefers(accept, weights[i - 1].first, weights[i].first));
  }
}

TEST_CASE("the more specific range counts, wherever it stands") {
  CHECK(prefers("text/html;q=0.1, */*", json, html));
  CHECK(prefers("*/*, text/html;q=0.1", json, html));
  CHECK(prefers("text/*;q=0.1, text/html", html, plain));
  CHECK(prefers("*/*;q=0.9, text/*;q=0.1", json, html));
  CHECK(prefers("text/html;level=1, text/html;q=0.2", "text/html; level=1", html));
  CHECK(prefers("text/html;q=0.2, text/html;q=0.8, text/plain;q=0.5", html, plain));
  CHECK(prefers("text/html;q=0.8, text/html;q=0.2, text/plain;q=0.5", html, plain));
}

TEST_CASE("a weight of 0 is never") {
  CHECK(chosen("text/plain;q=0") == "");
  CHECK(chosen("text/plain;q=0, */*") == html);
  CHECK(chosen("*/*;q=0") == "");
  CHECK(chosen("*/*;q=0.000, text/html;q=0.001") == html);
  CHECK(chosen("text/*;q=0, */*") == json);
}

TEST_CASE("weights have up to three digits and compare as numbers") {
  CHECK(prefers("text/html;q=0.9, text/plain;q=0.899", html, plain));
  CHECK(prefers("text/html;q=0.10, text/plain;q=0.099", html, plain));
  CHECK(prefers("text/html;q=1.000, text/plain;q=0.999", html, plain));
  CHECK(prefers("text/html;Q=1., text/plain;q=0.", html, "a/b") == true);
  CHECK(chosen("text/html;q=0.5, text/plain;q=0.50") == plain);
  CHECK(prefers("text/html ; q=0.2, text/plain\t;\tq=0.1", html, plain));
}

TEST_CASE("case does not matter, and quotes do not") {
  CHECK(chosen("TEXT/Html") == html);
  CHECK(negotiate("text/html;Charset=UTF-8", {"text/html; charset=utf-8"}) != "");
  CHECK(negotiate("text/html;charset=\"utf-8\"", {"text/html; charset=utf-8"}) != "");
  CHECK(negotiate("text/html;charset=\"u\\tf-8\"", {"text/html; charset=utf-8"}) != "");
  CHECK(negotiate("text/html;a=\"x, text/plain\"", {plain}) == "");
}

TEST_CASE("a range with parameters asks for them, a candidate may have more") {
  CHECK(negotiate("text/html;level=1", {html}) == "");
  CHECK(negotiate("text/html", {"text/html;level=1"}) != "");
  CHECK(negotiate("text/html;a=1;b=2", {"text/html;b=2;c=3;a=1"}) != "");
  CHECK(negotiate("text/html;a=1;b=2", {"text/html;b=2;c=3"}) == "");
}

TEST_CASE("a malformed range is ignored, as if it were not there") {
  for (const std::string_view bad : {"text",
                                     "text/",
                                     "/html",
                                     "*",
                                     "*/html",
                                     "text/html/x",
                                     "te xt/html",
                                     "text/html q=1",
                                     "text/html;q",
                                     "text/html;q=",
                                     "text/html;q=2",
                                     "text/html;q=1.001",
                                     "text/html;q=0.1234",
                                     "text/html;q=.5",
                                     "text/html;q=-1",
                                     "text/html;q=0,5;",
                                     "text/html;q=1x",
                                     "text/html;q=01",
                                     "text/html;q=\"1\"",
                                     "text/html;level",
                                     "text/html;=1",
                                     "text/html;q=0.x",
                                     "text/html;q=1.01"}) {
    CAPTURE(bad);
    const bool is_one_range = bad.find(',') == std::string_view::npos;
    if (is_one_range) CHECK(chosen(bad) == plain);
    CHECK(chosen(std::string(bad) + ", application/json") == json);
    CHECK(chosen("application/json, " + std::string(bad)) == json);
  }
  CHECK(chosen("application/json, text/html;a=\"") == json);  // what came before an open quote
}

TEST_CASE("what follows the weight is of older versions and ignored") {
  CHECK(prefers("text/html;q=0.5;ext=1, text/plain;q=0.4", html, plain));
  CHECK(chosen("text/html;q=0;level=1") == "");
}

TEST_CASE("a candidate that is no media type is never chosen") {
  CHECK(negotiate("*/*", {"text", "", "*", html}) == html);
}

TEST_CASE("the Accept lines of a request are one list") {
  fields f;
  f.append(field::accept, "text/plain;q=0.5");
  f.append(field::accept, "application/json;q=0.6, text/html;q=0.1");
  CHECK(negotiate(request(method::get, "/", f), {plain, html, json}) == json);
  CHECK(negotiate(request(), {plain, html}) == plain);
  fields one;
  one.set(field::accept, "text/html");
  CHECK(negotiate(request(method::get, "/", one), {plain, html}) == html);
}
