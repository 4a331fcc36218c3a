// SPDX-License-Identifier: BSL-1.0
//
// The loop: requests, pipelines, bodies, files, upgrades and closes over a transport in memory.

#include "server/connection.hpp"

#include "support/scratch_folder.hpp"
#include "support/server_harness.hpp"
#include "support/socket_client.hpp"

#include <asio_httpd/asio_httpd.hpp>
#include <asio_httpd/stream.hpp>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <stdexcept>
#include <string>

using namespace asio_httpd;
using namespace std::chrono_literals;
using boost::asio::awaitable;
using test_support::get;
using test_support::replies_in;
using test_support::request_text;
using test_support::scratch_folder;
using test_support::server_harness;
using test_support::statuses_in;

namespace {

// Lets one coroutine wait until the test opens it.
class gate {
 public:
  awaitable<void> pass() {
    if (open_) co_return;
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, 24h);
    timer_ = &timer;
    boost::system::error_code ended;
    co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ended));
    timer_ = nullptr;
    if (!open_) throw boost::system::system_error(ended);
  }
  void open() {
    open_ = true;
    if (timer_) timer_->cancel();
  }
  bool is_waited_for() const { return timer_ != nullptr; }

 private:
  boost::asio::steady_timer* timer_ = nullptr;
  bool open_ = false;
};

router hello() {
  router routes;
  routes.get("/", [] { return "hello"; });
  routes.get("/numbers/{n}", [](int n) { return std::to_string(n); });
  routes.post("/echo", [](const request& r) { return std::string(r.body()); });
  return routes;
}

}  // namespace

