// SPDX-License-Identifier: BSL-1.0
//
// The whole server through real sockets: every kind of listener, threads of its own and the user's,
// asked by Boost.Beast's client.

#include "support/scratch_folder.hpp"
#include "support/server_harness.hpp"
#include "support/socket_client.hpp"

#include <asio_httpd/asio_httpd.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace asio_httpd;
using namespace std::chrono_literals;
using boost::asio::awaitable;
using test_support::eventually;
using test_support::get;
using test_support::scratch_folder;
using test_support::socket_client;
using test_support::statuses_in;
namespace asio = boost::asio;
namespace beast = boost::beast::http;

namespace {

router site(const scratch_folder& folder) {
  router routes;
  routes.get("/", [] { return "hello"; });
  routes.get("/peer", [](const request& r) { return r.remote_address(); });
  routes.get("/later", []() -> awaitable<std::string> {
    asio::steady_timer timer(co_await asio::this_coro::executor, 1ms);
    co_await timer.async_wait(asio::use_awaitable);
    co_return "later";
  });
  routes.post("/echo", [](const request& r) { return std::string(r.body()); });
  routes.files("/files", folder.path().string());
  return routes;
}

beast::request<beast::string_body> make_request(beast::verb v, std::string_view target,
                                                std::string body = {}) {
  beast::request<beast::string_body> r(v, {target.data(), target.size()}, 11);
  r.set(beast::field::host, "test");
  r.body() = std::move(body);
  r.prepare_payload();
  return r;
}

// A whole conversation of Beast's client on a connected socket.
template <class Socket>
void converse(Socket& socket, std::string_view peer, const std::string& file) {
  boost::beast::flat_buffer buffer;
  const auto ask = [&](auto request) {
    beast::write(socket, request);
    beast::response_parser<beast::string_body> parser;
    parser.body_limit(100 * 1024 * 1024);
    parser.skip(request.method() == beast::verb::head);
    beast::read(socket, buffer, parser);
    return parser.release();
  };
  CHECK(ask(make_request(beast::verb::get, "/")).body() == "hello");
  CHECK(ask(make_request(beast::verb::get, "/peer")).body() == peer);
  CHECK(ask(make_request(beast::verb::get, "/later")).body() == "later");
  const auto head = ask(make_request(beast::verb::head, "/"));
  CHECK(head[beast::field::content_length] == "5");
  CHECK(ask(make_request(beast::verb::get, "/none")).result() == beast::status::not_found);
  CHECK(ask(make_request(beast::verb::put, "/")).result() == beast::status::method_not_allowed);
  const std::string body(300000, 'b');
  CHECK(ask(make_request(beast::verb::post, "/echo", body)).body() == body);
  auto chunked = make_request(beast::verb::post, "/echo", body);
  chunked.chunked(true);
  CHECK(ask(chunked).body() == body);
  CHECK(ask(make_request(beast::verb::get, "/files/large")).body() == file);
  auto last = make_request(beast::verb::get, "/");
  last.keep_alive(false);
  CHECK_FALSE(ask(last).keep_alive());
  boost::system::error_code end;
  char byte;
  socket.read_some(asio::buffer(&byte, 1), end);
  CHECK(end == asio::error::eof);
}

std::string large_file() {
  std::string bytes(3 * 1024 * 1024 + 11, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31 + i / 255);
  return bytes;
}

std::string unique_name(const char* what) {
  return std::string("@asio_httpd_") + what + "_" + std::to_string(::getpid());
}

}  // namespace

TEST_CASE("Beast's client, over IPv4, IPv6, a Unix socket and an abstract one") {
  const scratch_folder folder;
  const scratch_folder sockets;
  const std::string file = large_file();
  folder.write("large", file);
  const std::string path = sockets / "s";
  const std::string name = unique_name("beast");
  server s(site(folder), {.listen = {"*:0", "unix:" + path, "unix:" + name}, .threads = 2});
  s.start();
  CHECK(s.listeners().size() == 3);
  asio::io_context context;
  {
    asio::ip::tcp::socket v4(context);
    v4.connect({asio::ip::address_v4::loopback(), s.port()});
    converse(v4, "127.0.0.1", file);
    asio::ip::tcp::socket v6(context);
    v6.connect({asio::ip::address_v6::loopback(), s.port()});
    converse(v6, "::1", file);
    asio::local::stream_protocol::socket local(context);
    local.connect({path});
    converse(local, "unix", file);
    asio::local::stream_protocol::socket abstract(context);
    abstract.connect({std::string(1, '\0') + name.substr(1)});
    converse(abstract, "unix", file);
  }
  const auto stopped = s.stop(10s);
  CHECK(stopped.cut == 0);
  CHECK(s.report().connections.accepted == 4);
}

