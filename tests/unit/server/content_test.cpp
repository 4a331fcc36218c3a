// SPDX-License-Identifier: BSL-1.0
//
// Content that handlers read and write piece by piece, on the real loop.

#include "support/server_harness.hpp"

#include <asio_httpd/asio_httpd.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include <unistd.h>

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

response writes(std::function<awaitable<void>(body_writer)> f,
                std::optional<std::uint64_t> size = {}) {
  return streaming("text/plain", std::move(f), size);
}

std::string head_of(const std::string& answer) {
  return answer.substr(0, answer.find("\r\n\r\n") + 4);
}
std::string content_of(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

std::string post(std::string_view lines, std::string_view body = {}) {
  return request_text("POST /in HTTP/1.1", lines, body);
}

}  // namespace

// --- reading -------------------------------------------------------------------------------------

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
  CHECK(h.ends() == "request_refused");
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
  const std::string answer =
      h.ask(chunked, post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n2\r\nde\r\n"));
  CHECK(answer.starts_with("HTTP/1.1 413"));
  CHECK(seen.text == "[abc]");
  h.advance(3s);
  CHECK(h.closed("body_limit") == 2);
}

TEST_CASE("content that breaks a rule is answered and closes") {
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
    CHECK(h.ends() == "client_aborted");
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
  CHECK(h.ends() == "body_timeout");
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
  CHECK(c.at_end());
  h.advance(3s);
  CHECK(h.ends() == "request_refused");
}