TEST_CASE("a request is answered, and the connection stays") {
  server_harness h(hello());
  auto c = h.connect();
  const auto first = replies_in(h.ask(c, get("/")));
  REQUIRE(first.size() == 1);
  CHECK(first[0].status == 200);
  CHECK(first[0].body == "hello");
  CHECK(first[0].field("Date") == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(first[0].field("Server") == "asio_httpd");
  CHECK(first[0].field("Connection").empty());
  CHECK(statuses_in(h.ask(c, get("/numbers/7"))) == "200");
  CHECK(h.report().connections.open == 1);
  CHECK(h.report().connections.idle == 1);
  CHECK(h.report().requests.total == 2);
  CHECK_FALSE(c.is_closed());
}

TEST_CASE("the peer leaves between two requests") {
  server_harness h(hello());
  auto c = h.connect();
  h.ask(c, get("/"));
  c.shutdown_send();
  h.poll();
  CHECK(c.is_closed());
  CHECK(h.ends() == "client_done");
  CHECK(h.report().connections.open == 0);
  CHECK(h.report().connections.idle == 0);
}

TEST_CASE("a peer that shuts down its sending side gets its answers first") {
  server_harness h(hello());
  auto c = h.connect();
  c.send(get("/") + get("/numbers/2"));
  c.shutdown_send();
  CHECK(statuses_in(h.receive(c)) == "200 200");
  CHECK(h.ends() == "client_done");
}

TEST_CASE("the peer leaves in the middle of a head, a body, a chunk") {
  const std::string_view parts[] = {
      "GET / HTTP/1.1\r\nHo",
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab",
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
  };
  for (const auto part : parts) {
    for (const bool with_reset : {false, true}) {
      server_harness h(hello());
      auto c = h.connect();
      c.send(part);
      h.poll();
      with_reset ? c.reset() : c.shutdown_send();
      CHECK(h.receive(c).empty());
      CHECK(c.is_closed());
      CHECK(h.ends() == "client_aborted");
    }
  }
}

TEST_CASE("pipelined requests are answered in order, in one write") {
  server_harness h(hello());
  auto c = h.connect();
  std::string batch;
  std::string expected;
  for (int i = 0; i < 50; ++i) {
    batch += get("/numbers/" + std::to_string(i));
    expected += std::to_string(i) + " ";
  }
  c.send(batch);
  c.set_capacity(1024 * 1024);
  std::string all = h.receive(c);
  std::string bodies;
  for (const auto& r : replies_in(all)) bodies += r.body + " ";
  CHECK(bodies == expected);
}

TEST_CASE("bytes that come one at a time get the same answer") {
  const std::string bytes = get("/") +
                            request_text("POST /echo HTTP/1.1", "Content-Length: 4\r\n", "abcd") +
                            request_text("POST /echo HTTP/1.1", "Transfer-Encoding: chunked\r\n",
                                         "3\r\nxyz\r\n0\r\nT: 1\r\n\r\n") +
                            get("/none", "Connection: close\r\n");
  server_harness whole(hello());
  auto c = whole.connect();
  const std::string expected = whole.ask(c, bytes);
  CHECK(statuses_in(expected) == "200 200 200 404");

  server_harness slow(hello());
  auto d = slow.connect();
  std::string got;
  for (const char byte : bytes) got += slow.ask(d, {&byte, 1});
  CHECK(got == expected);
  CHECK(whole.ends() == "client_requested");
  CHECK(slow.ends() == "client_requested");
}

TEST_CASE("what is finished is not held back by a handler that waits behind it") {
  gate slow;
  router routes = hello();
  routes.get("/slow", [&](const request&) -> awaitable<std::string> {
    co_await slow.pass();
    co_return "slow";
  });
  server_harness h(routes);
  auto c = h.connect();
  CHECK(statuses_in(h.ask(c, get("/") + get("/slow") + get("/"))) == "200");
  REQUIRE(slow.is_waited_for());
  slow.open();
  const auto rest = replies_in(h.receive(c));
  REQUIRE(rest.size() == 2);
  CHECK(rest[0].body == "slow");
  CHECK(rest[1].body == "hello");
}

TEST_CASE("threat 13: pipelining behind a coroutine that waits, then the peer aborts") {
  for (const bool with_reset : {false, true}) {
    gate slow;
    router routes = hello();
    routes
        .get("/slow",
             [&](const request& r) -> awaitable<std::string> {
               co_await slow.pass();
               co_return std::string(r.target()) + std::string(r.get("Host"));
             })
        .detached();
    server_harness h(routes);
    auto c = h.connect();
    c.send(get("/slow?" + std::string(300, 'x')) + get("/") + get("/slow") + get("/"));
    h.poll();
    with_reset ? c.reset() : c.shutdown_send();
    h.poll();
    slow.open();
    CHECK(statuses_in(h.receive(c)) == (with_reset ? "" : "200 200 200 200"));
    CHECK(h.report().connections.open == 0);
  }
}

TEST_CASE("threat 13: the server stops while a coroutine runs, and is destroyed with it") {
  gate slow;
  router routes;
  routes.get("/slow", [&](const request& r) -> awaitable<std::string> {
    co_await slow.pass();
    co_return std::string(r.target());
  });
  SUBCASE("cut") {
    server_harness h(routes);
    auto c = h.connect();
    h.ask(c, get("/slow"));
    h.stop(0s);
    h.poll();
    REQUIRE(h.stopped());
    CHECK(h.stopped()->cut == 1);
    CHECK_FALSE(slow.is_waited_for());
    CHECK(c.is_closed());
  }
  SUBCASE("the executor goes away first") {
    boost::asio::io_context context;
    server s(context.get_executor(), routes, {.port = 0});
    s.start();
    context.poll();
  }
}

TEST_CASE("many coroutines that do not wait, pipelined, need no stack") {
  router routes;
  routes.get("/", []() -> awaitable<std::string> { co_return "x"; });
  server_harness h(routes);
  auto c = h.connect();
  c.set_capacity(100 * 1024 * 1024);
  std::string batch;
  for (int i = 0; i < 20000; ++i) batch += "GET / HTTP/1.1\r\nHost:\r\n\r\n";
  CHECK(replies_in(h.ask(c, batch)).size() == 20000);
}

TEST_CASE("a peer that does not read its answers: nothing more is taken up, memory is bounded") {
  std::size_t handled = 0;
  router routes;
  routes.get("/", [&] {
    ++handled;
    return std::string(1000, 'x');
  });
  server_harness h(routes, {.limits = {.pending_output = 64 * 1024}});
  auto c = h.connect();
  c.set_capacity(10 * 1024);
  std::string batch;
  for (int i = 0; i < 1000; ++i) batch += get("/");
  c.send(batch);
  const std::size_t before = handled;
  CHECK(before > 10);
  CHECK(before < 90);  // 64 KiB of answers, and the one that went over
  h.poll();
  CHECK(handled == before);
  std::string all;
  while (replies_in(all).size() < 1000) {
    const std::string piece = h.receive(c);
    REQUIRE_FALSE(piece.empty());
    all += piece;
  }
  CHECK(handled == 1000);
}

TEST_CASE("a large answer goes out in pieces, as the peer takes it") {
  std::string large(3 * 1024 * 1024, 'x');
  router routes;
  routes.get("/", [&] { return large; });
  server_harness h(routes);
  auto c = h.connect();
  const auto answers = replies_in(h.ask(c, get("/") + get("/")));
  REQUIRE(answers.size() == 2);
  CHECK((answers[0].body == large && answers[1].body == large));
}

// --- bodies --------------------------------------------------------------------------------------

TEST_CASE("bodies") {
  server_harness h(hello());
  auto c = h.connect();
  SUBCASE("of a length, in pieces") {
    CHECK(h.ask(c, request_text("POST /echo HTTP/1.1", "Content-Length: 6\r\n", "abc")).empty());
    CHECK(replies_in(h.ask(c, "def")).at(0).body == "abcdef");
  }
  SUBCASE("in chunks with extensions and trailers") {
    const auto text = request_text("POST /echo HTTP/1.1", "Transfer-Encoding: chunked\r\n",
                                   "3;a=b\r\nabc\r\n3\r\ndef\r\n0\r\nX: y\r\n\r\n");
    CHECK(replies_in(h.ask(c, text + get("/"))).at(0).body == "abcdef");
  }
  SUBCASE("larger than one read") {
    const std::string body(700 * 1024, 'b');
    const auto head = "Content-Length: " + std::to_string(body.size()) + "\r\n";
    CHECK(replies_in(h.ask(c, request_text("POST /echo HTTP/1.1", head, body))).at(0).body == body);
  }
  CHECK(statuses_in(h.ask(c, get("/"))) == "200");
}

TEST_CASE("a body that nobody wants is dropped, or ends the connection") {
  server_harness h(hello());
  auto c = h.connect();
  SUBCASE("small: dropped") {
    const auto text = request_text("POST /none HTTP/1.1", "Content-Length: 5\r\n", "abc");
    CHECK(statuses_in(h.ask(c, text)) == "404");
    CHECK(statuses_in(h.ask(c, "de" + get("/"))) == "200");
  }
  SUBCASE("small, in chunks: dropped") {
    const auto text =
        request_text("POST /none HTTP/1.1", "Transfer-Encoding: chunked\r\n", "3\r\n");
    CHECK(statuses_in(h.ask(c, text)) == "404");
    CHECK(statuses_in(h.ask(c, "abc\r\n0\r\n\r\n" + get("/"))) == "200");
  }
  SUBCASE("large: the end") {
    const auto text = request_text("POST /none HTTP/1.1", "Content-Length: 900000\r\n", "abc");
    CHECK(statuses_in(h.ask(c, text)) == "404");
    c.shutdown_send();
    h.poll();
    CHECK(h.ends() == "request_refused");
  }
}

TEST_CASE("threat 10: bodies over the limit are refused, however they are framed") {
  router routes = hello();
  routes.post("/small", [] { return "small"; }).body_limit(10);
  server_harness h(routes, {.limits = {.body = 100}});
  auto c = h.connect();
  SUBCASE("announced") {
    const auto text = request_text("POST /echo HTTP/1.1", "Content-Length: 101\r\n");
    CHECK(statuses_in(h.ask(c, text)) == "413");
  }
  SUBCASE("in chunks") {
    const auto text = request_text("POST /echo HTTP/1.1", "Transfer-Encoding: chunked\r\n",
                                   "65\r\n" + std::string(101, 'x') + "\r\n0\r\n\r\n");
    CHECK(statuses_in(h.ask(c, text)) == "413");
  }
  SUBCASE("of the route") {
    const auto text = request_text("POST /small HTTP/1.1", "Content-Length: 11\r\n");
    CHECK(statuses_in(h.ask(c, text)) == "413");
  }
  c.shutdown_send();
  h.poll();
  CHECK(h.ends() == "body_limit");
}

TEST_CASE("100 Continue is sent only where the route exists and takes the body") {
  server_harness h(hello());
  auto c = h.connect();
  const std::string expect = "Expect: 100-continue\r\nContent-Length: 5\r\n";
  SUBCASE("it does") {
    CHECK(h.ask(c, request_text("POST /echo HTTP/1.1", expect)) == "HTTP/1.1 100 Continue\r\n\r\n");
    CHECK(statuses_in(h.ask(c, "hello")) == "200");
    CHECK_FALSE(c.is_closed());
  }
  SUBCASE("the body comes at once: no need") {
    CHECK(statuses_in(h.ask(c, request_text("POST /echo HTTP/1.1", expect, "hello"))) == "200");
  }
  SUBCASE("no such route") {
    CHECK(statuses_in(h.ask(c, request_text("POST /none HTTP/1.1", expect))) == "404");
  }
  SUBCASE("not that method") {
    const auto answers = replies_in(h.ask(c, request_text("PUT / HTTP/1.1", expect)));
    CHECK(answers.at(0).status == 405);
    CHECK(answers.at(0).field("Allow") == "GET, HEAD, OPTIONS");
  }
  SUBCASE("too large") {
    const std::string large = "Expect: 100-continue\r\nContent-Length: 50000000\r\n";
    CHECK(statuses_in(h.ask(c, request_text("POST /echo HTTP/1.1", large))) == "413");
  }
  SUBCASE("another expectation") {
    CHECK(statuses_in(h.ask(c, get("/", "Expect: 200-ok\r\n"))) == "417");
  }
  SUBCASE("from 1.0, which does not know it") {
    CHECK(h.ask(c, request_text("POST /echo HTTP/1.0", expect)).empty());
    CHECK(statuses_in(h.ask(c, "hello")) == "200");
  }
}

// --- methods -------------------------------------------------------------------------------------

TEST_CASE("HEAD is GET without content") {
  server_harness h(hello());
  auto c = h.connect();
  const auto answers = replies_in(
      h.ask(c, request_text("HEAD / HTTP/1.1") + request_text("HEAD /x HTTP/1.1")), true);
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].status == 200);
  CHECK(answers[0].field("Content-Length") == "5");
  CHECK(answers[1].status == 404);
  CHECK(statuses_in(h.ask(c, get("/"))) == "200");
}

