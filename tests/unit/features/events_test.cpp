// SPDX-License-Identifier: BSL-1.0
//
// Server-Sent Events: their text, and their life on a connection.

#include <asio_httpd/events.hpp>

#include "support/server_harness.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <doctest/doctest.h>

#include <stdexcept>

using namespace std::chrono_literals;
using namespace asio_httpd;
using namespace test_support;
using boost::asio::awaitable;

TEST_CASE("an event as text") {
  CHECK(to_text({.data = "hello"}) == "data: hello\n\n");
  CHECK(to_text({.data = ""}) == "data: \n\n");
  CHECK(to_text({.data = "a\nb\r\nc\rd"}) == "data: a\ndata: b\ndata: c\ndata: d\n\n");
  CHECK(to_text({.data = "a\n"}) == "data: a\ndata: \n\n");
  CHECK(to_text({.data = "x", .type = "note", .id = "7", .retry = 1500ms}) ==
        "event: note\nid: 7\nretry: 1500\ndata: x\n\n");
}

TEST_CASE("a type or an id is one line, so that an event cannot be split") {
  CHECK_THROWS_AS(to_text({.data = "x", .type = "a\ndata: b"}), std::invalid_argument);
  CHECK_THROWS_AS(to_text({.data = "x", .id = "a\rb"}), std::invalid_argument);
  CHECK_THROWS_AS(to_text({.data = "x", .id = std::string_view("a\0b", 3)}), std::invalid_argument);
}

namespace {

router sample() {
  router routes;
  routes.get("/events", [](const request& r) {
    return events(r, [](event_sender to) -> awaitable<void> {
      co_await to.send({.data = "after " + to.last_event_id(), .id = "8"});
      co_await to.comment("aside");
      boost::asio::steady_timer timer(to.get_executor(), 24h);
      co_await timer.async_wait(boost::asio::use_awaitable);
    });
  });
  return routes;
}

}  // namespace

TEST_CASE("events are sent at once, and begin behind the last that was seen") {
  server_harness h(sample());
  auto c = h.connect();
  const std::string answer = h.ask(c, get("/events", "Last-Event-ID: 7\r\n"));
  CHECK(answer.find("\r\nContent-Type: text/event-stream\r\n") != std::string::npos);
  CHECK(answer.find("\r\nCache-Control: no-cache\r\n") != std::string::npos);
  CHECK(answer.ends_with("id: 8\ndata: after 7\n\n\r\n9\r\n: aside\n\n\r\n"));
}

TEST_CASE("a comment shows that the connection lives") {
  server_harness h(sample());
  auto c = h.connect();
  h.ask(c, get("/events"));
  h.advance(16s);
  CHECK(h.receive(c) == "3\r\n:\n\n\r\n");
}

TEST_CASE("a server that stops tells clients to come back, each at another time") {
  server_harness h(sample());
  auto c = h.connect();
  auto d = h.connect();
  h.ask(c, get("/events"));
  h.ask(d, get("/events"));
  h.stop(10s);
  const std::string first = h.receive(c);
  const std::string second = h.receive(d);
  CHECK(first.find("\r\nretry: ") != std::string::npos);
  CHECK(first.ends_with("\n\n\r\n0\r\n\r\n"));
  CHECK(first != second);
  REQUIRE(h.stopped());
  CHECK(h.stopped()->cut == 0);
}
