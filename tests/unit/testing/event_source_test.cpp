// SPDX-License-Identifier: BSL-1.0
//
// A client for server-sent events, against answers that are written by hand and end as they are
// told to.

#include "support/carried.hpp"

#include <asio_httpd/testing.hpp>

#include <asio_httpd/stream.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <doctest/doctest.h>

#include <deque>
#include <string>

using namespace asio_httpd;
using namespace std::chrono_literals;
using boost::asio::awaitable;
using testing::event_source;

namespace {

constexpr std::string_view head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
    "Transfer-Encoding: chunked\r\n\r\n";

std::string chunk(std::string_view text) {
  return std::string(1, "0123456789abcdef"[text.size() / 16]) +
         std::string(1, "0123456789abcdef"[text.size() % 16]) + "\r\n" + std::string(text) + "\r\n";
}

// A server that reads a request, sends what it was given, and waits for the end of the connection.
class scripted {
 public:
  std::string requests;
  std::deque<std::string> answers;
  bool ends = false;
  std::chrono::milliseconds pause{};

  testing::server s{stream_handler{[this](stream peer) { return serve(std::move(peer)); }}};

 private:
  awaitable<void> serve(stream peer) {
    std::string line;
    while (line != "\r\n") {
      line = co_await peer.read_until('\n');
      if (line.empty()) co_return;
      requests += line;
    }
    if (pause != 0ms) {
      boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, pause);
      co_await timer.async_wait(boost::asio::use_awaitable);
    }
    const std::string answer = answers.front();
    answers.pop_front();
    co_await peer.write(answer);
    if (!ends) co_await peer.read_until('\n');
  }
};

}  // namespace

TEST_CASE("events come as they are sent" * test_support::http1_only) {
  scripted served;
  served.answers = {std::string(head) + chunk("data: a\n\nda") + chunk("ta: b\n\n:hm\nretry: 5\n")};
  event_source events(served.s, "/ticks", {{"Cookie", "c=d"}});
  CHECK(served.requests ==
        "GET /ticks HTTP/1.1\r\nHost: test\r\nCookie: c=d\r\nAccept: text/event-stream\r\n\r\n");
  CHECK(events.head().status() == status::ok);
  CHECK(events.receive_event().data == "a");
  CHECK(events.next()->data == "b");
  CHECK_FALSE(events.next());
  CHECK(events.stream().take_comments().size() == 1);
  CHECK(events.stream().retry() == 5ms);
  CHECK_FALSE(events.is_closed());
}

TEST_CASE("an event that comes in real time is waited for" * test_support::http1_only) {
  scripted served;
  served.pause = 5ms;
  served.answers = {std::string(head) + chunk("data: a\n\n")};
  event_source events(served.s, "/");
  CHECK(events.receive_event().data == "a");
}

TEST_CASE("the stream ends, or breaks: what came before is there" * test_support::http1_only) {
  scripted served;
  SUBCASE("with its last chunk") {
    served.answers = {std::string(head) + chunk("data: a\n\ndata: b") + "0\r\n\r\n"};
  }
  SUBCASE("in the middle") {
    served.ends = true;
    served.answers = {std::string(head) + chunk("data: a\n\ndata: b") + "5\r\nda"};
  }
  event_source events(served.s, "/");
  CHECK(events.receive_event().data == "a");
  CHECK(events.is_closed());
  CHECK_THROWS_WITH_AS(
      events.receive_event(),
      doctest::Contains("no event came from GET /, and the stream is closed. What came of the "
                        "next:\n  data: b"),
      testing::error);
}

TEST_CASE("where no event comes, the error says so" * test_support::http1_only) {
  scripted served;
  served.s.patience(0ms);
  served.answers = {std::string(head) + chunk(": nothing\n")};
  event_source events(served.s, "/");
  CHECK_THROWS_WITH_AS(events.receive_event(), "no event came from GET /, and the stream is open",
                       testing::error);
}

TEST_CASE("a client that connects again says which event it had last" * test_support::http1_only) {
  scripted served;
  served.answers = {std::string(head) + chunk("id: 7\ndata: a\n\n"),
                    std::string(head) + chunk("data: b\n\n")};
  event_source events(served.s, "/");
  CHECK(events.receive_event().id == "7");
  served.requests.clear();
  events.reconnect();
  CHECK(served.requests ==
        "GET / HTTP/1.1\r\nHost: test\r\nAccept: text/event-stream\r\nLast-Event-ID: 7\r\n\r\n");
  const auto e = events.receive_event();
  CHECK(e.data == "b");
  CHECK(e.id == "7");
  served.s.poll();
  CHECK(served.s.closed("handler_requested") == 1);  // the first connection
}

TEST_CASE("what is no event stream is refused, and shown" * test_support::http1_only) {
  scripted served;
  SUBCASE("another status") {
    served.answers = {"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nwhat?"};
    CHECK_THROWS_WITH_AS(event_source(served.s, "/x"),
                         "GET /x is no event stream\nHTTP/1.1 404 Not Found\nContent-Length: "
                         "5\n\n  what?",
                         testing::error);
  }
  SUBCASE("another type") {
    served.answers = {"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n"};
    CHECK_THROWS_AS(event_source(served.s, "/x"), testing::error);
  }
  SUBCASE("a type that begins the same") {
    served.answers = {
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-streams\r\nContent-Length: 0\r\n\r\n"};
    CHECK_THROWS_AS(event_source(served.s, "/x"), testing::error);
  }
}
