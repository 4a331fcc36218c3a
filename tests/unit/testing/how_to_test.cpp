// SPDX-License-Identifier: BSL-1.0
//
// What docs/how-to/test-your-app.md shows: the page's blocks stand here, word by word, which the
// test integration.documents checks.

#include <asio_httpd/asio_httpd.hpp>
#include <asio_httpd/testing.hpp>
#include <asio_httpd/testing/json.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <doctest/doctest.h>

#include <memory>

using namespace asio_httpd;
using namespace std::chrono_literals;

namespace {

router make_routes() {
  router routes;
  routes.get("/users/{id}", [](int id) {
    response r(status::ok, "{\"id\":" + std::to_string(id) + "}", "application/json");
    return r;
  });
  routes.post("/users", [](const request& r) {
    if (r.get(field::content_type) != "application/json") return status::unsupported_media_type;
    return r.body().starts_with('{') ? status::created : status::bad_request;
  });
  routes.get("/export", [] { return std::string(1024 * 1024, 'x'); });
  routes.get("/report", []() -> boost::asio::awaitable<std::string> {
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, 1ms);
    co_await timer.async_wait(boost::asio::use_awaitable);
    co_return "done";
  });
  routes.websocket("/room",
                   [room = std::make_shared<topic>()](websocket s) -> boost::asio::awaitable<void> {
                     room->subscribe(s);
                     while (auto m = co_await s.receive()) room->publish(prepared_message(*m));
                   });
  return routes;
}

}  // namespace

TEST_CASE("users are found by number") {
  testing::server s(make_routes());
  const auto found = s.get("/users/7");
  CHECK(found.status() == status::ok);
  CHECK(found.get(field::content_type) == "application/json");
  CHECK(found.text() == "{\"id\":7}");
  CHECK(found.json()["id"] == 7);
  CHECK(s.get("/users/x").status() == status::not_found);
}

TEST_CASE("users are made from JSON only") {
  testing::server s(make_routes());
  const testing::field_lines json = {{"Content-Type", "application/json"}};
  CHECK(s.post("/users", "{}", json).status() == status::created);
  CHECK(s.post("/users", "no", json).status() == status::bad_request);
  CHECK(s.request({.method = method::post, .target = "/users", .body = "{}"}).status() ==
        status::unsupported_media_type);
}

TEST_SUITE_BEGIN("HTTP/1 only");  // whose heads come in pieces

TEST_CASE("a head that does not end in time is answered, and counted") {
  testing::server s(make_routes());
  auto c = s.connect();
  c.send("GET / HTTP/1.1\r\n");
  s.advance(31s);
  CHECK(c.receive_answer().status() == status::request_timeout);
  CHECK(c.is_closed());
  CHECK(s.closed("head_timeout") == 1);
}

TEST_SUITE_END();

TEST_CASE("pipelined requests are answered in order") {
  testing::server s(make_routes());
  auto c = s.connect();
  c.send({.target = "/users/1"});
  c.send({.target = "/users/2"});
  const auto answers = c.receive_answers();
  REQUIRE(answers.size() == 2);
  CHECK(answers[1].json()["id"] == 2);
}

TEST_SUITE_BEGIN("HTTP/1 only");  // over HTTP/2 a stream ends, and no connection

TEST_CASE("a client that stops reading in the middle of the export is cut") {
  testing::server s(make_routes());
  auto c = s.connect();
  c.send({.target = "/export"});
  c.receive(100'000);
  c.stall();
  s.advance(31s);
  CHECK(s.ends() == "write_timeout");
}

TEST_SUITE_END();

TEST_CASE("a client whose connection breaks is no error of ours") {
  testing::server s(make_routes());
  auto c = s.connect();
  c.drop_after(5'000);
  c.send({.target = "/export"});
  CHECK(s.ends() == "client_aborted");
  CHECK(s.log().empty());
}

TEST_CASE("users are found over each protocol") {
  testing::server s(make_routes());
  for (const auto p : {testing::protocol::http1, testing::protocol::http1_tls,
                       testing::protocol::http2, testing::protocol::http2_tls}) {
    s.speak(p);
    CHECK(s.get("/users/7").status() == status::ok);
  }
}

TEST_CASE("a report takes its time") {
  testing::server s(make_routes());
  auto c = s.connect();
  c.send({.target = "/report"});
  CHECK_FALSE(c.has_answer());
  CHECK(c.receive_answer().text() == "done");
}

TEST_CASE("what one says, all of the room hear") {
  testing::server s(make_routes());
  testing::websocket_client ann(s, "/room");
  testing::websocket_client ben(s, "/room");
  ann.send("hello");
  CHECK(ann.receive().data == "hello");
  CHECK(ben.receive().data == "hello");
  CHECK_FALSE(ben.next());
}

TEST_SUITE_BEGIN("HTTP/1 only");  // over HTTP/2 a stream ends, and no connection

TEST_CASE("who is silent is asked for a sign of life, then closed") {
  testing::server s(make_routes());
  testing::websocket_client ann(s, "/room", {.answer_pings = false});
  s.advance(31s);
  CHECK(ann.pings() == 1);
  CHECK_FALSE(ann.closed());
  s.advance(31s);
  CHECK(ann.closed()->code == 1006);
  CHECK(s.ends() == "idle_timeout");
}

TEST_SUITE_END();
