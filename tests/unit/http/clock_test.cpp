// SPDX-License-Identifier: BSL-1.0
//
// The clock that stands still until it is moved, and the real one.

#include <asio_httpd/clock.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <vector>

using namespace asio_httpd;
using namespace std::chrono_literals;

TEST_CASE("a manual clock stands still until it is advanced") {
  manual_clock c;
  CHECK(c.is_manual());
  const auto begin = c.now();
  CHECK(c.now() == begin);
  CHECK(c.unix_time() == 784111777);  // Sun, 06 Nov 1994 08:49:37 GMT
  c.advance(1500ms);
  CHECK(c.now() - begin == 1500ms);
  CHECK(c.unix_time() == 784111778);
  c.advance(500ms);
  CHECK(c.unix_time() == 784111779);
}

TEST_CASE("whoever waits is called when the time has moved, until the token goes") {
  manual_clock c;
  std::vector<clock::duration> seen;
  const auto begin = c.now();
  auto token = c.on_advance([&] { seen.push_back(c.now() - begin); });
  auto second = c.on_advance([&] { seen.push_back(clock::duration(-1)); });
  c.advance(1s);
  CHECK(seen == std::vector<clock::duration>{1s, clock::duration(-1)});
  token.reset();
  c.advance(1s);
  CHECK(seen.size() == 3);
  second.reset();
  c.advance(1s);
  CHECK(seen.size() == 3);
}

TEST_CASE("a call-back may give up its own token and ask for another") {
  manual_clock c;
  int calls = 0;
  std::shared_ptr<void> token;
  token = c.on_advance([&] {
    ++calls;
    token = c.on_advance([&] { calls += 10; });
  });
  c.advance(1s);
  CHECK(calls == 1);
  c.advance(1s);
  CHECK(calls == 11);
}

TEST_CASE("a token may outlive its clock") {
  std::shared_ptr<void> token;
  {
    manual_clock c;
    token = c.on_advance([] {});
  }
  token.reset();
}

TEST_CASE("the real clock goes on by itself") {
  const auto source = system_clock_source();
  CHECK_FALSE(source->is_manual());
  CHECK(source->on_advance([] {}) == nullptr);
  CHECK(source == system_clock_source());
  const auto first = source->now();
  CHECK(source->now() >= first);
  CHECK(source->unix_time() > 1600000000);
}
