// SPDX-License-Identifier: BSL-1.0
//
// Tests that use the test kit run several times: over pipes in memory, over sockets, TLS, HTTP/2
// and HTTP/2 on TLS (carrier_of_environment.cpp, and the labels `sockets`, `tls`, `h2`, `h2tls`).
// These marks say which ones do not:
//
//   TEST_CASE("what is chunked" * test_support::http1_only) {

#pragma once

#include <doctest/doctest.h>

namespace test_support {

// Of a test that counts what goes into a pipe or how fast, or uses up more ports than there are.
inline const doctest::test_suite in_memory_only("in memory only");

// Of a test that is about HTTP/1.x itself: malformed text, the transfer coding, Connection, Host,
// pipelining, HTTP/1.0, or another upgrade than that to WebSocket. It runs over TLS as well.
inline const doctest::test_suite http1_only("HTTP/1 only");

}  // namespace test_support
