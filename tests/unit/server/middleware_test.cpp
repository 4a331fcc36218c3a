// SPDX-License-Identifier: BSL-1.0
//
// Middleware on the loop: where hooks run on the way of a request, which answers they see, what
// their exceptions become, and wrapped handlers.

#include <asio_httpd/asio_httpd.hpp>
#include <asio_httpd/body_writer.hpp>
#include <asio_httpd/request_body.hpp>
#include <asio_httpd/stream.hpp>
#include <asio_httpd/timeout.hpp>

#include "support/server_harness.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>

using namespace asio_httpd;
using namespace std::chrono_literals;
using boost::asio::awaitable;
using test_support::get;
using test_support::replies_in;
using test_support::request_text;
using test_support::server_harness;
using test_support::statuses_in;

namespace {

middleware marking() {
  return after([](const request& r, response& to) {
    to.set("X-Seen", r.target().substr(0, r.target().find('?')));
  });
}

// Answers who says that it may not.
middleware guard() {
  return before([](const request& r) -> std::optional<status> {
    if (r.fields().contains("X-No")) return status::unauthorized;
    return std::nullopt;
  });
}

awaitable<std::string> wait_for_ever() {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, 24h);
  co_await timer.async_wait(boost::asio::use_awaitable);
  co_return "never";
}

router echo() {
  router routes;
  routes.post("/echo", [](const request& r) { return std::string(r.body()); }).body_limit(10);
  return routes;
}

test_support::reply one(const std::string& bytes) {
  const auto all = replies_in(bytes);
  REQUIRE(all.size() == 1);
  return all[0];
}

}  // namespace

// --- before --------------------------------------------------------------------------------------