TEST_CASE("on the user's io_context with four threads, a strand for each connection") {
  const scratch_folder folder;
  const std::string file = large_file();
  folder.write("large", file);
  asio::io_context context;
  server s(context.get_executor(), site(folder), {.listen = {"127.0.0.1:0"}});
  s.start();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { context.run(); });
  std::atomic<bool> ends{false};
  std::thread watcher([&] {
    while (!ends) (void)s.report();
  });
  std::vector<std::thread> clients;
  for (int i = 0; i < 6; ++i) {
    clients.emplace_back([&] {
      for (int round = 0; round < 5; ++round) {
        asio::io_context own;
        asio::ip::tcp::socket socket(own);
        socket.connect({asio::ip::address_v4::loopback(), s.port()});
        converse(socket, "127.0.0.1", file);
      }
    });
  }
  for (auto& c : clients) c.join();
  auto busy = socket_client::to_port(s.port());
  busy.send("GET / HTTP/1.1\r\nHo");
  // From another thread than those that serve; it waits for them.
  const auto stopped = s.stop(0s);
  CHECK(stopped.open <= 1);
  ends = true;
  watcher.join();
  for (auto& t : threads) t.join();  // the server has left nothing to do
  CHECK(s.report().connections.open == 0);
  CHECK(s.report().requests.total == 6 * 5 * 10);
}

TEST_CASE("a listening socket for each thread with reuse_port") {
  router routes;
  routes.get(
      "/", [] { return std::to_string(std::hash<std::thread::id>()(std::this_thread::get_id())); });
  server s(routes,
           {.listen = {"127.0.0.1:0", "[::1]:0"}, .threads = 3, .sockets = {.reuse_port = true}});
  s.start();
  CHECK(s.listeners().size() == 2);
  std::set<std::string> seen;
  for (int i = 0; i < 400 && seen.size() < 3; ++i) {
    auto c = socket_client::to_port(s.port());
    c.send(get("/", "Connection: close\r\n"));
    const auto answers = test_support::replies_in(c.receive_all());
    REQUIRE(answers.size() == 1);
    seen.insert(answers[0].body);
  }
  CHECK(seen.size() == 3);
  CHECK(s.stop(10s).cut == 0);
  for (int round = 0; round < 20; ++round) {  // stop while connections come in
    s.start();
    std::thread client([port = s.port()] {
      for (int i = 0; i < 20; ++i) {
        try {
          socket_client::to_port(port).send("GET /");
        } catch (const std::system_error&) {
        }
      }
    });
    s.stop(round % 2 == 0 ? 0ms : 10ms);
    client.join();
    REQUIRE_FALSE(s.is_running());
  }
}

// However its request was read: with room to spare in the buffer, filling it, over a Unix socket.
TEST_CASE("a handler that waits does not outlive its client") {
  const scratch_folder folder;
  std::atomic<int> begun{0};
  router routes;
  routes.get("/", [&begun]() -> awaitable<std::string> {
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    ++begun;
    co_await timer.async_wait(asio::use_awaitable);
    co_return "never";
  });
  const std::string path = folder / "socket";
  server s(routes, {.listen = {"127.0.0.1:0", "unix:" + path}, .threads = 1});
  s.start();
  const auto padded = [](std::size_t size) {
    const std::string head = "GET / HTTP/1.1\r\nHost: test\r\nX-Padding: ";
    return head + std::string(size - head.size() - 4, 'x') + "\r\n\r\n";
  };
  int expected = 0;
  for (const std::size_t size : {60u, 8191u, 8192u, 8193u}) {
    for (const bool local : {false, true}) {
      CAPTURE(size);
      CAPTURE(local);
      auto c = local ? socket_client::to_path(path) : socket_client::to_port(s.port());
      REQUIRE(c.send(padded(size)));
      REQUIRE(eventually([&] { return begun == expected + 1; }));
      ++expected;
      c.close();
      CHECK(eventually([&] { return s.report().connections.open == 0; }, 5s));
    }
  }
  s.stop(0ms);
}

TEST_CASE("two servers in one process, side by side") {
  router one;
  one.get("/", [] { return "one"; });
  router two;
  two.get("/", [] { return "two"; });
  server a(one, {.listen = {"127.0.0.1:0"}, .threads = 1});
  asio::io_context context;
  server b(context.get_executor(), two, {.listen = {"127.0.0.1:0"}});
  a.start();
  b.start();
  std::thread runner([&] { context.run(); });
  auto to_a = socket_client::to_port(a.port());
  auto to_b = socket_client::to_port(b.port());
  for (int i = 0; i < 10; ++i) {
    to_a.send(get("/"));
    to_b.send(get("/"));
    CHECK(to_a.receive_reply().ends_with("one"));
    CHECK(to_b.receive_reply().ends_with("two"));
  }
  a.stop(1s);
  to_b.send(get("/"));
  CHECK(to_b.receive_reply().ends_with("two"));
  b.stop(1s);
  runner.join();
  CHECK(a.report().requests.total == 10);
  CHECK(b.report().requests.total == 11);
}

