// SPDX-License-Identifier: BSL-1.0
//
// Requests that switch to another protocol, which gets the connection and the bytes behind them.

#include "support/server_harness.hpp"

#include <asio_httpd/asio_httpd.hpp>
#include <asio_httpd/stream.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>

using namespace asio_httpd;
using namespace std::chrono_literals;
using boost::asio::awaitable;
using test_support::get;
using test_support::replies_in;
using test_support::server_harness;

namespace {

router with_upgrade(std::string& seen) {
  auto protocol =
      std::make_shared<const stream_handler>(stream_handler{[&seen](stream s) -> awaitable<void> {
        for (;;) {
          const std::string line = co_await s.read_until('\n');
          if (line.empty()) co_return;
          seen += line;
          co_await s.write("<" + line.substr(0, line.size() - 1) + ">");
          if (line == "quit\n") co_return;
        }
      }});
  router routes;
  routes.get("/lines", [protocol] {
    response switching;
    switching.upgrade("lines", protocol);
    return switching;
  });
  routes.get("/", [] { return "hello"; });
  return routes;
}

constexpr std::string_view upgrade = "Connection: upgrade\r\nUpgrade: lines\r\n";

}  // namespace

TEST_CASE("an upgrade hands the stream over, with the bytes that are there already" *
          test_support::http1_only) {
  std::string seen;
  server_harness h(with_upgrade(seen));
  auto c = h.connect();
  const std::string got = h.ask(c, get("/lines", upgrade) + "one\ntw");
  CHECK(got.starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
  CHECK(replies_in(got).at(0).field("Upgrade") == "lines");
  CHECK(replies_in(got).at(0).field("Connection") == "upgrade");
  CHECK(got.ends_with("\r\n\r\n<one>"));
  CHECK(h.ask(c, "o\n") == "<two>");
  CHECK(h.ask(c, "quit\nGET / HTTP/1.1\r\n\r\n") == "<quit>");
  CHECK(c.is_closed());
  CHECK(h.ends() == "upgraded");
}

TEST_CASE("an upgrade behind pipelined requests" * test_support::http1_only) {
  std::string seen;
  server_harness h(with_upgrade(seen));
  auto c = h.connect();
  const std::string got = h.ask(c, get("/") + get("/lines", upgrade) + "x\n");
  CHECK(got.starts_with("HTTP/1.1 200"));
  CHECK(got.ends_with("<x>"));
}

TEST_CASE("an upgrade that was not asked for is 426, with the name of the protocol" *
          test_support::http1_only) {
  std::string seen;
  server_harness h(with_upgrade(seen));
  auto c = h.connect();
  const auto answers = replies_in(h.ask(c, get("/lines") + get("/")));
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].status == 426);
  CHECK(answers[0].field("Upgrade") == "lines");  // RFC 9110 section 15.5.22: MUST
  CHECK(answers[1].status == 200);
  CHECK(seen.empty());
}

TEST_CASE("an upgraded stream is under the deadline for idle connections, and under drain" *
          test_support::http1_only) {
  std::string seen;
  server_harness h(with_upgrade(seen));
  auto c = h.connect();
  h.ask(c, get("/lines", upgrade));
  SUBCASE("idle") {
    h.advance(59s);
    CHECK_FALSE(c.is_closed());
    h.advance(2s);
    CHECK(h.ends() == "idle_timeout");
  }
  SUBCASE("drain") {
    h.stop(1h);
    h.poll();
    CHECK(h.ends() == "drained");
    CHECK(h.stopped());
  }
  CHECK(c.is_closed());
}
