// SPDX-License-Identifier: BSL-1.0
//
// Content that handlers read piece by piece, on the real loop.

#include "support/scratch_folder.hpp"
#include "support/server_harness.hpp"

#include <asio_httpd/asio_httpd.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include <fcntl.h>

using namespace std::chrono_literals;
using namespace asio_httpd;
using namespace test_support;
namespace asio = boost::asio;
using boost::asio::awaitable;

namespace {

// What the handlers of a test have seen.
struct notes {
  std::string text;
  bool cancelled = false;
};

// Answers with the pieces that it read, "[ab][c]", and how it ended.
auto reads_all(notes& seen) {
  return [&seen](request_body body) -> awaitable<std::string> {
    std::string pieces;
    try {
      for (;;) {
        const std::string_view piece = co_await body.read();
        if (piece.empty()) break;
        seen.text.append("[").append(piece).append("]");
        pieces.append(piece);
      }
    } catch (const boost::system::system_error& e) {
      seen.cancelled = e.code() == asio::error::operation_aborted;
      throw;
    }
    co_return pieces;
  };
}

awaitable<void> wait_for_ever(asio::any_io_executor executor) {
  asio::steady_timer timer(executor, 24h);
  co_await timer.async_wait(asio::use_awaitable);
}

std::string post(std::string_view lines, std::string_view body = {}) {
  return request_text("POST /in HTTP/1.1", lines, body);
}

}  // namespace

TEST_CASE("a handler that reads its content gets it while it comes in") {
  notes seen;
  router routes;
  routes.post("/in", reads_all(seen));
  server_harness h(routes);
  auto c = h.connect();
  CHECK(h.ask(c, post("Content-Length: 5\r\n", "ab")).empty());
  CHECK(seen.text == "[ab]");
  CHECK(h.ask(c, "cd").empty());
  CHECK(seen.text == "[ab][cd]");
  const auto answers = replies_in(h.ask(c, "e" + get("/none")));
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].body == "abcde");
  CHECK(answers[1].status == 404);
}

TEST_CASE("chunked content and its trailers are read piece by piece") {
  std::string trailer;
  router routes;
  routes.post("/in", [&](request_body body) -> awaitable<std::string> {
    CHECK_FALSE(body.size());
    std::string all = co_await body.read_all(100);
    trailer = body.trailers().get("X-Sum");
    co_return all;
  });
  server_harness h(routes);
  auto c = h.connect();
  const std::string request =
      post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 5\r\n\r\n");
  std::string answer;
  for (const char byte : request + get("/none")) answer += h.ask(c, std::string(1, byte));
  CHECK(statuses_in(answer) == "200 404");
  CHECK(replies_in(answer)[0].body == "abcde");
  CHECK(trailer == "5");
}