TEST_CASE("a refused upload gets its answer before 100 Continue and before its content") {
  router routes = echo();
  routes.use(guard());
  server_harness h(routes);
  auto c = h.connect();
  const std::string waits = "Content-Length: 5\r\nExpect: 100-continue\r\n";
  CHECK(h.ask(c, request_text("POST /echo HTTP/1.1", waits)) == "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(statuses_in(h.ask(c, "hello")) == "200");
  const auto refused = one(h.ask(c, request_text("POST /echo HTTP/1.1", "X-No: 1\r\n" + waits)));
  CHECK(refused.status == 401);
  CHECK(refused.field("Connection") == (test_support::over_http2() ? "" : "close"));
  CHECK(h.report().requests.by_route[0].requests == 2);
}

TEST_CASE("a refused upload that comes anyway is dropped, and the connection stays") {
  router routes = echo();
  routes.use(guard());
  server_harness h(routes);
  auto c = h.connect();
  const auto refused =
      one(h.ask(c, request_text("POST /echo HTTP/1.1", "X-No: 1\r\nContent-Length: 5\r\n")));
  CHECK(refused.status == 401);
  CHECK(statuses_in(h.ask(c, "hello" + get("/none"))) == "404");
}

TEST_CASE("hooks see requests without a route, and OPTIONS *") {
  router routes = echo();
  routes.use(guard());
  routes.use(marking());
  server_harness h(routes);
  auto c = h.connect();
  CHECK(statuses_in(h.ask(c, get("/none", "X-No: 1\r\n"))) == "401");
  const auto missing = one(h.ask(c, get("/none")));
  CHECK(missing.status == 404);
  CHECK(missing.field("X-Seen") == "/none");
  const auto forbidden = one(h.ask(c, get("/echo")));
  CHECK(forbidden.status == 405);
  CHECK(forbidden.field("Allow") == "POST, OPTIONS");
  CHECK(forbidden.field("X-Seen") == "/echo");
  const auto all = one(h.ask(c, request_text("OPTIONS * HTTP/1.1")));
  CHECK(all.status == 204);
  CHECK(all.field("Allow") == "POST, OPTIONS");
  CHECK(all.field("X-Seen") == "*");
  CHECK(one(h.ask(c, get("/%01"))).field("X-Seen") == "/%01");
}

TEST_CASE("pipelined requests: each has its own hooks") {
  router routes;
  routes.get("/a", [] { return "a"; }).use(marking());
  routes.get("/b", [] { return "b"; });
  server_harness h(routes);
  auto c = h.connect();
  const auto all = replies_in(h.ask(c, get("/a") + get("/b") + get("/a")));
  REQUIRE(all.size() == 3);
  CHECK(all[0].field("X-Seen") == "/a");
  CHECK(all[1].field("X-Seen") == "");
  CHECK(all[2].field("X-Seen") == "/a");
}

// --- after ---------------------------------------------------------------------------------------

TEST_CASE("after-hooks see the answers that are not the handler's") {
  router routes = echo();
  routes.get("/sorry", []() -> std::string { throw http_error(status::conflict, "sorry"); });
  routes.get("/broken", []() -> std::string { throw std::runtime_error("broken"); });
  routes.get("/interim", [] { return response(status::continue_); });
  routes.use(marking());
  std::vector<std::pair<std::string, int>> asked = {
      {get("/sorry"), 409},
      {get("/broken"), 500},
      {get("/interim"), 500},
      {request_text("POST /echo HTTP/1.1", "Content-Length: 11\r\n"), 413},
  };
  if (!test_support::over_http2()) {
    asked.emplace_back(
        request_text("POST /echo HTTP/1.1", "Transfer-Encoding: chunked\r\n", "x\r\n"), 400);
  }
  for (const auto& [bytes, wanted] : asked) {
    server_harness h(routes);
    auto c = h.connect();
    const auto got = one(h.ask(c, bytes));
    CHECK(got.status == wanted);
    CHECK(got.field("X-Seen") != "");
  }
}

TEST_CASE("after-hooks see the answer to a body that does not come") {
  router routes = echo();
  routes.use(marking());
  server_harness h(routes);
  auto c = h.connect();
  CHECK(h.ask(c, request_text("POST /echo HTTP/1.1", "Content-Length: 5\r\n")) == "");
  h.advance(30s);
  const auto got = one(h.receive(c));
  CHECK(got.status == 408);
  CHECK(got.field("X-Seen") == "/echo");
}

TEST_CASE("a head that cannot be read has no hooks, also behind a request that had" *
          test_support::http1_only) {
  router routes;
  routes.get("/", [] { return "x"; });
  routes.use(marking());
  server_harness h(routes);
  auto c = h.connect();
  const auto all = replies_in(h.ask(c, get("/") + "GET / HTTP/1.1\r\nbad field\r\n\r\n"));
  REQUIRE(all.size() == 2);
  CHECK(all[0].field("X-Seen") == "/");
  CHECK(all[1].status == 400);
  CHECK(all[1].field("X-Seen") == "");
}

TEST_CASE("an after-hook on HEAD sees the content; what is sent is without it") {
  router routes;
  routes.get("/", [] { return "four"; });
  routes.use(after(
      [](const request&, response& to) { to.set("X-Size", std::to_string(to.content_size())); }));
  server_harness h(routes);
  auto c = h.connect();
  const auto all = replies_in(h.ask(c, request_text("HEAD / HTTP/1.1")), true);
  REQUIRE(all.size() == 1);
  CHECK(all[0].field("X-Size") == "4");
  CHECK(all[0].field("Content-Length") == "4");
}

TEST_CASE("an after-hook may not make a response that cannot be") {
  router routes;
  routes.get("/", [] { return "x"; });
  routes.use(after([](const request&, response& to) { to.status(status::continue_); }));
  server_harness h(routes);
  auto c = h.connect();
  CHECK(statuses_in(h.ask(c, get("/"))) == "500");
}

TEST_CASE("an after-hook may replace the answer, and does not keep a connection that must end") {
  router routes;
  routes.get("/", [] { return text("x").close_connection(); });
  routes.get("/stays", [] { return text("x"); });
  routes.use(after([](const request&, response& to) { to = text("replaced"); }));
  server_harness h(routes);
  auto c = h.connect();
  CHECK(one(h.ask(c, get("/stays"))).field("Connection") == "");
  const auto got = one(h.ask(c, get("/")));
  CHECK(got.body == "replaced");
  if (!test_support::over_http2()) CHECK(got.field("Connection") == "close");  // GOAWAY follows
  CHECK(h.ends() == "handler_requested");
}

TEST_CASE("an upgrade passes the hooks" * test_support::http1_only) {
  router routes;
  routes.get("/", [] {
    response made;
    made.upgrade("test", std::make_shared<const stream_handler>(
                             stream_handler{[](stream) -> awaitable<void> { co_return; }}));
    return made;
  });
  routes.use(marking());
  server_harness h(routes);
  auto c = h.connect();
  const std::string asks = "Connection: upgrade\r\nUpgrade: test\r\n";
  const auto refused = one(h.ask(c, get("/")));
  CHECK(refused.status == 426);
  CHECK(refused.field("X-Seen") == "/");
  const auto switched = one(h.ask(c, get("/", asks)));
  CHECK(switched.status == 101);
  CHECK(switched.field("X-Seen") == "/");
  CHECK(h.ends() == "upgraded");
}

// --- exceptions ----------------------------------------------------------------------------------

TEST_CASE("what a hook throws is answered as if the handler had thrown") {
  router routes;
  routes.get("/", [] { return "x"; });
  routes.use(marking());
  routes.use(before([](const request& r) {
    if (r.query() == "before") throw http_error(status::payment_required, "pay");
    if (r.query() == "bug") throw std::runtime_error("a bug");
  }));
  routes.use(after([](const request& r, response&) {
    if (r.query() == "after") throw http_error(status::gone, "gone");
  }));
  server_harness h(routes);
  auto c = h.connect();
  const auto first = one(h.ask(c, get("/?before")));
  CHECK(first.status == 402);
  CHECK(first.body == "pay");
  CHECK(first.field("X-Seen") == "/");
  const auto second = one(h.ask(c, get("/?after")));
  CHECK(second.status == 410);
  CHECK(second.body == "gone");
  CHECK(second.field("X-Seen") == "/");
  CHECK(h.log().empty());
  CHECK(statuses_in(h.ask(c, get("/?bug") + get("/none?bug"))) == "500 500");
  REQUIRE(h.log().size() == 2);
  CHECK(h.log()[0] == "error: handler of / threw: a bug");
  CHECK(h.log()[1] == "error: handler of /none threw: a bug");
  CHECK(h.report().requests.handler_errors == 2);
}

// --- wrapping ------------------------------------------------------------------------------------

TEST_CASE("wrapping middleware calls what is inside, and may change, replace or catch") {
  std::string order;
  const auto named = [&order](std::string name) {
    return [&order, name](const request&, next n) -> awaitable<response> {
      order += "+" + name;
      response answer = co_await n();
      order += "-" + name;
      co_return answer;
    };
  };
  router inner;
  inner.use(named("c"));
  inner.get("/plain", [&order] {
    order += "!";
    return "plain";
  });
  inner.get("/waits/{n}", [&order](int n) -> awaitable<std::string> {
    order += "!";
    co_return std::to_string(n);
  });
  inner.get("/bug", []() -> std::string { throw std::runtime_error("a bug"); });
  router routes;
  routes.use(named("a"));
  routes.use([](const request& r, next n) -> awaitable<response> {
    if (r.query() == "instead") co_return text("instead");
    try {
      co_return co_await n();
    } catch (const std::runtime_error& e) {
      co_return text(e.what(), status::bad_gateway);
    }
  });
  routes.mount("/in", inner).use(named("b"));
  server_harness h(routes);
  auto c = h.connect();
  CHECK(one(h.ask(c, get("/in/plain"))).body == "plain");
  CHECK(order == "+a+b+c!-c-b-a");
  order.clear();
  CHECK(one(h.ask(c, get("/in/waits/7"))).body == "7");
  CHECK(order == "+a+b+c!-c-b-a");
  order.clear();
  CHECK(one(h.ask(c, get("/in/plain?instead"))).body == "instead");
  CHECK(order == "+a-a");
  const auto caught = one(h.ask(c, get("/in/bug")));
  CHECK(caught.status == 502);
  CHECK(caught.body == "a bug");
  CHECK(statuses_in(h.ask(c, get("/in/waits/x"))) == "404");
  order.clear();
  CHECK(statuses_in(h.ask(c, get("/in/none"))) == "404");
  CHECK(order == "");  // there is no handler to wrap
}

TEST_CASE("a wrapped handler reads and writes content piece by piece") {
  router routes;
  routes.post("/", [](request_body body) -> awaitable<response> {
    const std::string all = co_await body.read_all(100);
    co_return streaming(
        "text/plain",
        [all](body_writer out) -> awaitable<void> {
          co_await out.write("<" + all);
          co_await out.write(">");
        },
        all.size() + 2);
  });
  int seen = 0;
  routes.use([&seen](const request& r, next n) -> awaitable<response> {
    if (r.query() == "no") co_return status::forbidden;
    ++seen;
    co_return co_await n();
  });
  routes.use(marking());
  server_harness h(routes);
  auto c = h.connect();
  CHECK(h.ask(c, request_text("POST / HTTP/1.1", "Content-Length: 6\r\n", "abc")) == "");
  CHECK(seen == 1);  // before the content is whole
  const auto got = one(h.ask(c, "def"));
  CHECK(got.body == "<abcdef>");
  CHECK(got.field("X-Seen") == "/");
  CHECK(statuses_in(h.ask(c, request_text("POST /?no HTTP/1.1", "Content-Length: 3\r\n", "abc"))) ==
        "403");
  CHECK(statuses_in(h.ask(c, get("/none"))) == "404");
}

TEST_CASE("a hook cannot answer with content that is written piece by piece") {
  const auto stream = [] {
    return streaming("text/plain",
                     [](body_writer out) -> awaitable<void> { co_await out.write("x"); });
  };
  router routes;
  routes.get("/", [] { return "x"; });
  routes.get("/stream", stream);
  routes.use(before([stream](const request& r) -> std::optional<response> {
    if (r.query() == "before") return stream();
    return std::nullopt;
  }));
  routes.use(after([stream](const request& r, response& to) {
    if (r.query() == "after") to = stream();
  }));
  server_harness h(routes);
  auto c = h.connect();
  for (const auto target : {"/?before", "/?after", "/none?before", "/none?after"}) {
    CHECK(statuses_in(h.ask(c, get(target))) == "500");
  }
  CHECK(h.log().size() == 4);
  CHECK(h.ask(c, get("/stream")).find("\r\n\r\n1\r\nx\r\n0\r\n\r\n") != std::string::npos);
}

TEST_CASE("what a wrapping middleware throws is answered as if the handler had thrown") {
  router routes;
  routes.get("/", [] { return "x"; });
  routes.use(marking());
  routes.use([](const request&, next n) -> awaitable<response> {
    co_await n();
    throw http_error(status::conflict, "too late");
  });
  server_harness h(routes);
  auto c = h.connect();
  const auto got = one(h.ask(c, get("/")));
  CHECK(got.status == 409);
  CHECK(got.field("X-Seen") == "/");
}

TEST_CASE("a client that leaves cancels the handler through what wraps it") {
  int ended = 0;
  router routes;
  routes.get("/", wait_for_ever);
  routes.use([&ended](const request&, next n) -> awaitable<response> {
    const std::shared_ptr<void> at_end(nullptr, [&ended](void*) { ++ended; });
    co_return co_await n();
  });
  server_harness h(routes);
  auto c = h.connect();
  CHECK(h.ask(c, get("/")) == "");
  CHECK(ended == 0);
  c.reset();
  h.poll();
  CHECK(ended == 1);
  CHECK(h.ends() == "client_aborted");
}

// --- timeout -------------------------------------------------------------------------------------

TEST_CASE("timeout is the deadline of routes that have none; the innermost counts") {
  router inner;
  inner.get("/inner", wait_for_ever);
  inner.use(timeout(2s));
  router routes;
  routes.get("/own", wait_for_ever).deadline(8s);
  routes.get("/outer", wait_for_ever);
  routes.mount("/in", inner).use(timeout(20s));
  routes.use(timeout(5s));
  routes.use(marking());
  server_harness h(routes);
  for (const auto& [path, seconds] : {std::pair{"/in/inner", 2}, {"/outer", 5}, {"/own", 8}}) {
    auto c = h.connect();
    CHECK(h.ask(c, get(path)) == "");
    h.advance(std::chrono::seconds(seconds) - 1s);
    CHECK(h.receive(c) == "");
    h.advance(2s);
    const auto got = one(h.receive(c));
    CHECK(got.status == 503);
    CHECK(got.field("X-Seen") == path);
  }
  CHECK_THROWS_AS(timeout(0s), std::invalid_argument);
}

// --- attributes ----------------------------------------------------------------------------------

TEST_CASE("attributes end with their request, and nothing is kept alive") {
  const auto shared = std::make_shared<int>(7);
  router routes;
  routes
      .get("/set",
           [](const request& r) {
             return std::to_string(**r.attributes().get<std::shared_ptr<int>>());
           })
      .use(before([&](const request& r) { r.attributes().set(std::shared_ptr<int>(shared)); }));
  routes.get("/get", [](const request& r) {
    return r.attributes().get<std::shared_ptr<int>>() == nullptr ? "none" : "some";
  });
  server_harness h(routes);
  auto c = h.connect();
  const auto all = replies_in(h.ask(c, get("/set") + get("/get")));
  REQUIRE(all.size() == 2);
  CHECK(all[0].body == "7");
  CHECK(all[1].body == "none");
  CHECK(shared.use_count() == 1);
  CHECK(statuses_in(h.ask(c, get("/set", "Connection: close\r\n"))) == "200");
  CHECK(shared.use_count() == 1);
}

TEST_CASE("a request knows when it came, by the server's clock") {
  router routes;
  routes.get("/", [](const request& r) {
    return std::to_string(r.arrival().time_since_epoch() / 1s % 1000);
  });
  server_harness h(routes);
  auto c = h.connect();
  const int first = std::stoi(one(h.ask(c, get("/"))).body);
  h.advance(5s);
  CHECK(std::stoi(one(h.ask(c, get("/"))).body) == first + 5);
}
