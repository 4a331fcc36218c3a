// SPDX-License-Identifier: BSL-1.0

#include "features/name_pattern.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

namespace asio_httpd::features {
namespace {

TEST_CASE("patterns of names") {
  struct row {
    const char* pattern;
    const char* path;
    bool fits;
  };
  const row rows[] = {
      {"a.js", "a.js", true},
      {"a.js", "A.js", false},
      {"a.js", "b/a.js", true},
      {"a.js", "a.jsx", false},
      {"a.js", "a.j", false},
      {"*.js", "a.js", true},
      {"*.js", "deep/down/a.min.js", true},
      {"*.js", ".js", true},
      {"*", "anything", true},
      {"*~", "draft.txt~", true},
      {"*~", "draft.txt", false},
      {"?.css", "a.css", true},
      {"?.css", "ab.css", false},
      {"*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", false},
      {"assets/*", "assets/a.js", true},
      {"assets/*", "assets/deep/a.js", false},
      {"assets/*", "my/assets/a.js", false},
      {"assets/**", "assets/deep/a.js", true},
      {"assets/**", "assets", false},
      {"**/assets/*.js", "my/own/assets/a.js", true},
      {"**/assets/*.js", "my/own/assets/deep/a.js", false},
      {"**/assets/*.js", "assets/a.js", true},
      {"**/assets/*.js", "myassets/a.js", false},
      {"x**/b", "x1/2/b", true},
      {"x**/b", "xb", false},
      {"**a**/b", "a1/ab", false},
      {"**a**/b", "1a2/3/b", true},
      {"a/**/b", "a/b", true},
      {"a/**/b", "a/1/2/b", true},
      {"a/**/b", "a/1/2/3", false},
      {"**/x/*/y", "x/x/1/y", true},
      {"**/x/*/y", "x/y", false},
      {"**/x/*/y", "a/x/1/2/x/1/y", true},
      {"*.{hash}.js", "app.1a2b3c4d.js", true},
      {"*.{hash}.*", "chunk.main.1a2b3c4d5e6f.min.js", true},
      {"*-{hash}.js", "index-DiwrgTda.js", true},
      {"*-{hash}.js", "my-index-8f00b204.js", true},
      {"*-{hash}.js", "index-overview.js", false},
      {"*-{hash}.js", "index-OVERVIEW.js", false},
      {"*-{hash}.js", "index-20241231.js", false},
      {"*-{hash}.js", "index-1a2b3c4.js", false},
      {"*-{hash}.js", "index-1a2b3c4d", false},
      {"{hash}", "d41d8cd98f00b204e9800998ecf8427e", true},
  };
  for (const row& r : rows) {
    INFO(std::string(r.pattern), " and ", std::string(r.path));
    CHECK(name_pattern(r.pattern).matches(r.path) == r.fits);
  }
}

TEST_CASE("a hash has at most 64 letters and digits") {
  CHECK(name_pattern("{hash}").matches(std::string(32, 'a') + std::string(32, '1')));
  CHECK_FALSE(name_pattern("{hash}").matches(std::string(33, 'a') + std::string(32, '1')));
}

TEST_CASE("patterns that are none") {
  for (const char* text : {"", "/a", "{", "a}", "{name}", "{hash"}) {
    INFO(std::string(text));
    CHECK_THROWS_AS(name_pattern{text}, std::invalid_argument);
  }
}

TEST_CASE("what is hidden hides what is below it") {
  const name_policy policy(false, {"*~", "private", "a/b/**"});
  CHECK(policy.hides("draft~"));
  CHECK(policy.hides("private"));
  CHECK(policy.hides("private/key.pem"));
  CHECK(policy.hides("x/private/key.pem"));
  CHECK(policy.hides("a/b/c"));
  CHECK(policy.hides("a/b"));  // which would be empty
  CHECK_FALSE(policy.hides("a/bc"));
  CHECK_FALSE(policy.hides("a"));
  CHECK_FALSE(policy.hides("privateer"));
  CHECK_FALSE(policy.hides(""));
}

TEST_CASE("what a folder shows") {
  const name_policy policy(false, {"*~", "a/secret"});
  CHECK(policy.shows("", "file"));
  CHECK(policy.shows("", ".well-known"));
  CHECK_FALSE(policy.shows("", ".git"));
  CHECK_FALSE(policy.shows("", "."));
  CHECK_FALSE(policy.shows("", "file~"));
  CHECK_FALSE(policy.shows("a", "secret"));
  CHECK(policy.shows("b", "secret"));
  const name_policy open(true, {});
  CHECK(open.shows("", ".git"));
  CHECK_FALSE(open.shows("", ".."));
  CHECK_FALSE(open.shows("", ".upload-0123456789abcdef"));
}

}  // namespace
}  // namespace asio_httpd::features