TEST_CASE("who does not read stops the client: nothing piles up") {
  router routes;
  routes.post("/in", [](request_body body) -> awaitable<std::string> {
    co_await body.read();
    co_await wait_for_ever(co_await asio::this_coro::executor);
    co_return "";
  });
  server_harness h(routes);
  auto c = h.connect();
  h.ask(c, post("Content-Length: 10000000\r\n"));
  for (int i = 0; i < 100; ++i) h.ask(c, std::string(10'000, 'x'));
  CHECK(h.report().bytes.received < 100'000);
}

TEST_CASE("content goes straight into a file") {
  char name[] = "/tmp/asio_httpd_content_XXXXXX";
  const int descriptor = ::mkstemp(name);
  REQUIRE(descriptor >= 0);
  ::unlink(name);
  router routes;
  routes.post("/in", [&](request_body body) -> awaitable<std::string> {
    co_return std::to_string(co_await body.write_to(descriptor));
  });
  server_harness h(routes);
  auto c = h.connect();
  h.ask(c, post("Content-Length: 6\r\n", "abc"));
  CHECK(replies_in(h.ask(c, "def")).at(0).body == "6");
  char content[10];
  CHECK(::pread(descriptor, content, sizeof content, 0) == 6);
  CHECK(std::string(content, 6) == "abcdef");
  ::close(descriptor);
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

// --- writing -------------------------------------------------------------------------------------

TEST_CASE("content of unknown size is chunked for HTTP/1.1, with trailers") {
  router routes;
  routes.get("/out", [] {
    return writes([](body_writer out) -> awaitable<void> {
      co_await out.write("hello");
      co_await out.write("");
      co_await out.write(std::string(20, 'x'));
      out.trailers().set("X-Sum", "25");
      out.trailers().set(field::content_length, "25");
    });
  });
  server_harness h(routes);
  auto c = h.connect();
  const std::string answer = h.ask(c, get("/out"));
  CHECK(head_of(answer).find("\r\nTransfer-Encoding: chunked\r\n") != std::string::npos);
  CHECK(head_of(answer).find("Content-Length") == std::string::npos);
  CHECK(content_of(answer) == "5\r\nhello\r\n14\r\nxxxxxxxxxxxxxxxxxxxx\r\n0\r\nX-Sum: 25\r\n\r\n");
  CHECK(statuses_in(h.ask(c, get("/none"))) == "404");
}

TEST_CASE("content of unknown size ends with the connection for HTTP/1.0") {
  router routes;
  routes.get("/out", [] {
    return writes([](body_writer out) -> awaitable<void> { co_await out.write("hello"); });
  });
  server_harness h(routes);
  auto c = h.connect();
  const std::string answer =
      h.ask(c, "GET /out HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n");
  CHECK(content_of(answer) == "hello");
  CHECK(head_of(answer).find("\r\nConnection: close\r\n") != std::string::npos);
  CHECK(c.at_end());
}

TEST_CASE("content of a size that is announced goes out as it is") {
  router routes;
  routes.get("/out", [] {
    return writes([](body_writer out) -> awaitable<void> { co_await out.write("hello"); }, 5);
  });
  server_harness h(routes);
  auto c = h.connect();
  const auto answers = replies_in(h.ask(c, get("/out") + get("/out")));
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].field("Content-Length") == "5");
  CHECK(answers[1].body == "hello");
}

TEST_CASE("content that is shorter or longer than announced ends the connection") {
  router routes;
  routes.get("/short", [] {
    return writes([](body_writer out) -> awaitable<void> { co_await out.write("hell"); }, 5);
  });
  routes.get("/long", [] {
    return writes(
        [](body_writer out) -> awaitable<void> {
          co_await out.write("hello");
          co_await out.write("!");
        },
        5);
  });
  server_harness h(routes);
  auto c = h.connect();
  CHECK(content_of(h.ask(c, get("/short"))) == "hell");
  CHECK(c.at_end());
  auto d = h.connect();
  CHECK(content_of(h.ask(d, get("/long"))) == "hello");
  CHECK(d.at_end());
  CHECK(h.closed("internal_error") == 2);
  CHECK(h.log().size() == 2);
  CHECK(h.report().requests.handler_errors == 2);
}

TEST_CASE("HEAD has the head of content that is written, and runs nothing") {
  bool ran = false;
  router routes;
  routes.get("/out", [&] {
    return writes([&ran](body_writer) -> awaitable<void> {
      ran = true;
      co_return;
    });
  });
  server_harness h(routes);
  auto c = h.connect();
  const std::string answer =
      h.ask(c, request_text("HEAD /out HTTP/1.1") + request_text("HEAD /none HTTP/1.1"));
  CHECK_FALSE(ran);
  CHECK(statuses_in(answer, true) == "200 404");
}

TEST_CASE("a producer that throws ends the connection without the last chunk") {
  router routes;
  routes.get("/out", [] {
    return writes([](body_writer out) -> awaitable<void> {
      co_await out.write("hello");
      throw std::runtime_error("no more");
    });
  });
  server_harness h(routes);
  auto c = h.connect();
  CHECK(content_of(h.ask(c, get("/out"))) == "5\r\nhello\r\n");
  CHECK(c.at_end());
  CHECK(h.ends() == "internal_error");
  REQUIRE(h.log().size() == 1);
  CHECK(h.log()[0].find("content of /out: no more") != std::string::npos);
}

TEST_CASE("the head goes out where its producer waits before it writes") {
  router routes;
  routes.get("/out", [] {
    return writes(
        [](body_writer out) -> awaitable<void> { co_await wait_for_ever(out.get_executor()); });
  });
  server_harness h(routes);
  auto c = h.connect();
  CHECK(h.ask(c, get("/out")).starts_with("HTTP/1.1 200"));
  h.advance(10min);
  CHECK(h.report().connections.open == 1);
}

TEST_CASE("a reader that stops holds its producer, at the cost of one piece" *
          test_support::in_memory_only) {
  int written = 0;
  router routes;
  routes.get("/out", [&] {
    return writes([&written](body_writer out) -> awaitable<void> {
      const std::string piece(1000, 'x');
      for (;; ++written) co_await out.write(piece);
    });
  });
  server_harness h(routes, {.deadlines = {.write = 10s}});
  auto c = h.connect();
  c.set_capacity(5000);
  c.send(get("/out"));
  h.poll();
  CHECK(written < 6);
  const int before = written;
  CHECK(c.receive(3000).size() == 3000);
  h.poll();
  CHECK(written > before);
  h.advance(11s);
  CHECK(h.ends() == "write_timeout");
}

TEST_CASE("a producer whose client leaves is cancelled") {
  for (const bool reset : {false, true}) {
    CAPTURE(reset);
    notes seen;
    router routes;
    routes.get("/out", [&] {
      return writes([&seen](body_writer out) -> awaitable<void> {
        try {
          co_await out.write("hello");
          co_await wait_for_ever(out.get_executor());
        } catch (const boost::system::system_error& e) {
          seen.cancelled = e.code() == asio::error::operation_aborted;
          throw;
        }
      });
    });
    server_harness h(routes);
    auto c = h.connect();
    h.ask(c, get("/out"));
    reset ? c.reset() : c.shutdown_send();
    h.poll();
    CHECK(seen.cancelled);
    CHECK(h.ends() == "client_aborted");
  }
}

TEST_CASE("a route's deadline holds for its content") {
  router routes;
  routes
      .get("/out",
           [] {
             return writes([](body_writer out) -> awaitable<void> {
               co_await out.write("hello");
               co_await wait_for_ever(out.get_executor());
             });
           })
      .deadline(20s);
  server_harness h(routes);
  auto c = h.connect();
  h.ask(c, get("/out"));
  h.advance(19s);
  CHECK(h.report().connections.open == 1);
  h.advance(2s);
  CHECK(h.ends() == "handler_timeout");
}

TEST_CASE("content may be written while that of the request is read") {
  router routes;
  routes.post("/in", [](request_body body) -> awaitable<response> {
    co_return writes([body](body_writer out) mutable -> awaitable<void> {
      for (;;) {
        const std::string_view piece = co_await body.read();
        if (piece.empty()) break;
        co_await out.write(piece);
      }
    });
  });
  server_harness h(routes);
  auto c = h.connect();
  CHECK(content_of(h.ask(c, post("Content-Length: 4\r\n", "ab"))) == "2\r\nab\r\n");
  CHECK(h.ask(c, "cd" + get("/none")).starts_with("2\r\ncd\r\n0\r\n\r\nHTTP/1.1 404"));
}

TEST_CASE("a writer or a body that is kept longer than its exchange is of no use") {
  std::optional<body_writer> kept_writer;
  std::optional<request_body> kept_body;
  router routes;
  routes.post("/in", [&](request_body body) -> awaitable<response> {
    kept_body = body;
    co_return writes([&](body_writer out) -> awaitable<void> {
      kept_writer = out;
      co_return;
    });
  });
  server_harness h(routes);
  auto c = h.connect();
  h.ask(c, post("Content-Length: 2\r\n", "ab"));
  REQUIRE(kept_writer);
  CHECK_FALSE(kept_body->size());
  CHECK(kept_writer->is_draining());
  std::exception_ptr error;
  asio::co_spawn(h.context(), kept_writer->write("x"), [&](std::exception_ptr e) { error = e; });
  h.poll();
  CHECK_THROWS_AS(std::rethrow_exception(error), boost::system::system_error);
  CHECK(statuses_in(h.ask(c, get("/none"))) == "404");
}

TEST_CASE("a heartbeat is sent while nothing else is") {
  router routes;
  routes.get("/out", [] {
    return writes([](body_writer out) -> awaitable<void> {
      out.heartbeat("beat", 10s);
      co_await out.write("hello");
      co_await wait_for_ever(out.get_executor());
    });
  });
  server_harness h(routes);
  auto c = h.connect();
  h.ask(c, get("/out"));
  h.advance(9s);
  CHECK(h.receive(c).empty());
  h.advance(2s);
  CHECK(h.receive(c) == "4\r\nbeat\r\n");
  h.advance(11s);
  CHECK(h.receive(c) == "4\r\nbeat\r\n");
}

TEST_CASE("content with a farewell ends with it when the server stops") {
  notes seen;
  router routes;
  routes.get("/out", [&] {
    return writes([&seen](body_writer out) -> awaitable<void> {
      out.farewell("bye");
      co_await out.write("hello");
      try {
        co_await wait_for_ever(out.get_executor());
      } catch (const boost::system::system_error&) {
        seen.cancelled = true;
        throw;
      }
    });
  });
  server_harness h(routes);
  auto c = h.connect();
  h.ask(c, get("/out"));
  h.stop(10s);
  CHECK(h.receive(c) == "3\r\nbye\r\n0\r\n\r\n");
  CHECK(seen.cancelled);
  REQUIRE(h.stopped());
  CHECK(h.stopped()->cut == 0);
}

// --- blocking ------------------------------------------------------------------------------------

TEST_CASE("a handler that blocks runs elsewhere, and answers as any other") {
  std::thread::id elsewhere;
  router routes;
  routes
      .get("/slow/{id}",
           [&](int id) {
             elsewhere = std::this_thread::get_id();
             if (id == 0) throw http_error(status::conflict, "none of these");
             return std::to_string(id);
           })
      .blocking();
  CHECK_THROWS_AS(routes.get("/no", []() -> awaitable<std::string> { co_return ""; }).blocking(),
                  std::logic_error);
  testing::server s(routes);
  CHECK(s.get("/slow/7").text() == "7");
  CHECK(elsewhere != std::this_thread::get_id());
  CHECK(s.get("/slow/0").status() == status::conflict);
  CHECK(s.get("/slow/x").status() == status::not_found);
}

// A coroutine that has not waited yet and is cancelled ends like any other.
TEST_CASE("content for a client that has gone before its first byte") {
  bool threw = false;
  router routes;
  routes.get("/", [&] {
    return writes([&](body_writer to) -> awaitable<void> {
      try {
        co_await to.write(std::string(100'000, 'x'));
        co_await to.write(std::string(100'000, 'x'));
      } catch (const boost::system::system_error&) {
        threw = true;
        throw;
      }
    });
  });
  server_harness h(routes);
  auto c = h.connect();
  c.drop_after(get("/").size() + 10);
  c.send(get("/"));
  h.poll();
  CHECK(threw);
  CHECK(h.ends() == "client_aborted");
}

TEST_CASE("a client that leaves behind bytes that nobody reads is noticed") {
  router routes;
  routes.get("/", [] {
    return writes([](body_writer to) -> awaitable<void> {
      co_await to.write("a");
      boost::asio::steady_timer timer(to.get_executor(), 24h);
      co_await timer.async_wait(boost::asio::use_awaitable);
    });
  });
  server_harness h(routes);
  auto c = h.connect();
  c.send(get("/") + "G");
  h.advance(60s);
  CHECK(h.ends().empty());
  c.shutdown_send();
  h.advance(20s);
  CHECK(h.ends() == "client_aborted");
}

TEST_CASE("content of a detached route goes on where its client sends no more") {
  router routes;
  routes
      .get("/",
           [] {
             return writes([](body_writer to) -> awaitable<void> {
               to.heartbeat(".", 10s);
               boost::asio::steady_timer timer(to.get_executor(), 24h);
               co_await timer.async_wait(boost::asio::use_awaitable);
             });
           })
      .detached();
  server_harness h(routes);
  auto c = h.connect();
  c.send(get("/"));
  c.shutdown_send();
  h.advance(25s);
  CHECK(h.ends().empty());
  CHECK(content_of(h.receive(c)).find('.') != std::string::npos);
}
