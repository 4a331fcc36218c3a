// SPDX-License-Identifier: BSL-1.0
//
// The stream that a protocol's handler owns.

#include <asio_httpd/stream.hpp>

#include "support/server_harness.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <stdexcept>
#include <string>

using namespace asio_httpd;
using boost::asio::awaitable;
using test_support::server_harness;

TEST_CASE("read_some takes what is there, and 0 at the end" * test_support::http1_only) {
  std::string seen;
  server_harness h(stream_handler{[&](stream s) -> awaitable<void> {
    char data[4];
    for (;;) {
      const std::size_t n = co_await s.read_some(data, sizeof data);
      seen += std::to_string(n) + ":" + std::string(data, n) + " ";
      if (n == 0) co_return;
    }
  }});
  auto c = h.connect();
  h.ask(c, "abcdef");
  h.ask(c, "g");
  c.shutdown_send();
  h.poll();
  CHECK(seen == "4:abcd 2:ef 1:g 0: ");
  CHECK(c.is_closed());
}

TEST_CASE("read_until gives lines, keeps the rest, and is bounded" * test_support::http1_only) {
  std::string seen;
  server_harness h(stream_handler{[&](stream s) -> awaitable<void> {
    try {
      for (;;) {
        const std::string line = co_await s.read_until('\n', 10);
        seen += "[" + line + "]";
        if (line.empty()) co_return;
      }
    } catch (const boost::system::system_error& e) {
      seen += e.code() == boost::asio::error::message_size ? "too long" : e.what();
    }
  }});
  auto c = h.connect();
  SUBCASE("lines") {
    h.ask(c, "a\nbc\nd");
    CHECK(seen == "[a\n][bc\n]");
    h.ask(c, "e\n");
    c.shutdown_send();
    h.poll();
    CHECK(seen == "[a\n][bc\n][de\n][]");
  }
  SUBCASE("exactly the limit") {
    h.ask(c, "123456789\n");
    CHECK(seen == "[123456789\n]");
  }
  SUBCASE("too long, with its end") {
    h.ask(c, "1234567890\n");
    CHECK(seen == "too long");
  }
  SUBCASE("too long, without") {
    h.ask(c, "12345");
    h.ask(c, "67890");
    CHECK(seen == "too long");
  }
}

TEST_CASE("write sends all of it, as the peer takes it" * test_support::http1_only) {
  const std::string large(1024 * 1024, 'y');
  server_harness h(stream_handler{[&](stream s) -> awaitable<void> { co_await s.write(large); }});
  auto c = h.connect();
  CHECK(h.receive(c) == large);
  CHECK(h.ends() == "handler_requested");
}

TEST_CASE("a handler that throws is a line in the log and a count" * test_support::http1_only) {
  for (const bool with_text : {false, true}) {
    server_harness h(stream_handler{[with_text](stream) -> awaitable<void> {
      if (with_text) throw std::runtime_error("it broke");
      throw 7;
      co_return;
    }});
    auto c = h.connect();
    h.poll();
    CHECK(c.is_closed());
    CHECK(h.ends() == "internal_error");
    CHECK(h.report().requests.handler_errors == 1);
    REQUIRE(h.log().size() == 1);
    CHECK(h.log()[0] == "error: 127.0.0.1:40000: handler of the stream" +
                            std::string(with_text ? ": it broke" : " threw"));
  }
}

TEST_CASE("a stream that is kept after its handler is closed, and says so" *
          test_support::http1_only) {
  std::optional<stream> kept;
  server_harness h(stream_handler{[&](stream s) -> awaitable<void> {
    kept.emplace(std::move(s));
    co_return;
  }});
  auto c = h.connect();
  h.poll();
  CHECK(c.is_closed());
  REQUIRE(kept);
  CHECK(kept->is_draining());
  CHECK(kept->remote_address().empty());
  CHECK(kept->remote_port() == 0);
}

TEST_CASE("a stream knows its peer and whether the server is stopping" * test_support::http1_only) {
  std::string peer;
  bool draining = true;
  server_harness h(stream_handler{[&](stream s) -> awaitable<void> {
    peer = s.remote_address() + ":" + std::to_string(s.remote_port());
    draining = s.is_draining();
    co_return;
  }});
  h.connect();
  CHECK(peer == "127.0.0.1:40000");
  CHECK_FALSE(draining);
}
