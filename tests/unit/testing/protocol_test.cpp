// SPDX-License-Identifier: BSL-1.0
//
// The same exchanges over every protocol that the test kit speaks.

#include <asio_httpd/testing.hpp>

#include <asio_httpd/asio_httpd.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace asio_httpd;
using namespace std::chrono_literals;
using boost::asio::awaitable;
using testing::protocol;

namespace {

router sample() {
  router routes;
  routes.get("/", [](const request& r) {
    return std::string(to_string(r.version())) + (r.is_secure() ? " secure" : "");
  });
  routes.post("/echo", [](const request& r) { return std::string(r.body()); });
  routes.post("/size", [](request_body body) -> awaitable<std::string> {
    std::size_t size = 0;
    while (const std::size_t n = (co_await body.read()).size()) size += n;
    co_return std::to_string(size) + std::string(body.trailers().get("X-Sum"));
  });
  routes.get("/pieces", [] {
    return streaming("text/plain", [](body_writer out) -> awaitable<void> {
      for (const char* piece : {"a", "b", "c"}) co_await out.write(piece);
      out.trailers().set("X-Sum", "3");
    });
  });
  routes.get("/large", [] { return std::string(1'000'000, 'x'); });
  routes.websocket("/chat", [](websocket s) -> awaitable<void> {
    while (auto m = co_await s.receive()) co_await s.send(*m);
  });
  return routes;
}

constexpr protocol all[] = {protocol::http1, protocol::http1_tls, protocol::http2,
                            protocol::http2_tls};

}  // namespace

TEST_CASE("the handler knows what is spoken, and one server speaks all of it") {
  testing::server s(sample());
  std::string seen;
  for (const auto p : all) {
    s.speak(p);
    seen += s.get("/").text() + ", ";
  }
  CHECK(seen == "HTTP/1.1, HTTP/1.1 secure, HTTP/2.0, HTTP/2.0 secure, ");
}

TEST_CASE("content goes up and down") {
  for (const auto p : all) {
    CAPTURE(to_string(p));
    testing::server s(sample());
    s.speak(p);
    const std::string large(1'000'000, 'y');
    CHECK(s.post("/echo", "hello").text() == "hello");
    CHECK((s.post("/echo", large).text() == large));
    CHECK(s.get("/large").text().size() == 1'000'000);
    CHECK(s.head("/large").text().empty());
    CHECK(s.head("/large").get(field::content_length) == "1000000");
    CHECK(s.get("/none").status() == status::not_found);
    const auto pieces = s.get("/pieces");
    CHECK(pieces.text() == "abc");
    CHECK(pieces.trailers().get("X-Sum") == "3");
    CHECK(pieces.framed_by() == testing::framing::chunked);
  }
}

TEST_CASE("content and trailers in chunks, and an answer before its end") {
  for (const auto p : all) {
    CAPTURE(to_string(p));
    testing::server s(sample());
    s.speak(p);
    auto c = s.connect();
    c.send("POST /size HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    CHECK_FALSE(c.has_answer());
    c.send("0\r\nX-Sum: !\r\n\r\n");
    CHECK(c.receive_answer().text() == "3!");
    c.send("POST /none HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n");
    CHECK(c.receive_answer().status() == status::not_found);
  }
}

TEST_CASE(
    "answers to pipelined requests come in their order, and slowly where the client is slow") {
  for (const auto p : all) {
    CAPTURE(to_string(p));
    testing::server s(sample());
    s.speak(p);
    auto c = s.connect();
    c.set_capacity(1000);
    c.send({.target = "/large"});
    c.send({.target = "/pieces"});
    c.send({.target = "/none"});
    CHECK(c.receive_answer().text().size() == 1'000'000);
    CHECK(c.receive_answer().text() == "abc");
    CHECK(c.receive_answer().status() == status::not_found);
    CHECK_FALSE(c.is_closed());
  }
}

TEST_CASE("WebSockets") {
  for (const auto p : all) {
    CAPTURE(to_string(p));
    testing::server s(sample());
    s.speak(p);
    testing::websocket_client chat(s, "/chat");
    chat.send("hello");
    CHECK(chat.receive().data == "hello");
    chat.close(1000, "");
    CHECK(chat.receive_close().code == 1000);
  }
}

TEST_CASE("a stop ends connections that are idle") {
  for (const auto p : all) {
    CAPTURE(to_string(p));
    testing::server s(sample());
    s.speak(p);
    auto c = s.connect();
    CHECK(c.request({.target = "/pieces"}).text() == "abc");
    s.stop(10s);
    CHECK(c.is_closed());
    CHECK(s.stopped());
  }
}
