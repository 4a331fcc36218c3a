// SPDX-License-Identifier: BSL-1.0
//
// The gateway between text of HTTP/1.1 and a server that does what it is told.

#include "testing/http2_gateway.hpp"

#include "support/http2_peer.hpp"

#include <asio_httpd/testing/error.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>

using namespace asio_httpd::testing;

namespace {

constexpr std::uint32_t cancel = 8;
constexpr std::size_t stream_window = 65'535;

struct fixture {
  explicit fixture(bool takes_websockets = false) : server(takes_websockets) {}

  // Everything that can move between the two does.
  void pump() {
    for (bool moved = true; moved;) {
      const std::string up = gateway.send();
      if (!up.empty()) server.receive(up);
      const std::string down = server.send();
      if (!down.empty()) gateway.receive(down);
      moved = !up.empty() || !down.empty();
    }
  }
  void ask(std::string_view text) {
    gateway.from_client(text);
    pump();
  }
  // What the client gets, taken in pieces of this size.
  std::string take(std::size_t most = std::numeric_limits<std::size_t>::max()) {
    pump();
    std::string all;
    while (!gateway.text().empty()) {
      const std::string_view piece = gateway.text().substr(0, most);
      all += piece;
      gateway.took(piece.size());
      pump();
    }
    return all;
  }

  test_support::http2_peer server;
  http2_gateway gateway{"http"};
};

const std::string get = "GET / HTTP/1.1\r\nHost: test\r\n\r\n";
const std::string ok = "HTTP/1.1 200 OK\r\n";

}  // namespace

TEST_CASE_FIXTURE(fixture, "nothing is said before the client says something") {
  CHECK(gateway.send().empty());
  gateway.from_client("G");
  CHECK(gateway.send().starts_with("PRI * HTTP/2.0"));
}

TEST_CASE_FIXTURE(fixture, "a head is translated") {
  ask("POST /a?b=c HTTP/1.1\r\nHost: example.com:80\r\nX-One: 1\r\nConnection: X-Gone, "
      "keep-alive\r\n"
      "X-Gone: 2\r\nKeep-Alive: 3\r\nUpgrade: x\r\nTE: trailers\r\nContent-Length: 2\r\n\r\nhi");
  CHECK(server.requests[1].head ==
        ":method: POST\n:scheme: http\n:path: /a?b=c\n:authority: example.com:80\nx-one: 1\n"
        "te: trailers\ncontent-length: 2\n");
  CHECK(server.requests[1].content == "hi");
  CHECK(server.requests[1].ended);
}

TEST_CASE_FIXTURE(fixture, "the forms of targets") {
  ask("GET http://other/x?y HTTP/1.1\r\nHost: test\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: test\r\n\r\n"
      "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n");
  CHECK(server.requests[1].head == ":method: GET\n:scheme: http\n:path: /x?y\n:authority: other\n");
  CHECK(server.requests[3].head == ":method: OPTIONS\n:scheme: http\n:path: *\n:authority: test\n");
  CHECK(server.requests[5].head == ":method: CONNECT\n:authority: a:1\n");
}

TEST_CASE_FIXTURE(fixture, "chunked content with trailers, however the text is cut") {
  const std::string text =
      "PUT / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 5\r\n\r\n" +
      get;
  for (const char& c : text) ask({&c, 1});
  CHECK(server.requests[1].content == "abcde");
  CHECK(server.requests[1].trailers == "x-sum: 5\n");
  CHECK(server.requests[1].ended);
  CHECK(server.requests[3].ended);
}