TEST_CASE("OPTIONS, of a path and of the server") {
  server_harness h(hello());
  auto c = h.connect();
  const auto answers = replies_in(h.ask(c, request_text("OPTIONS /echo HTTP/1.1") +
                                               request_text("OPTIONS * HTTP/1.1") +
                                               request_text("OPTIONS /none HTTP/1.1")));
  REQUIRE(answers.size() == 3);
  CHECK(answers[0].status == 204);
  CHECK(answers[0].field("Allow") == "POST, OPTIONS");
  CHECK(answers[1].status == 204);
  CHECK(answers[1].field("Allow") == "GET, HEAD, POST, OPTIONS");
  CHECK(answers[2].status == 404);
}

TEST_CASE("what the route table does not have") {
  server_harness h(hello());
  auto c = h.connect();
  CHECK(statuses_in(h.ask(c, get("/none"))) == "404");
  CHECK(statuses_in(h.ask(c, get("/numbers/x"))) == "404");
  CHECK(statuses_in(h.ask(c, get("/numbers/99999999999"))) == "404");
  CHECK(statuses_in(h.ask(c, request_text("DELETE / HTTP/1.1"))) == "405");
  CHECK_FALSE(c.is_closed());
  CHECK(statuses_in(h.ask(c, request_text("BREW / HTTP/1.1"))) == "501");
}

