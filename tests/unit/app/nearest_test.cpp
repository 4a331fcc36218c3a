// SPDX-License-Identifier: BSL-1.0

#include "nearest.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace asio_httpd::app;

TEST_CASE("edit distance") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("abc", "") == 3);
  CHECK(edit_distance("threads", "threads") == 0);
  CHECK(edit_distance("thread", "threads") == 1);    // one more
  CHECK(edit_distance("threaads", "threads") == 1);  // one less
  CHECK(edit_distance("thruads", "threads") == 1);   // another
  CHECK(edit_distance("htreads", "threads") == 1);   // swapped
  CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("the nearest is suggested") {
  constexpr std::array<std::string_view, 4> keys = {"listen", "threads", "limits", "log_level"};
  CHECK(nearest("thread", keys) == "threads");
  CHECK(nearest("lisen", keys) == "listen");
  CHECK(nearest("limit", keys) == "limits");
  CHECK(nearest("loglevel", keys) == "log_level");
}

TEST_CASE("nothing is suggested where nothing is near") {
  constexpr std::array<std::string_view, 3> keys = {"listen", "threads", "at"};
  CHECK(nearest("banana", keys) == "");
  CHECK(nearest("x", keys) == "");
  CHECK(nearest("", keys) == "");
  CHECK(nearest(std::string(10'000, 'a'), keys) == "");
  CHECK(nearest("threads", {}) == "");
}