TEST_CASE_FIXTURE(fixture, "how an answer is framed") {
  SUBCASE("by its length") {
    ask(get);
    server.answer(1, {{":status", "200"}, {"content-length", "2"}}, "hi");
    CHECK(take() == ok + "Content-Length: 2\r\n\r\nhi");
  }
  SUBCASE("by chunks, with trailers") {
    ask(get);
    server.answer(1, {{":status", "200"}, {"x-my-name", "a"}}, "hi", true, {{"x-sum", "2"}});
    CHECK(take() == ok + "X-My-Name: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n"
                         "X-Sum: 2\r\n\r\n");
  }
  SUBCASE("without content") {
    ask(get);
    server.answer(1, {{":status", "404"}}, "");
    CHECK(take() == "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  }
  SUBCASE("to HEAD") {
    const std::string head = "HEAD / HTTP/1.1\r\nHost: test\r\n\r\n";
    ask(head + head);
    server.answer(1, {{":status", "200"}, {"content-length", "7"}}, "");
    CHECK(take() == ok + "Content-Length: 7\r\n\r\n");
    server.answer(3, {{":status", "200"}}, "");
    CHECK(take() == ok + "Transfer-Encoding: chunked\r\n\r\n");
  }
  SUBCASE("204 and 304") {
    ask(get + get);
    server.answer(1, {{":status", "204"}}, "");
    server.answer(3, {{":status", "304"}}, "");
    CHECK(take() == "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 304 Not Modified\r\n\r\n");
  }
  SUBCASE("behind interim ones") {
    ask(get);
    server.head(1, {{":status", "103"}, {"link", "</a>"}});
    CHECK(take() == "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
    server.answer(1, {{":status", "200"}, {"content-length", "0"}}, "");
    CHECK(take() == ok + "Content-Length: 0\r\n\r\n");
  }
  CHECK_FALSE(gateway.is_over());
}

TEST_CASE_FIXTURE(fixture, "answers come in the order of requests") {
  ask(get + get + get);
  server.answer(5, {{":status", "403"}}, "");
  server.answer(3, {{":status", "402"}}, "");
  CHECK(take().empty());
  server.answer(1, {{":status", "401"}}, "");
  const std::string all = take();
  CHECK(all.find("401") < all.find("402"));
  CHECK(all.find("402") < all.find("403"));
}

TEST_CASE_FIXTURE(fixture, "windows are opened as the client takes text") {
  ask(get + get);
  const std::string large(200'000, 'x');
  server.answer(3, {{":status", "200"}, {"content-length", "200000"}}, large);
  pump();
  CHECK(server.unsent(3) == large.size() - stream_window);
  // Which is not for lack of a window of the connection.
  server.answer(1, {{":status", "200"}, {"content-length", "200000"}}, large);
  pump();
  CHECK(server.unsent(1) == large.size() - stream_window);
  const std::string one = ok + "Content-Length: 200000\r\n\r\n" + large;
  CHECK((take(1000) == one + one));
}

TEST_CASE_FIXTURE(fixture,
                  "no more is taken from the client than the server's window has room for") {
  ask("PUT / HTTP/1.1\r\nHost: test\r\nContent-Length: 10000000\r\n\r\n");
  std::size_t given = 0;
  while (const std::size_t room = std::min<std::size_t>(gateway.room(), 10'000)) {
    ask(std::string(room, 'x'));
    given += room;
    REQUIRE(given < 1'000'000);
  }
  CHECK(given < 4 * stream_window);
}

TEST_CASE_FIXTURE(fixture, "a stream that is reset cuts the text") {
  ask(get);
  server.answer(1, {{":status", "200"}, {"content-length", "5"}}, "hi", false);
  CHECK(take() == ok + "Content-Length: 5\r\n\r\nhi");
  CHECK_FALSE(gateway.is_over());
  server.reset(1, cancel);
  pump();
  CHECK(gateway.is_over());
  CHECK(gateway.is_cut());
}

TEST_CASE_FIXTURE(fixture, "a server that leaves answers what it has taken") {
  ask(get);
  server.go_away();
  pump();
  gateway.from_client(get);
  pump();
  CHECK(server.requests.size() == 1);
  SUBCASE("wholly") {
    server.answer(1, {{":status", "204"}}, "");
    CHECK(take() == "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    CHECK(gateway.is_over());
    CHECK_FALSE(gateway.is_cut());
  }
  SUBCASE("or not") {
    gateway.end_of_server();
    CHECK(gateway.is_over());
    CHECK(gateway.is_cut());
  }
}

TEST_CASE_FIXTURE(fixture, "a client that wants to close, and one that has left") {
  SUBCASE("Connection: close") {
    ask("GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n" + get);
    CHECK(server.requests.size() == 1);
    server.answer(1, {{":status", "204"}}, "");
    CHECK(take() == "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    CHECK(gateway.is_over());
    gateway.leave();
    pump();
    CHECK(server.was_left);
  }
  SUBCASE("an end between requests") {
    gateway.end_of_client();
    CHECK(gateway.is_over());
    CHECK_FALSE(gateway.give_up());
  }
  SUBCASE("an end before the answer") {
    ask(get + "PUT / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhi");
    gateway.end_of_client();
    CHECK_FALSE(gateway.is_over());
    CHECK(gateway.give_up());
    pump();
    CHECK(server.requests[1].code == cancel);
    CHECK(server.requests[3].code == cancel);
    CHECK(gateway.is_over());
  }
}

TEST_CASE_FIXTURE(fixture, "a server that does not want the content") {
  ask("PUT / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhi");
  server.answer(1, {{":status", "413"}}, "");
  CHECK(take().starts_with("HTTP/1.1 413"));
  server.reset(1, 0);
  pump();
  CHECK_FALSE(gateway.is_over());
  ask("you" + get);
  CHECK(server.requests[3].ended);
}

// --- WebSockets ----------------------------------------------------------------------------------

namespace {

const std::string handshake =
    "GET /chat HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

}  // namespace

TEST_CASE("an upgrade to WebSocket is extended CONNECT, and then bytes both ways") {
  fixture f(true);
  f.ask(handshake + "a frame");
  CHECK(f.server.requests[1].head ==
        ":method: CONNECT\n:protocol: websocket\n:scheme: http\n:path: /chat\n:authority: test\n"
        "sec-websocket-version: 13\n");
  CHECK(f.server.requests[1].content.empty());
  f.server.answer(1, {{":status", "200"}, {"sec-websocket-protocol", "p"}}, "hello", false);
  CHECK(f.take() ==
        "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Protocol: p\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\nhello");
  CHECK(f.server.requests[1].content == "a frame");
  SUBCASE("the server ends it") {
    f.server.end(1);
    CHECK(f.take().empty());
    CHECK(f.gateway.is_over());
    CHECK_FALSE(f.gateway.is_cut());
  }
  SUBCASE("the client ends it") {
    f.gateway.end_of_client();
    f.pump();
    CHECK(f.server.requests[1].ended);
    CHECK_FALSE(f.gateway.is_over());
  }
}

TEST_CASE("an upgrade that is refused is an answer like any other") {
  fixture f(true);
  f.ask(handshake + get);
  f.server.answer(1, {{":status", "403"}}, "");
  CHECK(f.take() == "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
  CHECK(f.server.requests[3].ended);
}

TEST_CASE("a server without WebSockets is asked for the resource") {
  fixture f(false);
  f.ask(handshake);
  CHECK(f.server.requests[1].head.starts_with(":method: GET\n:scheme: http\n:path: /chat\n"));
  CHECK(f.server.requests[1].ended);
}

// --- what cannot be ------------------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "what HTTP/2 cannot carry is an error that shows it") {
  for (const char* text :
       {"GET  / HTTP/1.1\r\n\r\n", "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"}) {
    CAPTURE(text);
    http2_gateway g("http");
    try {
      g.from_client(text);
      FAIL("it went through");
    } catch (const error& e) {
      CHECK(std::string_view(e.what()).starts_with("HTTP/2 cannot carry this request: "));
    }
  }
}

TEST_CASE_FIXTURE(fixture, "what a server must not send is an error") {
  ask(get);
  SUBCASE("no frame") {
    const auto answer_it = [&] {
      gateway.receive("HTTP/1.1 400 Bad Request\r\n\r\n");
      gateway.send();
    };
    CHECK_THROWS_AS(answer_it(), error);
  }
  SUBCASE("an answer without a status") {
    server.answer(1, {{"x", "y"}}, "");
    CHECK_THROWS_AS(pump(), error);
  }
  SUBCASE("a field of a connection") {
    server.answer(1, {{":status", "200"}, {"connection", "close"}}, "");
    CHECK_THROWS_AS(pump(), error);
  }
}
