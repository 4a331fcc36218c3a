// SPDX-License-Identifier: BSL-1.0
//
// ASIO_HTTPD_TEST_CARRIER in the environment says how the connections of a test program are
// carried: "asio" or "poller" over sockets, "tls" over TLS, "h2" over HTTP/2, "h2tls" over HTTP/2
// on TLS. Linked into those programs that run in all these ways.

#include "testing/carrier.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

using asio_httpd::testing::carriage;
using asio_httpd::testing::socket_waiting;
using enum asio_httpd::testing::protocol;

struct named {
  std::string_view name;
  carriage how;
};

constexpr std::array<named, 5> all{{{"asio", {http1, socket_waiting::by_asio}},
                                    {"poller", {http1, socket_waiting::by_poller}},
                                    {"tls", {http1_tls}},
                                    {"h2", {http2}},
                                    {"h2tls", {http2_tls}}}};

struct chosen {
  chosen() {
    const char* const name = std::getenv("ASIO_HTTPD_TEST_CARRIER");
    if (name == nullptr) return;
    const auto at = std::ranges::find(all, std::string_view(name), &named::name);
    if (at == all.end()) {
      std::fprintf(stderr, "ASIO_HTTPD_TEST_CARRIER: not asio, poller, tls, h2 or h2tls\n");
      std::exit(EXIT_FAILURE);
    }
    carriage::of_new_servers = at->how;
  }
};

const chosen at_start;

}  // namespace
