// SPDX-License-Identifier: BSL-1.0

#include <asio_httpd/rate_limit.hpp>
#include <asio_httpd/router.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "features/bucket_table.hpp"
#include "support/ask_router.hpp"

using namespace asio_httpd;
using namespace std::chrono_literals;
using features::bucket_table;
using test_support::made_up_peer;

namespace {

class site {
 public:
  explicit site(rate_limit_options options) {
    routes_.use(rate_limit(std::move(options)));
    routes_.get("/", [] { return "x"; });
  }
  response ask(const std::string& from, std::chrono::nanoseconds at = {},
               std::string target = "/") {
    return test_support::ask(routes_, method::get, std::move(target), {}, made_up_peer(from, at));
  }
  bool admits(const std::string& from, std::chrono::nanoseconds at = {}) {
    return ask(from, at).status() == status::ok;
  }
  int admitted(const std::string& from, int asked, std::chrono::nanoseconds at = {}) {
    int count = 0;
    for (int i = 0; i < asked; ++i) count += admits(from, at) ? 1 : 0;
    return count;
  }

 private:
  router routes_;
};

bucket_table::time_point at(std::chrono::nanoseconds t) {
  return bucket_table::time_point(1h) + t;
}

}  // namespace

TEST_CASE("so many at once, then at the rate") {
  site s({.requests = 10, .per = 1s, .burst = 3});
  CHECK(s.admitted("192.0.2.1", 5) == 3);
  CHECK(s.admitted("192.0.2.1", 2, 99ms) == 0);
  CHECK(s.admitted("192.0.2.1", 2, 100ms) == 1);
  CHECK(s.admitted("192.0.2.1", 2, 350ms) == 2);
  CHECK(s.admitted("192.0.2.1", 9, 10s) == 3);  // it is full, and no fuller
}

TEST_CASE("a refusal says how long to wait, in whole seconds, and then lets in") {
  site s({.requests = 2, .per = 5s});
  CHECK(s.admitted("192.0.2.1", 2) == 2);
  const response refused = s.ask("192.0.2.1");
  CHECK(refused.status() == status::too_many_requests);
  CHECK(refused.fields().get(field::retry_after) == "3");
  CHECK(refused.text() == "429 Too Many Requests\n");
  CHECK(s.ask("192.0.2.1", 1600ms).fields().get(field::retry_after) == "1");
  CHECK(s.admits("192.0.2.1", 3s));
}

TEST_CASE("each address has its own bucket; of IPv6 each network") {
  site s({.requests = 1, .per = 1min});
  CHECK(s.admits("192.0.2.1"));
  CHECK(s.admits("192.0.2.2"));
  CHECK_FALSE(s.admits("192.0.2.1"));
  CHECK(s.admits("2001:db8:0:1::1"));
  CHECK_FALSE(s.admits("2001:db8:0:1:ffff::2"));
  CHECK(s.admits("2001:db8:0:2::1"));
  CHECK(s.admits("unix"));
  CHECK_FALSE(s.admits("unix"));
}

TEST_CASE("requests without a route count, too") {
  site s({.requests = 1, .per = 1min});
  CHECK(s.ask("192.0.2.1", 0s, "/none").status() == status::not_found);
  CHECK(s.ask("192.0.2.1", 0s, "/none").status() == status::too_many_requests);
}

TEST_CASE("a key of one's own; who has none is not limited") {
  site s(
      {.requests = 1, .per = 1min, .key = [](const request& r) { return std::string(r.query()); }});
  CHECK(s.ask("a", 0s, "/?x").status() == status::ok);
  CHECK(s.ask("b", 0s, "/?x").status() == status::too_many_requests);
  CHECK(s.ask("a", 0s, "/?y").status() == status::ok);
  CHECK(s.admitted("a", 5) == 5);
}

TEST_CASE("copies share their buckets, each call has its own") {
  const middleware shared = rate_limit({.requests = 1, .per = 1min});
  router routes;
  routes.get("/a", [] { return "a"; }).use(shared);
  routes.get("/b", [] { return "b"; }).use(shared);
  routes.get("/c", [] { return "c"; }).use(rate_limit({.requests = 1, .per = 1min}));
  const auto status_of = [&](const char* target) {
    return test_support::ask(routes, method::get, target).status();
  };
  CHECK(status_of("/a") == status::ok);
  CHECK(status_of("/b") == status::too_many_requests);
  CHECK(status_of("/c") == status::ok);
}

TEST_CASE("the table is bounded: the bucket that was left alone longest goes") {
  bucket_table table(1s, 1, 1);  // eight places
  CHECK(table.take("first", at(0s)) == 0ns);
  CHECK(table.take("first", at(1ms)) != 0ns);
  for (int i = 0; i < 7; ++i) table.take(std::to_string(i), at(2ms));
  CHECK(table.take("first", at(3ms)) != 0ns);
  table.take("one more", at(4ms));
  CHECK(table.take("0", at(5ms)) != 0ns);
  CHECK(table.take("first", at(5ms)) == 0ns);
}

TEST_CASE("time that stands still or goes back gives no tokens") {
  bucket_table table(1s, 2, 100);
  CHECK(table.take("x", at(10s)) == 0ns);
  CHECK(table.take("x", at(5s)) != 0ns);
  CHECK(table.take("x", at(10s)) == 0ns);
  CHECK(table.take("x", at(10s)) == 1s);
}

TEST_CASE("several threads take no more than there is") {
  bucket_table table(1h, 1000, 16);
  std::atomic<int> taken = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < 500; ++j) taken += table.take("x", at(0s)) == 0ns ? 1 : 0;
      });
    }
  }
  CHECK(taken == 1000);
}

TEST_CASE("numbers that cannot be are refused") {
  CHECK_THROWS_AS(rate_limit({.requests = 0}), std::invalid_argument);
  CHECK_THROWS_AS(rate_limit({.per = 0s}), std::invalid_argument);
  CHECK_THROWS_AS(rate_limit({.per = -1s}), std::invalid_argument);
  CHECK_THROWS_AS(rate_limit({.requests = 100, .per = 99ns}), std::invalid_argument);
  CHECK_THROWS_AS(rate_limit({.per = 24h * 400}), std::invalid_argument);
  CHECK_THROWS_AS(rate_limit({.requests = 1, .per = 24h, .burst = 1000}), std::invalid_argument);
  CHECK_THROWS_AS(rate_limit({.keys = 0}), std::invalid_argument);
}
