// SPDX-License-Identifier: BSL-1.0

#include <asio_httpd/attributes.hpp>
#include <asio_httpd/request.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "http/request_access.hpp"
#include "support/allocation_counter.hpp"

using namespace asio_httpd;

namespace {

struct user {
  std::string name;
};
struct visits {
  int count;
};

}  // namespace

TEST_CASE("values are told apart by their type") {
  attributes a;
  CHECK(a.get<user>() == nullptr);
  CHECK(a.set(user{"ada"}).name == "ada");
  a.set(visits{3});
  REQUIRE(a.get<user>() != nullptr);
  CHECK(a.get<user>()->name == "ada");
  CHECK(a.get<visits>()->count == 3);
  a.set(user{"grace"});
  CHECK(a.get<user>()->name == "grace");
  a.get<visits>()->count = 4;
  CHECK(a.get<visits>()->count == 4);
}

TEST_CASE("what is cleared is destroyed, and its room allocates nothing again") {
  attributes a;
  auto shared = std::make_shared<int>(1);
  a.set(std::weak_ptr<int>());
  a.set(std::shared_ptr<int>(shared));
  CHECK(shared.use_count() == 2);
  a.clear();
  CHECK(shared.use_count() == 1);
  CHECK(a.get<std::shared_ptr<int>>() == nullptr);
  const std::size_t before = test_support::allocations_of_this_thread();
  a.set(std::shared_ptr<int>(shared));
  CHECK(test_support::allocations_of_this_thread() == before);
  CHECK(shared.use_count() == 2);
}

TEST_CASE("they end with the request") {
  request r(method::get, "/");
  const request& seen = r;
  seen.attributes().set(visits{1});
  request_access::clear(r);
  CHECK(seen.attributes().get<visits>() == nullptr);
}
