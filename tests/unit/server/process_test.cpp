// SPDX-License-Identifier: BSL-1.0
//
// What the operating system says of this process.

#include "server/process.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace asio_httpd::serving;

TEST_CASE("descriptors are counted") {
  const auto before = open_descriptors();
  const int one = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  CHECK(open_descriptors() == before + 1);
  ::close(one);
  CHECK(open_descriptors() == before);
}

TEST_CASE("the limit is the soft one, and memory is some") {
  rlimit limit{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  CHECK(descriptor_limit() == limit.rlim_cur);
  CHECK(resident_memory() > 100 * 1024);
}
