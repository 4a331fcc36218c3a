// SPDX-License-Identifier: BSL-1.0
//
// A client's end: answers out of bytes, slow readers, connections that break.

#include <asio_httpd/testing.hpp>

#include "support/carried.hpp"

#include <asio_httpd/asio_httpd.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <string>

using namespace asio_httpd;
using namespace std::chrono_literals;
using boost::asio::awaitable;

namespace {

router sample() {
  router routes;
  routes.get("/", [] { return "hello"; });
  routes.get("/users/{id}", [](int id) { return std::to_string(id); });
  routes.post("/echo", [](const request& r) { return std::string(r.body()); });
  routes.get("/large", [] { return std::string(1024 * 1024, 'x'); });
  routes.get("/brief", []() -> awaitable<std::string> {
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, 5ms);
    co_await timer.async_wait(boost::asio::use_awaitable);
    co_return "in real time";
  });
  routes.get("/never", []() -> awaitable<std::string> {
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, 24h);
    co_await timer.async_wait(boost::asio::use_awaitable);
    co_return "";
  });
  return routes;
}

struct fixture {
  testing::server s{sample()};
  testing::connection c = s.connect();
};

constexpr std::string_view get_root = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

}  // namespace

TEST_CASE_FIXTURE(fixture, "several requests, one after the other and pipelined") {
  CHECK(c.request({.target = "/users/7"}).text() == "7");
  CHECK(c.request({method::post, "/echo", {}, "abc"}).text() == "abc");
  CHECK_FALSE(c.has_answer());
  CHECK(c.receive_answers().empty());
  c.send({.target = "/users/1"});
  c.send({.method = method::head, .target = "/users/22"});
  c.send({.target = "/none"});
  const auto answers = c.receive_answers();
  REQUIRE(answers.size() == 3);
  CHECK(answers[0].text() == "1");
  CHECK(answers[1].get(field::content_length) == "2");
  CHECK(answers[1].text().empty());
  CHECK(answers[2].status() == status::not_found);
  CHECK(s.report().requests.total == 5);
  CHECK_FALSE(c.is_closed());
}

