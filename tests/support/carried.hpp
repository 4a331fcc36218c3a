// SPDX-License-Identifier: BSL-1.0
//
// Tests that use the test kit run several times: over pipes in memory, over sockets, TLS, HTTP/2
// and HTTP/2 on TLS (carrier_of_environment.cpp, and the labels `sockets`, `tls`, `h2`, `h2tls`).
// These marks say which ones do not:
//
//   TEST_CASE("what is chunked" * test_support::http1_only) {

#pragma once

#include "testing/carrier.hpp"

#include <doctest/doctest.h>

#include <string_view>

namespace test_support {

// Of a test that counts what goes into a pipe or how fast, or uses up more ports than there are.
inline const doctest::test_suite in_memory_only("in memory only");

// Of a test that is about HTTP/1.x itself: malformed text, the transfer coding, Connection, Host,
// pipelining, HTTP/1.0, or another upgrade than that to WebSocket. It runs over TLS as well.
inline const doctest::test_suite http1_only("HTTP/1 only");

inline bool over_http2() {
  return asio_httpd::testing::is_http2(asio_httpd::testing::carriage::of_new_servers.speaks);
}

// Why a connection ends of which an exchange is cut, or a WebSocket has ended: over HTTP/1 for that
// reason. Over HTTP/2 only the stream ends; then the gateway, whose client could ask no more on
// what would be a broken connection, leaves.
inline std::string_view ends_as(std::string_view reason) {
  return over_http2() ? "client_done" : reason;
}

}  // namespace test_support