TEST_CASE("over the limit of connections: 503, and served again when one has gone") {
  router routes;
  routes.get("/", [] { return "hello"; });
  server s(routes, {.listen = {"127.0.0.1:0"}, .threads = 2, .limits = {.connections = 2}});
  s.start();
  auto first = socket_client::to_port(s.port());
  auto second = socket_client::to_port(s.port());
  second.send(get("/"));
  CHECK(statuses_in(second.receive_reply()) == "200");
  auto third = socket_client::to_port(s.port());
  const auto answer = third.receive_all();
  CHECK(statuses_in(answer) == "503");
  CHECK(answer.find("Connection: close") != std::string::npos);
  CHECK(s.report().connections.refused == 1);
  CHECK(s.report().connections.limit == 2);
  CHECK(s.report().connections.open == 2);
  first.close();
  REQUIRE(eventually([&] { return s.report().connections.open == 1; }));
  auto fourth = socket_client::to_port(s.port());
  fourth.send(get("/"));
  CHECK(statuses_in(fourth.receive_reply()) == "200");
  s.stop(1s);
}

TEST_CASE("threat 12: one client that sends without end does not keep the thread from others") {
  router routes;
  routes.get("/", [] { return "x"; });
  server s(routes, {.listen = {"127.0.0.1:0"}, .threads = 1});
  s.start();
  std::atomic<bool> ends{false};
  auto greedy = socket_client::to_port(s.port());
  std::string batch;
  for (int i = 0; i < 2000; ++i) batch += "GET / HTTP/1.1\r\nHost:\r\n\r\n";
  std::thread sender([&] {
    while (!ends && greedy.send(batch)) {
    }
  });
  std::thread reader([&] {
    while (!greedy.receive_some(1 << 20).empty()) {
    }
  });
  for (int i = 0; i < 20; ++i) {
    auto c = socket_client::to_port(s.port());
    c.send(get("/"));
    CHECK(statuses_in(c.receive_reply()) == "200");
  }
  ends = true;
  ::shutdown(greedy.descriptor(), SHUT_RDWR);
  sender.join();
  reader.join();
  s.stop(1s);
}

TEST_CASE("stop always ends: idle, busy, sending, reading connections") {
  const scratch_folder folder;
  folder.write("large", std::string(64 * 1024 * 1024, 'x'));
  router routes = site(folder);
  routes.get("/slow", []() -> awaitable<std::string> {
    asio::steady_timer timer(co_await asio::this_coro::executor, 24h);
    co_await timer.async_wait(asio::use_awaitable);
    co_return "";
  });
  server s(routes, {.listen = {"127.0.0.1:0"}, .threads = 2});
  for (int round = 0; round < 5; ++round) {
    s.start();
    std::vector<socket_client> clients;
    for (int i = 0; i < 10; ++i) {
      for (const std::string text : {"", "GET / HT", "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n",
                                     "GET /files/large HTTP/1.1\r\nHost: x\r\n\r\n",
                                     "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n",
                                     "GET / HTTP/3.0\r\n\r\n"}) {
        clients.push_back(socket_client::to_port(s.port()));
        clients.back().send(text);
      }
    }
    REQUIRE(eventually([&] { return s.report().requests.total >= 20u * unsigned(round + 1); }));
    const auto report = s.stop(round % 2 == 0 ? 0ms : 50ms);
    CHECK(report.took < 30s);
    CHECK(report.open == report.drained + report.cut);
    CHECK(report.cut >= 30);
    CHECK(s.report().connections.open == 0);
  }
}

TEST_CASE("10,000 connections open at once, as far as the limit of descriptors allows") {
  const std::size_t limit = test_support::raise_descriptor_limit();
  // Two for each connection, one at either end.
  const std::size_t most = test_support::sanitized ? 2000 : 10000;
  const std::size_t wanted = std::min(most, (limit - 200) / 2);
  if (wanted < most) MESSAGE("the limit of ", limit, " descriptors allows ", wanted);
  router routes;
  routes.get("/", [] { return "hello"; });
  server s(routes, {.listen = {"127.0.0.1:0"}, .threads = 2});
  s.start();
  std::vector<socket_client> clients;
  clients.reserve(wanted);
  for (std::size_t i = 0; i < wanted; ++i) {
    clients.push_back(socket_client::to_port(s.port()));
    REQUIRE(clients.back().send(get("/")));
    if (i >= 100) REQUIRE(statuses_in(clients[i - 100].receive_reply()) == "200");
  }
  for (std::size_t i = wanted - 100; i < wanted; ++i) {
    REQUIRE(statuses_in(clients[i].receive_reply()) == "200");
  }
  CHECK(s.report().connections.open == wanted);
  CHECK(s.report().connections.idle == wanted);
  // Every one of them still works.
  for (std::size_t i = 0; i < wanted; i += 97) {
    clients[i].send(get("/"));
    REQUIRE(statuses_in(clients[i].receive_reply()) == "200");
  }
  const auto stopped = s.stop(60s);
  CHECK(stopped.open == wanted);
  CHECK(stopped.cut == 0);
}