TEST_CASE_FIXTURE(fixture, "requests as bytes, cut anywhere; answers to HEAD are announced") {
  c.send(get_root.substr(0, 10));
  CHECK_FALSE(c.has_answer());
  c.send(get_root.substr(10));
  CHECK(c.has_answer());
  CHECK(c.receive_answer().text() == "hello");
  c.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
  c.expect_answer_to(method::head);
  CHECK(c.receive_answer().get(field::content_length) == "5");
  CHECK(c.ask(get_root).starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE_FIXTURE(fixture, "what has come is given out once, in the pieces that are asked for") {
  c.send(get_root);
  CHECK(c.receive(8) == "HTTP/1.1");
  CHECK(c.receive(4) == " 200");
  CHECK(c.receive().ends_with("\r\n\r\nhello"));
  CHECK(c.receive().empty());
}

TEST_CASE_FIXTURE(fixture, "interim answers belong to the final one") {
  c.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  CHECK_FALSE(c.has_answer());
  c.send("ok");
  const auto a = c.receive_answer();
  REQUIRE(a.interim().size() == 1);
  CHECK(a.interim()[0].status() == status::continue_);
  CHECK(a.text() == "ok");
}

TEST_CASE_FIXTURE(fixture, "where no answer comes, the error says what is known") {
  SUBCASE("nothing, and the connection is open") {
    c.send("GET /users/7 HTTP/1.1\r\n");
    CHECK_THROWS_WITH_AS(c.receive_answer(),
                         "the answer is not whole: nothing came, and the connection is open",
                         testing::error);
  }
  SUBCASE("a request with a name") {
    c.send({.target = "/large"});
    c.receive(1000);  // its head is gone
    CHECK_THROWS_WITH_AS(c.receive_answer(),
                         doctest::Contains("the answer to GET /large is malformed: "),
                         testing::error);
  }
  SUBCASE("it broke in the middle") {
    c.drop_after(600);
    c.send({.target = "/large"});
    CHECK_THROWS_WITH_AS(c.receive_answer(), doctest::Contains(" of 1048576 bytes of content came"),
                         testing::error);
  }
}

TEST_CASE_FIXTURE(fixture, "where a connection is closed, the error shows what the log says" *
                               test_support::http1_only) {
  c.send("bad\r\n\r\n");
  CHECK(c.receive_answer().status() == status::bad_request);
  CHECK_THROWS_WITH_AS(c.receive_answer(),
                       doctest::Contains("the connection is closed; the log's last line is "
                                         "\"info: 127.0.0.1:40000: refused: "),
                       testing::error);
}

TEST_CASE_FIXTURE(fixture, "a handler that waits for real time is waited for, within patience") {
  CHECK(c.request({.target = "/brief"}).text() == "in real time");
  c.send({.target = "/brief"});
  CHECK_FALSE(c.has_answer());
  CHECK(c.wait_until([&] { return c.has_answer(); }));
  CHECK(c.receive_answer().text() == "in real time");
  s.patience(0ms);
  CHECK_THROWS_WITH_AS(c.request({.target = "/never"}),
                       doctest::Contains("nothing came, and the connection is open"),
                       testing::error);
}

TEST_CASE_FIXTURE(fixture, "an upgrade leaves the bytes behind it to the other protocol" *
                               test_support::http1_only) {
  router routes;
  routes.get("/lines", [] {
    response r;
    r.upgrade("lines",
              std::make_shared<stream_handler>(stream_handler{[](stream lines) -> awaitable<void> {
                co_await lines.write("welcome\n");
                co_await lines.write(co_await lines.read_until('\n'));
              }}));
    return r;
  });
  testing::server other(routes);
  auto d = other.connect();
  const auto a =
      d.request({.target = "/lines", .fields = {{"Connection", "upgrade"}, {"Upgrade", "lines"}}});
  CHECK(a.status() == status::switching_protocols);
  CHECK(d.receive() == "welcome\n");
  CHECK(d.ask("hello\n") == "hello\n");
  CHECK(d.at_end());
}

// --- readers -------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "a client that does not receive holds its server up, and is cut" *
                               test_support::in_memory_only) {
  c.send({.target = "/large"});
  s.advance(31s);
  CHECK(c.is_closed());
  CHECK(test_support::end_of(s) == test_support::cut_as("write_timeout"));
  CHECK(c.receive().size() == 256 * 1024);  // what the pipe held
  CHECK(c.at_end());
}

TEST_CASE_FIXTURE(fixture, "a client that stalls, takes a little, and goes on") {
  c.stall();
  c.send({.target = "/users/7"});
  CHECK(c.receive().empty());
  CHECK_FALSE(c.has_answer());
  c.accept(12);
  CHECK(c.receive() == "HTTP/1.1 200");
  c.accept(0);
  CHECK(c.receive().empty());
  c.resume();
  CHECK(c.receive().ends_with("\r\n\r\n7"));
}

TEST_CASE_FIXTURE(fixture, "a client that stalls in the middle of a large answer is cut") {
  c.send({.target = "/large"});
  c.receive(100 * 1024);
  c.stall();
  s.advance(31s);
  CHECK(test_support::end_of(s) == test_support::cut_as("write_timeout"));
}

TEST_CASE_FIXTURE(fixture, "a client that takes enough keeps its connection" *
                               test_support::in_memory_only) {
  c.stall();
  c.send({.target = "/large"});
  for (int second = 0; second < 60; ++second) {
    c.accept(1000);
    s.advance(1s);
  }
  CHECK_FALSE(c.is_closed());
  c.resume();
  CHECK(c.receive_answer().text().size() == 1024 * 1024);
}

TEST_CASE_FIXTURE(fixture,
                  "a narrow pipe holds so much and no more" * test_support::in_memory_only) {
  c.set_capacity(10);
  c.send(get_root);
  s.advance(31s);
  CHECK(c.receive() == "HTTP/1.1 2");
}

// --- ends ----------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture,
                  "a connection that breaks after so many bytes" * test_support::in_memory_only) {
  SUBCASE("of the request") {
    c.drop_after(10);
    c.send(get_root);
    CHECK(c.receive().empty());
    CHECK(s.report().bytes.received == 10);
  }
  SUBCASE("of both") {
    c.drop_after(get_root.size() + 12);
    c.send(get_root);
    CHECK(c.receive() == "HTTP/1.1 200");
    CHECK(s.report().bytes.received == get_root.size());
  }
  SUBCASE("at once") {
    c.send(get_root.substr(0, 5));
    c.drop_after(0);
    CHECK(c.receive().empty());
  }
  CHECK(c.is_closed());
  CHECK(s.ends() == "client_aborted");
}

TEST_CASE_FIXTURE(fixture, "a client that says that it is done still receives") {
  c.send({.target = "/users/7"});
  c.shutdown_send();
  CHECK_FALSE(c.at_end());
  CHECK(c.receive_answer().text() == "7");
  CHECK(c.at_end());
  CHECK(s.ends() == "client_done");
}

TEST_CASE_FIXTURE(fixture, "a connection that goes out of scope is closed, as a socket is") {
  {
    auto polite = s.connect();
    CHECK(polite.request({}).text() == "hello");
    auto rude = s.connect();
    rude.send({.target = "/large"});
    CHECK(s.report().connections.open == 3);
  }
  s.poll();
  CHECK(s.ends() == "client_done, client_aborted");
  c = s.connect();  // so is one that is replaced
  s.poll();
  CHECK(s.closed(close_reason::client_done) == 2);
}

TEST_CASE("a connection that outlives its server does nothing") {
  std::optional<testing::server> s(std::in_place, sample());
  auto c = s->connect();
  auto d = s->connect();
  c.send(get_root);
  d.send({.target = "/never"});
  s.reset();
  c.send(get_root);
  c.set_capacity(1);
  c.shutdown_send();
  CHECK(c.is_closed());
  CHECK(c.receive().ends_with("hello"));
  CHECK_THROWS_AS(d.receive_answer(), testing::error);
}