TEST_CASE("versions and the end of the connection") {
  server_harness h(hello());
  auto c = h.connect();
  SUBCASE("1.0 closes") {
    const auto answers = replies_in(h.ask(c, "GET / HTTP/1.0\r\n\r\n"));
    CHECK(answers.at(0).field("Connection") == "close");
    CHECK(c.is_closed());
  }
  SUBCASE("1.0 may stay") {
    const auto answers = replies_in(h.ask(c, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
    CHECK(answers.at(0).field("Connection") == "keep-alive");
    CHECK_FALSE(c.is_closed());
    c.shutdown_send();
    h.poll();
    CHECK(h.ends() == "client_done");
    return;
  }
  SUBCASE("1.1 asks for it") {
    const auto answers = replies_in(h.ask(c, get("/", "Connection: close\r\n")));
    CHECK(answers.at(0).field("Connection") == "close");
    CHECK(c.is_closed());
  }
  CHECK(h.ends() == "client_requested");
}

TEST_CASE("a broken rule is one answer and a close, and the log names it") {
  server_harness h(hello());
  auto c = h.connect();
  CHECK(statuses_in(h.ask(c, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + get("/"))) == "400");
  CHECK(h.log().at(0) == "info: 127.0.0.1:40000: refused: host_repeated (RFC 9112 section 3.2)");
  c.shutdown_send();
  h.poll();
  CHECK(h.ends() == "parse_error");
  for (const auto& [name, count] : h.report().parse_errors) {
    CHECK(count == (name == "host_repeated" ? 1 : 0));
  }
}

TEST_CASE("a head over the limits") {
  server_harness h(hello(), {.limits = {.head = 1024, .fields = 5, .target = 100}});
  auto c = h.connect();
  SUBCASE("too many fields") {
    CHECK(statuses_in(h.ask(c, get("/", "A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\n"))) == "431");
  }
  SUBCASE("too large") {
    CHECK(statuses_in(h.ask(c, get("/", "A: " + std::string(2000, 'x') + "\r\n"))) == "431");
  }
  SUBCASE("too long a target") {
    CHECK(statuses_in(h.ask(c, get("/" + std::string(200, 'x')))) == "414");
  }
  c.shutdown_send();
  h.poll();
  CHECK(h.ends() == "head_limit");
}

TEST_CASE("a connection ends after its number of requests, and says so") {
  server_harness h(hello(), {.limits = {.requests_per_connection = 3}});
  auto c = h.connect();
  const auto answers = replies_in(h.ask(c, get("/") + get("/") + get("/") + get("/")));
  REQUIRE(answers.size() == 3);
  CHECK(answers[1].field("Connection").empty());
  CHECK(answers[2].field("Connection") == "close");
  c.shutdown_send();
  h.poll();
  CHECK(c.is_closed());
  CHECK(h.ends() == "request_refused");
}

TEST_CASE("a handler ends the connection") {
  router routes;
  routes.get("/", [] {
    response bye = text("bye");
    bye.close_connection();
    return bye;
  });
  server_harness h(routes);
  auto c = h.connect();
  CHECK(replies_in(h.ask(c, get("/"))).at(0).field("Connection") == "close");
  CHECK(c.is_closed());
  CHECK(h.ends() == "handler_requested");
}

// --- handlers that fail --------------------------------------------------------------------------

TEST_CASE("handlers that throw") {
  router routes = hello();
  routes.get("/plain/error", []() -> std::string { throw std::runtime_error("it\r\nbroke"); });
  routes.get("/plain/number", []() -> std::string { throw 7; });
  routes.get("/plain/teapot",
             []() -> std::string { throw http_error(status::conflict, "not twice"); });
  routes.get("/coroutine/error", []() -> awaitable<std::string> {
    throw std::runtime_error("it broke");
    co_return "";
  });
  routes.get("/coroutine/number", []() -> awaitable<std::string> {
    throw 7;
    co_return "";
  });
  routes.get("/coroutine/teapot", []() -> awaitable<std::string> {
    throw http_error(status::conflict, "not twice");
    co_return "";
  });
  server_harness h(routes);
  auto c = h.connect();
  for (const std::string kind : {"/plain", "/coroutine"}) {
    CHECK(replies_in(h.ask(c, get(kind + "/error"))).at(0).body == "500 Internal Server Error\n");
    CHECK(statuses_in(h.ask(c, get(kind + "/number"))) == "500");
    const auto conflict = replies_in(h.ask(c, get(kind + "/teapot")));
    CHECK(conflict.at(0).status == 409);
    CHECK(conflict.at(0).body == "not twice");
  }
  CHECK_FALSE(c.is_closed());
  CHECK(statuses_in(h.ask(c, get("/"))) == "200");
  REQUIRE(h.log().size() == 4);
  CHECK(h.log()[0].starts_with("error: handler of /plain/error threw: it"));
  CHECK(h.log()[0].find('\n') == std::string::npos);
  CHECK(h.log()[1] == "error: handler of /plain/number threw: an exception of unknown type");
  CHECK(h.log()[2] == "error: handler of /coroutine/error threw: it broke");
  CHECK(h.report().requests.handler_errors == 4);
}

TEST_CASE("a coroutine's path parameter that does not convert is 404") {
  router routes;
  routes.get("/{n}", [](int n) -> awaitable<std::string> { co_return std::to_string(n); });
  server_harness h(routes);
  auto c = h.connect();
  CHECK(statuses_in(h.ask(c, get("/12") + get("/x") + get("/34"))) == "200 404 200");
}

// --- upgrades ------------------------------------------------------------------------------------

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

TEST_CASE("an upgrade hands the stream over, with the bytes that are there already") {
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

TEST_CASE("an upgrade behind pipelined requests") {
  std::string seen;
  server_harness h(with_upgrade(seen));
  auto c = h.connect();
  const std::string got = h.ask(c, get("/") + get("/lines", upgrade) + "x\n");
  CHECK(got.starts_with("HTTP/1.1 200"));
  CHECK(got.ends_with("<x>"));
}

TEST_CASE("an upgrade that was not asked for is 426, with the name of the protocol") {
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

TEST_CASE("an upgraded stream is under the deadline for idle connections, and under drain") {
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

// --- files ---------------------------------------------------------------------------------------

namespace {

constexpr std::size_t megabyte = 1024 * 1024;

std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>('a' + i % 23);
  return bytes;
}

}  // namespace

TEST_CASE("files, small and large, with what is pipelined behind them") {
  scratch_folder folder;
  const std::string large = pattern(5 * megabyte + 17);
  router routes = hello();
  routes.file("/large", folder.write("large", large));
  routes.file("/small", folder.write("small", "few bytes"));
  server_harness h(routes);
  auto c = h.connect();
  const auto answers =
      replies_in(h.ask(c, get("/small") + get("/large") + get("/") + get("/large")));
  REQUIRE(answers.size() == 4);
  CHECK(answers[0].body == "few bytes");
  CHECK(answers[1].body == large);
  CHECK(answers[2].body == "hello");
  CHECK(answers[3].body == large);
  const auto heads = replies_in(
      h.ask(c, request_text("HEAD /large HTTP/1.1") + request_text("HEAD /small HTTP/1.1")), true);
  REQUIRE(heads.size() == 2);
  CHECK(heads[0].field("Content-Length") == std::to_string(large.size()));
  CHECK(heads[1].field("Content-Length") == "9");
}

TEST_CASE("threat 14: a file that is cut while it is sent ends short") {
  scratch_folder folder;
  const std::string content = pattern(4 * megabyte);
  const std::string path = folder.write("f", content);
  router routes;
  routes.file("/f", path);
  server_harness h(routes);
  auto c = h.connect();
  c.send(get("/f") + get("/f"));
  std::string got = c.receive(megabyte);
  REQUIRE(::truncate(path.c_str(), 2 * megabyte) == 0);
  got += h.receive(c);
  CHECK(c.is_closed());
  CHECK(h.ends() == "content_changed");
  const auto answers = replies_in(got);
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].status == 0);  // short
  CHECK(answers[0].field("Content-Length") == std::to_string(content.size()));
  CHECK(answers[0].body == content.substr(0, answers[0].body.size()));
}

TEST_CASE("threat 14: a file that changes while it is sent ends short") {
  scratch_folder folder;
  const std::string content = pattern(4 * megabyte);
  const std::string path = folder.write("f", content);
  router routes;
  routes.file("/f", path);
  server_harness h(routes);
  auto c = h.connect();
  c.send(get("/f"));
  std::string got = c.receive(megabyte);
  const int descriptor = ::open(path.c_str(), O_WRONLY);
  REQUIRE(::pwrite(descriptor, "NEW", 3, 4 * megabyte - 3) == 3);
  const timespec later[2] = {{1, 0}, {1, 0}};
  REQUIRE(::futimens(descriptor, later) == 0);
  ::close(descriptor);
  got += h.receive(c);
  CHECK(c.is_closed());
  CHECK(h.ends() == "content_changed");
  CHECK(replies_in(got).at(0).status == 0);
  CHECK(got.find("NEW") == std::string::npos);
}

TEST_CASE("threat 14: a file that grows while it is sent ends short or as it was") {
  scratch_folder folder;
  const std::string content = pattern(4 * megabyte);
  const std::string path = folder.write("f", content);
  router routes;
  routes.file("/f", path);
  server_harness h(routes);
  auto c = h.connect();
  c.send(get("/f"));
  std::string got = c.receive(megabyte);
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_APPEND);
  REQUIRE(::write(descriptor, "NEW", 3) == 3);
  ::close(descriptor);
  got += h.receive(c);
  CHECK(got.find("NEW") == std::string::npos);
  CHECK(replies_in(got).size() == 1);
}

TEST_CASE(
    "threat 14: a small file that is shorter than announced closes, and sends nothing of it") {
  scratch_folder folder;
  const std::string path = folder.write("f", "12345");
  router routes = hello();
  routes.get("/f", [&] {
    std::error_code error;
    response r;
    r.body(file::open(path, error), 0, 1000);
    return r;
  });
  server_harness h(routes);
  auto c = h.connect();
  CHECK(h.ask(c, get("/f")).find("12345") == std::string::npos);
  CHECK(c.is_closed());
  CHECK(h.ends() == "content_changed");
}

TEST_CASE("a peer that resets while a file is sent") {
  scratch_folder folder;
  router routes;
  routes.file("/f", folder.write("f", pattern(4 * megabyte)));
  server_harness h(routes);
  auto c = h.connect();
  c.send(get("/f"));
  c.receive(megabyte);
  c.reset();
  h.poll();
  CHECK(c.is_closed());
  CHECK(h.ends() == "client_aborted");
}

// --- the end -------------------------------------------------------------------------------------

TEST_CASE("after a refusal what still comes is read, so that the answer is not lost, and bounded") {
  server_harness h(hello());
  auto c = h.connect();
  CHECK(statuses_in(h.ask(c, "GET / HTTP/3.0\r\n\r\n")) == "505");
  CHECK(c.at_end());
  CHECK_FALSE(c.is_closed());
  SUBCASE("up to the deadline") {
    h.ask(c, "more");
    CHECK_FALSE(c.is_closed());
    h.advance(3s);
  }
  SUBCASE("up to the deadline, however much it is") {
    const std::string block(1024 * 1024, 'x');
    for (int i = 0; i < 5; ++i) h.ask(c, block);
    CHECK_FALSE(c.is_closed());
    h.advance(3s);
  }
  SUBCASE("up to its end") {
    c.shutdown_send();
    h.poll();
  }
  SUBCASE("up to its reset") {
    c.reset();
    h.poll();
  }
  CHECK(c.is_closed());
  CHECK(h.ends() == "parse_error");
}

TEST_CASE("the request knows its peer") {
  router routes;
  routes.get("/", [](const request& r) {
    return r.remote_address() + " " + std::to_string(r.remote_port()) +
           (r.from_this_machine() ? " here" : " there");
  });
  server_harness h(routes);
  auto c = h.connect();
  CHECK(replies_in(h.ask(c, get("/"))).at(0).body == "127.0.0.1 40000 here");
}

TEST_CASE("servers one after the other and side by side keep their names apart") {
  for (const char* name : {"first", "second", ""}) {
    server_harness h(hello(), {.server_name = name});
    server_harness other(hello(), {.server_name = "other"});
    auto c = h.connect();
    auto d = other.connect();
    CHECK(replies_in(h.ask(c, get("/"))).at(0).field("Server") == name);
    CHECK(replies_in(other.ask(d, get("/"))).at(0).field("Server") == "other");
    CHECK(replies_in(h.ask(c, get("/"))).at(0).field("Server") == name);
  }
}

TEST_CASE("RSS and connections are flat after 100,000 bad requests") {
  // The allocator's arenas settle in the first tenth.
  server_harness h(hello(), {.log = [](log_level, std::string_view) {}});
  const std::string_view bad[] = {
      "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      "\x16\x03\x01 not HTTP at all\r\n\r\n",
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
  };
  std::uint64_t settled = 0;
  const int rounds = 100000;
  for (int i = 0; i < rounds; ++i) {
    auto c = h.connect();
    c.send(bad[i % 4]);
    c.shutdown_send();
    h.poll();
    if (i % 100 == 0) REQUIRE(statuses_in(c.receive()) == "400");
    if (i == rounds / 10) settled = h.report().process.resident_memory_bytes;
  }
  const auto report = h.report();
  CHECK(report.connections.open == 0);
  CHECK(report.requests.by_status_class[4] == rounds);
  CHECK(report.requests.by_status_class[5] == 0);
  // AddressSanitizer keeps what was freed last.
  const std::uint64_t quarantine = test_support::sanitized ? 256 * megabyte : 0;
  CHECK(report.process.resident_memory_bytes < settled + quarantine + 8 * megabyte);
}
