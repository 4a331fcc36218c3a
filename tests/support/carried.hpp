// SPDX-License-Identifier: BSL-1.0
//
// Tests that use the test kit run several times: over pipes in memory, over sockets, TLS, HTTP/2
// and HTTP/2 on TLS (carrier_of_environment.cpp, and the labels `sockets`, `tls`, `h2`, `h2tls`).
// These marks say which ones do not, and what there is below says what holds over all of them:
//
//   TEST_CASE("what is chunked" * test_support::http1_only) {

#pragma once

#include "testing/carrier.hpp"

#include <asio_httpd/testing/server.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace test_support {

// Of a test that counts what goes into a pipe or how fast, or uses up more ports than there are.
inline const doctest::test_suite in_memory_only("in memory only");

// Of a test that is about HTTP/1.x itself: malformed text, the transfer coding, Connection, Host,
// pipelining, HTTP/1.0, or another upgrade than that to WebSocket. It runs over TLS as well.
inline const doctest::test_suite http1_only("HTTP/1 only");

// Of a test that speaks HTTP/2 by itself, frame by frame. It runs over TLS as well.
inline const doctest::test_suite http2_itself("HTTP/2 itself");

inline bool over_http2() {
  return asio_httpd::testing::is_http2(asio_httpd::testing::carriage::of_new_servers.speaks);
}

// Why a connection ends with an exchange that was answered, or with a WebSocket that was closed:
// over HTTP/1 for that reason. Over HTTP/2 only the stream ends (that of a WebSocket by END_STREAM,
// as TCP by FIN: RFC 8441 section 5), the connection goes on, and has its end when its client
// leaves.
inline std::string_view ends_as(std::string_view reason) {
  return over_http2() ? "client_done" : reason;
}

// How the exchanges of a server were cut: over HTTP/1 why their connections ended. Over HTTP/2 the
// errors of their streams (RST_STREAM), and then their connections' ends.
inline std::string end_of(asio_httpd::testing::server& of) {
  std::string made;
  if (over_http2()) {
    const auto told = of.report().http2;
    for (const auto& [error, count] : told.errors) {
      if (count != 0) made.append(error).append(", ");
    }
    if (told.reset != 0) made += "reset by the client, ";
  }
  return made + of.ends();
}

// The same of one that ends for that reason. Over HTTP/2 its gateway, whose client can ask no more
// on what would be a broken connection, leaves then.
inline std::string cut_as(std::string_view reason) {
  if (!over_http2()) return std::string(reason);
  if (reason == "client_aborted") return "reset by the client, client_done";
  const bool is_our_fault = reason == "internal_error" || reason == "content_changed";
  return is_our_fault ? "INTERNAL_ERROR, client_done" : "CANCEL, client_done";
}

}  // namespace test_support