TEST_CASE("100 Continue is sent when the content is read, and not before") {
  router routes;
  routes.post("/in", [](const request& r, request_body body) -> awaitable<response> {
    if (r.get("X-Key").empty()) co_return response(status::unauthorized);
    co_return text(co_await body.read_all(100));
  });
  server_harness h(routes);
  const std::string lines = "Content-Length: 2\r\nExpect: 100-continue\r\n";
  auto refused = h.connect();
  CHECK(h.ask(refused, post(lines)).starts_with("HTTP/1.1 401"));
  h.advance(3s);
  CHECK(h.ends() == (test_support::over_http2() ? "" : "request_refused"));
  auto taken = h.connect();
  CHECK(h.ask(taken, post(lines + "X-Key: 1\r\n")) == "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(replies_in(h.ask(taken, "ok")).at(0).body == "ok");
}

TEST_CASE("a handler's route limits the whole; what passes it is answered 413") {
  notes seen;
  router routes;
  routes.post("/in", reads_all(seen)).body_limit(4);
  server_harness h(routes);
  auto announced = h.connect();
  CHECK(h.ask(announced, post("Content-Length: 5\r\n")).starts_with("HTTP/1.1 413"));
  CHECK(seen.text.empty());
  auto chunked = h.connect();
  CHECK(h.ask(chunked, post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n")).empty());
  CHECK(h.ask(chunked, "2\r\nde\r\n").starts_with("HTTP/1.1 413"));
  CHECK(seen.text == "[abc]");
  h.advance(3s);
  CHECK(h.ends() == (test_support::over_http2() ? "" : "body_limit 2"));
}

TEST_CASE("content that breaks a rule is answered and closes" * test_support::http1_only) {
  notes seen;
  router routes;
  routes.post("/in", reads_all(seen));
  server_harness h(routes);
  auto c = h.connect();
  CHECK(h.ask(c, post("Transfer-Encoding: chunked\r\n", "3\r\nabcX")).starts_with("HTTP/1.1 400"));
  h.advance(3s);
  CHECK(h.ends() == "parse_error");
  CHECK(seen.text == "[abc]");
}

TEST_CASE("a client that leaves in the middle of its content cancels the reading") {
  for (const bool reset : {false, true}) {
    CAPTURE(reset);
    notes seen;
    router routes;
    routes.post("/in", reads_all(seen));
    server_harness h(routes);
    auto c = h.connect();
    h.ask(c, post("Content-Length: 5\r\n", "ab"));
    reset ? c.reset() : c.shutdown_send();
    h.poll();
    CHECK(seen.cancelled);
    CHECK(test_support::end_of(h) ==
          (reset ? "client_aborted" : test_support::cut_as("client_aborted")));
  }
}

TEST_CASE("a client that leaves once its content is read cancels what comes then") {
  bool cancelled = false;
  router routes;
  routes.post("/in", [&](request_body body) -> awaitable<std::string> {
    co_await body.read_all(10);
    try {
      co_await wait_for_ever(co_await asio::this_coro::executor);
    } catch (const boost::system::system_error&) {
      cancelled = true;
      throw;
    }
    co_return "";
  });
  server_harness h(routes);
  auto c = h.connect();
  h.ask(c, post("Content-Length: 2\r\n", "a"));
  h.ask(c, "b");
  c.reset();
  h.poll();
  CHECK(cancelled);
  CHECK(h.ends() == "client_aborted");
}

TEST_CASE("content must come in at the body rate while it is waited for") {
  notes seen;
  router routes;
  routes.post("/in", reads_all(seen));
  server_harness h(routes, {.deadlines = {.body = 10s, .body_rate = 100, .handler = 1h}});
  SUBCASE("nothing at all") {
    auto c = h.connect();
    h.ask(c, post("Content-Length: 5000\r\n", "ab"));
    h.advance(11s);
    CHECK(h.receive(c).starts_with("HTTP/1.1 408"));
  }
  SUBCASE("a byte now and then") {
    auto c = h.connect();
    h.ask(c, post("Content-Length: 5000\r\n", "ab"));
    std::string answer;
    for (int i = 0; i < 12 && answer.empty(); ++i) {
      h.advance(1s);
      answer = h.ask(c, "x");
    }
    CHECK(answer.starts_with("HTTP/1.1 408"));
  }
  CHECK(h.ends() == (test_support::over_http2() ? "" : "body_timeout"));
  CHECK(seen.cancelled);
}

TEST_CASE("content that comes in fast enough may take long") {
  notes seen;
  router routes;
  routes.post("/in", reads_all(seen));
  server_harness h(routes, {.deadlines = {.body = 10s, .body_rate = 100, .handler = 5s}});
  auto c = h.connect();
  h.ask(c, post("Content-Length: 30000\r\n"));
  std::string answer;
  for (int i = 0; i < 60; ++i) {
    CHECK(answer.empty());
    h.advance(1s);
    answer = h.ask(c, std::string(500, 'x'));
  }
  CHECK(answer.starts_with("HTTP/1.1 200"));
}

TEST_CASE("content that a handler leaves unread is dropped, or closes the connection") {
  router routes;
  routes.post("/in", [](request_body) -> awaitable<std::string> { co_return "done"; });
  server_harness h(routes);
  auto c = h.connect();
  const std::string bytes = post("Content-Length: 5\r\n", "abc");
  CHECK(statuses_in(h.ask(c, bytes)) == "200");
  CHECK(statuses_in(h.ask(c, "de" + get("/none"))) == "404");
  CHECK(statuses_in(h.ask(c, post("Content-Length: 10000000\r\n", "abc"))) == "200");
  const bool goes_on = test_support::over_http2();
  CHECK(c.at_end() == !goes_on);
  h.advance(3s);
  CHECK(h.ends() == (goes_on ? "" : "request_refused"));
}

TEST_CASE("who does not read stops the client: nothing piles up") {
  router routes;
  routes.post("/in", [](request_body body) -> awaitable<std::string> {
    co_await body.read();
    co_await wait_for_ever(co_await asio::this_coro::executor);
    co_return "";
  });
  server_harness h(routes, {.limits = {.stream_window = 65'535}});
  auto c = h.connect();
  h.ask(c, post("Content-Length: 10000000\r\n"));
  for (int i = 0; i < 100; ++i) h.ask(c, std::string(10'000, 'x'));
  CHECK(h.report().bytes.received < 100'000);
}

TEST_CASE("content goes straight into a file") {
  const scratch_folder folder;
  const std::string path = folder.write("content", "");
  const file opened(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  REQUIRE(opened.is_open());
  router routes;
  routes.post("/in", [&](request_body body) -> awaitable<std::string> {
    co_return std::to_string(co_await body.write_to(opened.descriptor()));
  });
  server_harness h(routes);
  auto c = h.connect();
  h.ask(c, post("Content-Length: 6\r\n", "abc"));
  CHECK(replies_in(h.ask(c, "def")).at(0).body == "6");
  CHECK(read_file(path) == "abcdef");
}

TEST_CASE("a request that is whole already is read in one piece") {
  router routes;
  routes.post("/in", [](const request& r) -> awaitable<std::string> {
    auto body = r.open_body();
    co_return co_await body.read_all(10) + std::to_string(*body.size());
  });
  server_harness h(routes);
  auto c = h.connect();
  CHECK(replies_in(h.ask(c, post("Content-Length: 3\r\n", "abc"))).at(0).body == "abc3");
}
