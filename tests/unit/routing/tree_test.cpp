// SPDX-License-Identifier: BSL-1.0
//
// The match tree: precedence, parameters, methods, hosts, conflicts, and a comparison with a
// matcher that is too simple to be wrong.

#include "routing/tree.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <map>
#include <numeric>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/path.hpp"
#include "routing/pattern.hpp"
#include "support/allocation_counter.hpp"

using namespace asio_httpd::routing;
using asio_httpd::method;
using asio_httpd::method_set;
using asio_httpd::http::path;
using asio_httpd::http::path_error;

namespace {

struct request {
  std::string target;
  method verb = method::get;
  std::string host = "example.com";
};

// A look-up with all that it needs to live, and its result in words.
struct look_up {
  look_up(const tree& routes, request asked) : asked_(std::move(asked)) {
    REQUIRE(path_.parse(asked_.target) == path_error::none);
    result = routes.find(asked_.host, asked_.verb, path_, values);
  }

  match_result result;
  parameters values;

 private:
  request asked_;
  path path_;
};

tree tree_of(std::initializer_list<std::string_view> patterns,
             std::optional<method> verb = method::get) {
  tree routes;
  std::uint32_t number = 0;
  for (const std::string_view pattern : patterns) routes.insert("", verb, pattern, number++);
  routes.compile();
  return routes;
}

std::string names(method_set allowed) {
  std::string text;
  for (std::size_t i = 0; i < asio_httpd::method_count; ++i) {
    const auto verb = static_cast<method>(i);
    if (allowed.contains(verb)) text.append(text.empty() ? "" : " ").append(to_string(verb));
  }
  return text;
}

// "/users/{id} 7" for a match, "404", "405 GET HEAD OPTIONS", "OPTIONS GET HEAD OPTIONS". The
// number of a route is its place in the order of insertion here.
std::string answer(const tree& routes, request asked) {
  const look_up found(routes, std::move(asked));
  switch (found.result.outcome) {
    case match_outcome::not_found:
      return "404";
    case match_outcome::method_not_allowed:
      return "405 " + names(found.result.allowed);
    case match_outcome::options:
      return "OPTIONS " + names(found.result.allowed);
    case match_outcome::found:
      break;
  }
  std::string text = routes.routes()[found.result.route].pattern;
  for (const std::string_view value : found.values) text.append(" ").append(value);
  return text;
}

std::string answer(const tree& routes, std::string target) {
  return answer(routes, request{std::move(target), method::get, "example.com"});
}

std::string answer(const tree& routes, method verb, std::string target) {
  return answer(routes, request{std::move(target), verb, "example.com"});
}

std::string conflict(const std::vector<registered_route>& routes) {
  tree made;
  try {
    for (const registered_route& r : routes) made.insert(r.host, r.verb, r.pattern, r.route);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("a tree without routes finds nothing") {
  tree routes;
  CHECK(answer(routes, "/") == "404");
  routes.compile();
  CHECK(answer(routes, "/") == "404");
  CHECK(answer(routes, method::options, "/a/b") == "404");
}

TEST_CASE("literal routes") {
  const tree routes =
      tree_of({"/", "/a", "/a/b", "/a/c", "/static/logo.png", "/a b", "/caf\xc3\xa9"});
  for (const std::string_view pattern : {"/", "/a", "/a/b", "/a/c", "/static/logo.png", "/a b"}) {
    CHECK(answer(routes, std::string(pattern)) == pattern);
  }
  CHECK(answer(routes, "/%61") == "/a");
  CHECK(answer(routes, "/a%20b") == "/a b");
  CHECK(answer(routes, "/caf%C3%A9") == "/caf\xc3\xa9");
  for (const char* target :
       {"/A", "/b", "/a/d", "/a/b/c", "/static", "/static/logo.pn", "/aa", "//"}) {
    CAPTURE(target);
    CHECK(answer(routes, target) == "404");
  }
}

TEST_CASE("segments of every length are told apart") {
  tree routes;
  std::vector<std::string> patterns;
  for (std::size_t length = 1; length <= 40; ++length) {
    for (const std::size_t changed : {std::size_t{0}, length / 2, length - 1}) {
      std::string pattern = "/" + std::string(length, 'a');
      pattern[1 + changed] = 'b';
      if (std::find(patterns.begin(), patterns.end(), pattern) == patterns.end()) {
        patterns.push_back(pattern);
      }
    }
  }
  for (const std::string& pattern : patterns) routes.insert("", method::get, pattern, 0);
  routes.compile();
  for (const std::string& pattern : patterns) {
    CHECK(look_up(routes, {pattern}).result.outcome == match_outcome::found);
    std::string other = pattern;
    for (std::size_t i = 1; i < pattern.size(); ++i) {
      other[i] = 'c';
      CHECK(answer(routes, other) == "404");
      other[i] = pattern[i];
    }
  }
}

TEST_CASE("a slash at the end counts") {
  const tree routes = tree_of({"/a", "/b/", "/c", "/c/", "/{x}/", "/d/{x}", "/e/{x}/"});
  CHECK(answer(routes, "/a") == "/a");
  CHECK(answer(routes, "/a/") == "/{x}/ a");
  CHECK(answer(routes, "/b") == "404");
  CHECK(answer(routes, "/b/") == "/b/");
  CHECK(answer(routes, "/c") == "/c");
  CHECK(answer(routes, "/c/") == "/c/");
  CHECK(answer(routes, "/d/1") == "/d/{x} 1");
  CHECK(answer(routes, "/d/1/") == "404");
  CHECK(answer(routes, "/e/1") == "404");
  CHECK(answer(routes, "/e/1/") == "/e/{x}/ 1");
}

TEST_CASE("empty segments match exactly") {
  const tree routes = tree_of({"/a//b", "/a/{x}/b", "/{x}", "//"});
  CHECK(answer(routes, "/a//b") == "/a//b");
  CHECK(answer(routes, "/a/b") == "404");
  CHECK(answer(routes, "/a///b") == "404");
  CHECK(answer(routes, "//") == "//");
  CHECK(answer(routes, "/") == "404");
}

TEST_CASE("a parameter is one segment that is not empty") {
  const tree routes = tree_of({"/users/{id}", "/users/{id}/posts"});
  CHECK(answer(routes, "/users/7") == "/users/{id} 7");
  CHECK(answer(routes, "/users/7/posts") == "/users/{id}/posts 7");
  CHECK(answer(routes, "/users/") == "404");
  CHECK(answer(routes, "/users") == "404");
  CHECK(answer(routes, "/users//posts") == "404");
  CHECK(answer(routes, "/users/7/8") == "404");
}

TEST_CASE("values are decoded") {
  const tree routes = tree_of({"/say/{what}", "/{a}/{b}/{rest...}"});
  CHECK(answer(routes, "/say/good%20morning") == "/say/{what} good morning");
  CHECK(answer(routes, "/say/50%25") == "/say/{what} 50%");
  CHECK(answer(routes, "/say/%7Bwhat%7D") == "/say/{what} {what}");
  CHECK(answer(routes, "/x%2By/z/1%2C/2") == "/{a}/{b}/{rest...} x+y z 1,/2");
}

TEST_CASE("an encoded slash stays within its segment") {
  const tree routes = tree_of({"/files/{name}", "/files/{name}/meta", "/files/a/b"});
  CHECK(answer(routes, "/files/a%2Fb") == "/files/{name} a/b");
  CHECK(answer(routes, "/files/a%2fmeta") == "/files/{name} a/meta");
  CHECK(answer(routes, "/files%2fa") == "404");
  CHECK(answer(routes, "/files/a/b") == "/files/a/b");
}

TEST_CASE("threat 16: traversal by order of decoding is over before routes are matched") {
  const tree routes = tree_of({"/admin/{page}", "/public/{rest...}"});
  CHECK(answer(routes, "/public/../admin/x") == "/admin/{page} x");
  CHECK(answer(routes, "/public/%2e%2e/admin/x") == "/admin/{page} x");
  CHECK(answer(routes, "/public/%252e%252e/admin/x") == "/public/{rest...} %2e%2e/admin/x");
  CHECK(answer(routes, "/public/..%2fadmin/x") == "/public/{rest...} ../admin/x");
  CHECK(answer(routes, "/../public/a") == "/public/{rest...} a");
}

TEST_CASE("numbers") {
  const tree routes = tree_of({"/n/{x:int}", "/u/{x:uint}", "/b/{x:int}", "/b/{x:uint}"});
  CHECK(answer(routes, "/n/-5") == "/n/{x:int} -5");
  CHECK(answer(routes, "/n/9223372036854775807") == "/n/{x:int} 9223372036854775807");
  CHECK(answer(routes, "/n/9223372036854775808") == "404");
  CHECK(answer(routes, "/n/1x") == "404");
  CHECK(answer(routes, "/n/") == "404");
  CHECK(answer(routes, "/n/%31") == "/n/{x:int} 1");
  CHECK(answer(routes, "/u/18446744073709551615") == "/u/{x:uint} 18446744073709551615");
  CHECK(answer(routes, "/u/-5") == "404");
  CHECK(answer(routes, "/b/5") == "/b/{x:uint} 5");
  CHECK(answer(routes, "/b/-5") == "/b/{x:int} -5");
}

TEST_CASE("the rest: the folder with its slash and everything below") {
  const tree routes = tree_of({"/files/{rest...}", "/all/{kind}/{rest...}"});
  CHECK(answer(routes, "/files") == "404");
  CHECK(answer(routes, "/files/") == "/files/{rest...} ");
  CHECK(answer(routes, "/files/a") == "/files/{rest...} a");
  CHECK(answer(routes, "/files/a/") == "/files/{rest...} a/");
  CHECK(answer(routes, "/files/a/b//c") == "/files/{rest...} a/b//c");
  CHECK(answer(routes, "/files//") == "/files/{rest...} /");
  CHECK(answer(routes, "/files/x/..") == "/files/{rest...} ");
  CHECK(answer(routes, "/all/x/y/z") == "/all/{kind}/{rest...} x y/z");
  CHECK(answer(routes, "/all/x") == "404");
}

TEST_CASE("a rest at the root takes every path") {
  const tree routes = tree_of({"/{rest...}"});
  CHECK(answer(routes, "/") == "/{rest...} ");
  CHECK(answer(routes, "/a") == "/{rest...} a");
  CHECK(answer(routes, "//") == "/{rest...} /");
}

TEST_CASE("the most specific route wins") {
  const tree routes = tree_of({"/{rest...}", "/x/{rest...}", "/x/{a}", "/x/{a:int}", "/x/{a:uint}",
                               "/x/7", "/x/", "/x/{a}/y", "/x/7/z"});
  CHECK(answer(routes, "/x/7") == "/x/7");
  CHECK(answer(routes, "/x/8") == "/x/{a:uint} 8");
  CHECK(answer(routes, "/x/-8") == "/x/{a:int} -8");
  CHECK(answer(routes, "/x/eight") == "/x/{a} eight");
  CHECK(answer(routes, "/x/8/9") == "/x/{rest...} 8/9");
  CHECK(answer(routes, "/x/") == "/x/");
  CHECK(answer(routes, "/x") == "/{rest...} x");
  CHECK(answer(routes, "/") == "/{rest...} ");
  CHECK(answer(routes, "/x/7/z") == "/x/7/z");
  CHECK(answer(routes, "/x/7/y") == "/x/{a}/y 7");  // back from "7", past the two numbers
}

TEST_CASE("segments are compared from the left") {
  const tree routes = tree_of({"/a/{y}", "/{x}/b", "/a/{y}/c/{z...}", "/{x}/b/c/d"});
  CHECK(answer(routes, "/a/b") == "/a/{y} b");
  CHECK(answer(routes, "/a/b/c/d") == "/a/{y}/c/{z...} b d");
  CHECK(answer(routes, "/q/b/c/d") == "/{x}/b/c/d q");
}

TEST_CASE("ways that look good at first are left again") {
  const tree routes = tree_of(
      {"/a/b/c/d", "/a/b/{x}/e", "/a/{x}/c/f", "/{x}/b/c/g", "/{x}/{y:int}/c/h", "/{r...}"});
  CHECK(answer(routes, "/a/b/c/d") == "/a/b/c/d");
  CHECK(answer(routes, "/a/b/c/e") == "/a/b/{x}/e c");
  CHECK(answer(routes, "/a/b/c/f") == "/a/{x}/c/f b");
  CHECK(answer(routes, "/a/b/c/g") == "/{x}/b/c/g a");
  CHECK(answer(routes, "/a/5/c/h") == "/{x}/{y:int}/c/h a 5");
  CHECK(answer(routes, "/a/b/c/h") == "/{r...} a/b/c/h");
  CHECK(answer(routes, "/a/b/c") == "/{r...} a/b/c");
}

TEST_CASE("of many ways that take a path, the one that goes on to its end is found") {
  // All 256 patterns of eight segments that are "a" or a parameter, each with an end of its own.
  tree routes;
  for (std::uint32_t way = 0; way < 256; ++way) {
    std::string pattern;
    for (std::uint32_t i = 0; i < 8; ++i) {
      pattern += (way >> i & 1) == 0 ? "/a" : "/{p" + std::to_string(i) + "}";
    }
    routes.insert("", method::get, pattern + "/" + std::to_string(way), way);
  }
  routes.compile();
  for (std::uint32_t way = 0; way < 256; ++way) {
    const look_up found(routes, {"/a/a/a/a/a/a/a/a/" + std::to_string(way)});
    REQUIRE(found.result.outcome == match_outcome::found);
    CHECK(found.result.route == way);
  }
  CHECK(answer(routes, "/a/a/a/a/a/a/a/a/256") == "404");
}

TEST_CASE("deep patterns") {
  std::string deep;
  for (int i = 0; i < 255; ++i) deep += "/s";
  tree routes;
  routes.insert("", method::get, deep + "/{last}", 0);
  routes.insert("", method::get, deep + "/{last:int}/", 1);
  routes.compile();
  const look_up text(routes, {deep + "/x"});
  REQUIRE(text.result.outcome == match_outcome::found);
  CHECK(text.values[0] == "x");
  CHECK(look_up(routes, {deep + "/7/"}).result.route == 1);
  CHECK(look_up(routes, {deep}).result.outcome == match_outcome::not_found);
}

TEST_CASE("eight parameters") {
  const tree routes = tree_of({"/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h...}"});
  const look_up found(routes, {"/1/2/3/4/5/6/7/8/9"});
  REQUIRE(found.values.size() == 8);
  CHECK(found.values[6] == "7");
  CHECK(found.values[7] == "8/9");
}

TEST_CASE("every order of insertion gives the same matches") {
  const std::array<std::string_view, 6> patterns{"/a/{x}",     "/a/b",    "/{x}/b",
                                                 "/a/{x:int}", "/{r...}", "/a/{r...}"};
  const std::array<std::string_view, 9> targets{"/a/b", "/a/c", "/a/1",   "/c/b", "/c/c",
                                                "/",    "/a",   "/a/b/c", "/a/"};
  std::vector<std::size_t> order(patterns.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<std::string> expected;
  do {
    tree routes;
    for (const std::size_t i : order) {
      routes.insert("", method::get, patterns[i],
                    static_cast<std::uint32_t>(routes.routes().size()));
    }
    routes.compile();
    std::vector<std::string> answers;
    for (const std::string_view target : targets)
      answers.push_back(answer(routes, std::string(target)));
    if (expected.empty()) expected = answers;
    CHECK(answers == expected);
  } while (std::next_permutation(order.begin(), order.end()));
  CHECK(expected[0] == "/a/b");
  CHECK(expected[3] == "/{x}/b c");
}

TEST_CASE("methods of one path") {
  tree routes;
  routes.insert("", method::post, "/a", 0);
  routes.insert("", method::get, "/a", 1);
  routes.insert("", method::unsubscribe, "/a", 2);
  routes.insert("", method::put, "/b", 3);
  routes.insert("", method::delete_, "/{x}", 4);
  routes.compile();
  CHECK(look_up(routes, {"/a", method::get}).result.route == 1);
  CHECK(look_up(routes, {"/a", method::post}).result.route == 0);
  CHECK(look_up(routes, {"/a", method::unsubscribe}).result.route == 2);
  CHECK(look_up(routes, {"/a", method::delete_}).result.route == 4);
  CHECK(look_up(routes, {"/b", method::put}).result.route == 3);
}

TEST_CASE("a more specific path without the method does not hide the route that has it") {
  tree routes;
  routes.insert("", method::get, "/users/me", 0);
  routes.insert("", method::delete_, "/users/{id}", 1);
  routes.insert("", method::put, "/users/{id:int}", 2);
  routes.insert("", method::post, "/{rest...}", 3);
  routes.compile();
  CHECK(answer(routes, method::get, "/users/me") == "/users/me");
  CHECK(answer(routes, method::delete_, "/users/me") == "/users/{id} me");
  CHECK(answer(routes, method::delete_, "/users/5") == "/users/{id} 5");
  CHECK(answer(routes, method::put, "/users/5") == "/users/{id:int} 5");
  CHECK(answer(routes, method::post, "/users/5") == "/{rest...} users/5");
  CHECK(answer(routes, method::patch, "/users/me") == "405 GET HEAD POST DELETE OPTIONS");
  CHECK(answer(routes, method::get, "/users/5") == "405 POST PUT DELETE OPTIONS");
  CHECK(answer(routes, method::get, "/elsewhere") == "405 POST OPTIONS");
}

TEST_CASE("HEAD") {
  tree routes;
  routes.insert("", method::get, "/a", 0);
  routes.insert("", method::get, "/b", 1);
  routes.insert("", method::head, "/b", 2);
  routes.insert("", method::head, "/{x}", 3);
  routes.insert("", method::post, "/c", 4);
  routes.compile();
  CHECK(look_up(routes, {"/a", method::head}).result.route == 0);  // before the less specific HEAD
  CHECK(look_up(routes, {"/b", method::head}).result.route == 2);
  CHECK(look_up(routes, {"/c", method::head}).result.route == 3);
  CHECK(answer(routes, method::get, "/c") == "405 HEAD POST OPTIONS");
  CHECK(answer(routes, method::head, "/none/at/all") == "404");
}

TEST_CASE("405 and the methods that are allowed") {
  const tree get = tree_of({"/a"});
  CHECK(answer(get, method::post, "/a") == "405 GET HEAD OPTIONS");
  CHECK(answer(get, method::post, "/b") == "404");
  const tree post = tree_of({"/a"}, method::post);
  CHECK(answer(post, method::get, "/a") == "405 POST OPTIONS");
  CHECK(answer(post, method::head, "/a") == "405 POST OPTIONS");
}

TEST_CASE("OPTIONS") {
  tree routes;
  routes.insert("", method::get, "/a", 0);
  routes.insert("", method::post, "/{x}", 1);
  routes.insert("", method::options, "/own", 2);
  routes.compile();
  CHECK(answer(routes, method::options, "/a") == "OPTIONS GET HEAD POST OPTIONS");
  CHECK(answer(routes, method::options, "/b") == "OPTIONS POST OPTIONS");
  CHECK(answer(routes, method::options, "/own") == "/own");
  CHECK(answer(routes, method::options, "/a/b") == "404");
}

TEST_CASE("any method: those without a route of their own") {
  tree routes;
  routes.insert("", std::nullopt, "/a", 0);
  routes.insert("", method::get, "/a", 1);
  routes.insert("", std::nullopt, "/b", 2);
  routes.insert("", method::get, "/{x}", 3);
  routes.compile();
  CHECK(look_up(routes, {"/a", method::get}).result.route == 1);
  CHECK(look_up(routes, {"/a", method::head}).result.route == 1);
  CHECK(look_up(routes, {"/a", method::purge}).result.route == 0);
  CHECK(look_up(routes, {"/a", method::options}).result.route == 0);
  CHECK(look_up(routes, {"/b", method::get}).result.route == 2);
  CHECK(look_up(routes, {"/b", method::head}).result.route == 2);
  CHECK(answer(routes, method::post, "/c") == "405 GET HEAD OPTIONS");
}

TEST_CASE("hosts: exact, then wildcards from the longest, then any") {
  tree routes;
  routes.insert("", method::get, "/", 0);
  routes.insert("*.example.com", method::get, "/", 1);
  routes.insert("*.eu.example.com", method::get, "/", 2);
  routes.insert("www.Example.com", method::get, "/", 3);
  routes.compile();
  const auto on = [&](std::string host) {
    return look_up(routes, {"/", method::get, std::move(host)}).result.route;
  };
  CHECK(on("www.example.com") == 3);
  CHECK(on("WWW.EXAMPLE.COM") == 3);
  CHECK(on("www.example.com.") == 3);
  CHECK(on("a.example.com") == 1);
  CHECK(on("a.b.example.com") == 1);
  CHECK(on("a.eu.example.com") == 2);
  CHECK(on("eu.example.com") == 1);
  CHECK(on("example.com") == 0);
  CHECK(on("") == 0);
}

TEST_CASE("hosts: what a more specific one lacks is found at a less specific one") {
  tree routes;
  routes.insert("", method::get, "/about", 0);
  routes.insert("", method::post, "/form", 1);
  routes.insert("*.example.com", method::get, "/{page}", 2);
  routes.insert("www.example.com", method::get, "/form", 3);
  routes.insert("www.example.com", method::put, "/about/us", 4);
  routes.compile();
  const std::string www = "www.example.com";
  CHECK(answer(routes, {"/about", method::get, www}) == "/{page} about");
  CHECK(answer(routes, {"/about", method::get, "other.org"}) == "/about");
  CHECK(answer(routes, {"/form", method::post, www}) == "/form");
  CHECK(answer(routes, {"/form", method::delete_, www}) == "405 GET HEAD POST OPTIONS");
  CHECK(answer(routes, {"/about/us", method::get, www}) == "405 PUT OPTIONS");
  CHECK(answer(routes, {"/about/us", method::get, "a.example.com"}) == "404");
}

TEST_CASE("conflicts name both routes") {
  CHECK(conflict({{"", method::get, "/users/{name}", 0}, {"", method::get, "/users/{id}", 1}}) ==
        "GET /users/{id} conflicts with GET /users/{name}: both match the same paths");
  CHECK(conflict({{"", method::get, "/a", 0}, {"", method::get, "/a", 1}}) ==
        "GET /a conflicts with GET /a: both match the same paths");
  CHECK(conflict({{"", {}, "/{x...}", 0}, {"", {}, "/{y...}", 1}}) ==
        "any method /{y...} conflicts with any method /{x...}: both match the same paths");
  CHECK(conflict({{"*.a.org", method::put, "/x", 0}, {"*.A.ORG", method::put, "/x", 1}}) ==
        "PUT /x (host *.A.ORG) conflicts with PUT /x (host *.a.org): both match the same paths");
}

TEST_CASE("what is no conflict") {
  CHECK(conflict({{"", method::get, "/{id:int}", 0},
                  {"", method::get, "/{id:uint}", 1},
                  {"", method::get, "/{id}", 2},
                  {"", method::get, "/{id...}", 3},
                  {"", method::get, "/id", 4},
                  {"", method::get, "/{id}/", 5},
                  {"", method::post, "/{id}", 6},
                  {"", {}, "/{id}", 7},
                  {"a.org", method::get, "/{id}", 8},
                  {"*.a.org", method::get, "/{id}", 9},
                  {"", method::head, "/{id}", 10}}) == "none");
}

TEST_CASE("a malformed pattern is refused with a sentence") {
  CHECK(conflict({{"", method::get, "/a{b}", 0}}) ==
        "route pattern \"/a{b}\" is malformed at position 1: "
        "a parameter is a whole segment, with no text beside its braces");
}

TEST_CASE("a host that is none is refused with a sentence") {
  CHECK(
      conflict({{"a.org:80", method::get, "/", 0}}) ==
      "\"a.org:80\" is not a host to route by: write a name without scheme and port (example.com), "
      "a wildcard (*.example.com), or nothing for any");
}

TEST_CASE("after a refusal the tree is as before") {
  tree routes;
  routes.insert("", method::get, "/a", 0);
  CHECK_THROWS_AS(routes.insert("", method::get, "/a", 1), std::invalid_argument);
  CHECK_THROWS_AS(routes.insert("", method::get, "a", 1), std::invalid_argument);
  CHECK_THROWS_AS(routes.insert("*", method::get, "/b", 1), std::invalid_argument);
  CHECK(routes.routes().size() == 1);
  routes.compile();
  CHECK(look_up(routes, {"/a"}).result.route == 0);
}

TEST_CASE("the list of routes, in the order of insertion") {
  tree routes;
  routes.insert("B.org", method::post, "/z", 30);
  routes.insert("", std::nullopt, "/a/{x}", 10);
  REQUIRE(routes.routes().size() == 2);
  CHECK(routes.routes()[0].host == "B.org");
  CHECK(routes.routes()[0].verb == method::post);
  CHECK(routes.routes()[0].pattern == "/z");
  CHECK(routes.routes()[0].route == 30);
  CHECK_FALSE(routes.routes()[1].verb.has_value());
}

TEST_CASE("routes are seen after compile, which may be called again") {
  tree routes;
  routes.insert("", method::get, "/a", 0);
  CHECK(answer(routes, "/a") == "404");
  routes.compile();
  routes.insert("", method::get, "/b", 1);
  CHECK(answer(routes, "/a") == "/a");
  CHECK(answer(routes, "/b") == "404");
  routes.compile();
  CHECK(answer(routes, "/a") == "/a");
  CHECK(answer(routes, "/b") == "/b");
}

TEST_CASE("a copy stands on its own") {
  std::optional<tree> original = tree_of({"/a/{x}"});
  tree copy = *original;
  const tree moved = std::move(*original);
  original.reset();
  copy.insert("", method::get, "/a/b", 1);
  copy.compile();
  CHECK(answer(copy, "/a/b") == "/a/b");
  CHECK(answer(moved, "/a/b") == "/a/{x} b");
}

TEST_CASE("values of an earlier match do not stay") {
  const tree routes = tree_of({"/{a}/{b}", "/x"});
  parameters values;
  path p;
  REQUIRE(p.parse("/1/2") == path_error::none);
  static_cast<void>(routes.find("", method::get, p, values));
  CHECK(values.size() == 2);
  REQUIRE(p.parse("/x") == path_error::none);
  static_cast<void>(routes.find("", method::get, p, values));
  CHECK(values.size() == 0);
  REQUIRE(p.parse("/1/2") == path_error::none);
  static_cast<void>(routes.find("", method::post, p, values));
  CHECK(values.size() == 0);
}

TEST_CASE("find does not allocate") {
  tree routes;
  routes.insert("", method::get, "/a/{x:int}/{rest...}", 0);
  routes.insert("*.example.com", method::get, "/a/b", 1);
  routes.insert("www.example.com", method::post, "/{x}/{y}", 2);
  routes.compile();
  path p;
  parameters values;
  for (const std::string_view target : {"/a/5/x/y", "/a/b", "/c/d", "/none/of/them/all"}) {
    REQUIRE(p.parse(target) == path_error::none);
    for (const std::string_view host : {"www.example.com", "A.EXAMPLE.COM", "", "other.org"}) {
      const std::size_t before = test_support::allocations_of_this_thread();
      for (const method verb : {method::get, method::post, method::options}) {
        static_cast<void>(routes.find(host, verb, p, values));
      }
      CHECK(test_support::allocations_of_this_thread() == before);
    }
  }
}

namespace {

// The rules once more, as a search through the list of all routes. A route's rank is the kind of
// each segment from the left and then of its end, so that the smallest rank is the most specific
// route.
class naive_matcher {
 public:
  explicit naive_matcher(std::span<const registered_route> routes) : routes_(routes) {}

  std::string find(method verb, const path& asked) const {
    std::map<std::string, std::vector<const registered_route*>> places;
    for (const registered_route& route : routes_) {
      const auto rank = rank_of(split(route.pattern), asked);
      if (rank) places[*rank].push_back(&route);
    }
    method_set allowed;
    for (const auto& [rank, routes] : places) {
      const registered_route* chosen = choose(routes, verb);
      if (chosen != nullptr) return chosen->pattern;
      for (const registered_route* route : routes) allow(*route, allowed);
    }
    if (places.empty()) return "404";
    return (verb == method::options ? "OPTIONS " : "405 ") + names(allowed);
  }

 private:
  static bool takes(const pattern_segment& segment, std::string_view text) {
    switch (segment.kind) {
      case segment_kind::literal:
        return segment.text == text;
      case segment_kind::integer:
        return is_integer(text);
      case segment_kind::unsigned_integer:
        return is_unsigned_integer(text);
      default:
        return !text.empty();
    }
  }

  static std::optional<std::string> rank_of(const split_pattern& pattern, const path& asked) {
    std::string rank;
    for (std::size_t i = 0; i < pattern.segments.size(); ++i) {
      const pattern_segment& segment = pattern.segments[i];
      if (segment.kind == segment_kind::rest) {
        const bool below = i < asked.size() || (i == asked.size() && asked.trailing_slash());
        return below ? std::optional(rank + "9") : std::nullopt;
      }
      if (i >= asked.size() || !takes(segment, asked[i])) return std::nullopt;
      rank += static_cast<char>('1' + static_cast<int>(segment.kind));
    }
    const bool ends = pattern.segments.size() == asked.size();
    if (!ends || pattern.trailing_slash != asked.trailing_slash()) return std::nullopt;
    return rank;
  }

  static const registered_route* choose(const std::vector<const registered_route*>& routes,
                                        method verb) {
    std::vector<std::optional<method>> wanted{verb};
    if (verb == method::head) wanted.push_back(method::get);
    wanted.push_back(std::nullopt);
    for (const auto& each : wanted) {
      for (const registered_route* route : routes) {
        if (route->verb == each) return route;
      }
    }
    return nullptr;
  }

  static void allow(const registered_route& route, method_set& allowed) {
    allowed.add(*route.verb);
    allowed.add(method::options);
    if (*route.verb == method::get) allowed.add(method::head);
  }

  std::span<const registered_route> routes_;
};

class generator {
 public:
  explicit generator(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t limit) { return random_() % limit; }

  std::string pattern() {
    std::string text;
    const std::size_t segments = below(4);
    for (std::size_t i = 0; i < segments; ++i) text += "/" + pattern_segment_text(i);
    const std::size_t end = below(6);
    if (end == 0) return text + "/{r...}";
    return text.empty() || end == 1 ? text + "/" : text;
  }

  std::string target() {
    static constexpr std::array<std::string_view, 9> texts{"a",  "b", "a",     "b", "7",
                                                           "-7", "",  "a%2fb", "c"};
    std::string text;
    const std::size_t segments = below(5);
    for (std::size_t i = 0; i < segments; ++i) text.append("/").append(texts[below(texts.size())]);
    return text.empty() || below(4) == 0 ? text + "/" : text;
  }

  std::optional<method> verb() {
    static constexpr std::array<method, 5> verbs{method::get, method::head, method::post,
                                                 method::options, method::get};
    const std::size_t which = below(verbs.size() + 1);
    return which < verbs.size() ? std::optional(verbs[which]) : std::nullopt;
  }

 private:
  std::string pattern_segment_text(std::size_t place) {
    const std::string name = "p" + std::to_string(place);
    switch (below(8)) {
      case 0:
        return "{" + name + ":int}";
      case 1:
        return "{" + name + ":uint}";
      case 2:
      case 3:
        return "{" + name + "}";
      case 4:
        return "7";
      case 5:
        return "";
      default:
        return below(2) == 0 ? "a" : "b";
    }
  }

  std::mt19937 random_;
};

std::string outcome_text(const tree& routes, method verb, const path& asked) {
  parameters values;
  const match_result result = routes.find("", verb, asked, values);
  switch (result.outcome) {
    case match_outcome::not_found:
      return "404";
    case match_outcome::method_not_allowed:
      return "405 " + names(result.allowed);
    case match_outcome::options:
      return "OPTIONS " + names(result.allowed);
    case match_outcome::found:
      break;
  }
  return routes.routes()[result.route].pattern;
}

}  // namespace

TEST_CASE("generated routes: the same matches as by a search through the list") {
  generator random(20240229);
  int found = 0;
  int refused = 0;
  for (int round = 0; round < 300; ++round) {
    tree routes;
    for (std::size_t count = 1 + random.below(40); count > 0; --count) {
      try {
        routes.insert("", random.verb(), random.pattern(),
                      static_cast<std::uint32_t>(routes.routes().size()));
      } catch (const std::invalid_argument&) {
        ++refused;  // a conflict
      }
    }
    routes.compile();
    const naive_matcher naive(routes.routes());
    for (int i = 0; i < 60; ++i) {
      const std::string target = random.target();
      const method verb = random.verb().value_or(method::delete_);
      path asked;
      REQUIRE(asked.parse(target) == path_error::none);
      const std::string expected = naive.find(verb, asked);
      if (expected.front() == '/') ++found;
      CAPTURE(round);
      CAPTURE(target);
      CHECK(outcome_text(routes, verb, asked) == expected);
    }
  }
  CHECK(found > 3000);  // or the comparison says little
  CHECK(refused > 300);
}
