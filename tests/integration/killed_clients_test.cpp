// SPDX-License-Identifier: BSL-1.0
//
// Clients that die in every phase of an exchange: nothing may leak and nobody else may notice.

#include "support/scratch_folder.hpp"
#include "support/server_harness.hpp"
#include "support/socket_client.hpp"

#include <asio_httpd/asio_httpd.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

using namespace asio_httpd;
using namespace std::chrono_literals;
using boost::asio::awaitable;
using test_support::eventually;
using test_support::get;
using test_support::socket_client;
using test_support::statuses_in;
namespace asio = boost::asio;

namespace {

constexpr int kills = 200;

struct phase {
  const char* name;
  std::string request;
  bool reads_a_little;  // before it dies
};

const std::vector<phase>& phases() {
  static const std::vector<phase> all = {
      {"before the first byte", "", false},
      {"in the head", "GET / HTTP/1.1\r\nHost: x\r\nUser-Ag", false},
      {"in the body", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nabc", false},
      {"in a chunk",
       "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc", false},
      {"while the handler runs", get("/slow"), false},
      {"with requests behind one that runs", get("/") + get("/slow") + get("/files/large"), true},
      {"in a large answer", get("/text"), true},
      {"in a large file", get("/files/large"), true},
      {"after a refusal", "GET / HTTP/9.9\r\n\r\n", true},
      {"between two requests", get("/"), true},
      {"in an upgraded stream", get("/stream", "Connection: upgrade\r\nUpgrade: x\r\n"), true},
  };
  return all;
}

router site(const test_support::scratch_folder& folder) {
  router routes;
  routes.get("/", [] { return "hello"; });
  routes.post("/echo", [](const request& r) { return std::string(r.body()); });
  routes.get("/text", [] { return std::string(8 * 1024 * 1024, 'x'); });
  routes.get("/slow", []() -> awaitable<std::string> {
    asio::steady_timer timer(co_await asio::this_coro::executor, 20ms);
    co_await timer.async_wait(asio::use_awaitable);
    co_return std::string(8 * 1024 * 1024, 'x');
  });
  auto protocol =
      std::make_shared<const stream_handler>(stream_handler{[](stream s) -> awaitable<void> {
        const std::string block(100000, 's');
        for (;;) co_await s.write(block);
      }});
  routes.get("/stream", [protocol] {
    response r;
    r.upgrade("x", protocol);
    return r;
  });
  folder.write("files/large", std::string(16 * 1024 * 1024, 'f'));
  routes.files("/files", folder / "files", {.cache = false});  // a cache keeps them open
  return routes;
}

void die(std::uint16_t port, const phase& p, bool with_reset) {
  auto c = socket_client::to_port(port);
  c.send(p.request);
  if (p.reads_a_little) (void)c.receive_some(1000);
  with_reset ? c.reset() : c.close();
}

// All phases; after each, descriptors and connections are as before.
void kill_in_every_phase(server& s) {
  const auto nobody = [&] { return s.report().connections.open == 0; };
  const std::size_t descriptors = test_support::open_descriptors();
  for (const phase& p : phases()) {
    INFO(std::string(p.name));
    std::size_t settled = 0;
    for (int i = 0; i < kills; ++i) {
      die(s.port(), p, i % 4 != 0);
      if (i == kills / 2) {
        REQUIRE(eventually(nobody));
        settled = test_support::resident_bytes();
      }
    }
    REQUIRE(eventually(nobody));
    // Fewer are good: a thread that began may have had a file open when they were counted.
    CHECK(eventually([&] { return test_support::open_descriptors() <= descriptors; }));
    CHECK(eventually([&] { return s.report().connections.idle == 0; }));
    const std::size_t allowance = test_support::sanitized ? 400u << 20 : 48u << 20;
    CHECK(test_support::resident_bytes() < settled + allowance);
    auto other = socket_client::to_port(s.port());
    other.send(get("/", "Connection: close\r\n"));
    CHECK(statuses_in(other.receive_all()) == "200");
    REQUIRE(eventually(nobody));
  }
  // The 505s of "after a refusal", and nothing else.
  CHECK(s.report().requests.by_status_class[5] == kills);
}

}  // namespace

TEST_CASE("threat 13: clients that are killed in every phase, threads of the server's own") {
  const test_support::scratch_folder folder;
  server s(site(folder), {.listen = {"127.0.0.1:0"}, .threads = 2});
  s.start();
  kill_in_every_phase(s);
  CHECK(s.stop(10s).cut == 0);
}

TEST_CASE("threat 13: clients that are killed in every phase, the user's threads") {
  const test_support::scratch_folder folder;
  asio::io_context context;
  server s(context.get_executor(), site(folder), {.listen = {"127.0.0.1:0"}});
  s.start();
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back([&] { context.run(); });
  kill_in_every_phase(s);
  CHECK(s.stop(10s).cut == 0);
  for (auto& t : threads) t.join();
}

TEST_CASE("threat 13: clients die while the server stops") {
  const test_support::scratch_folder folder;
  server s(site(folder), {.listen = {"127.0.0.1:0"}, .threads = 2});
  for (int round = 0; round < 30; ++round) {
    s.start();
    std::vector<socket_client> clients;
    for (const phase& p : phases()) {
      clients.push_back(socket_client::to_port(s.port()));
      clients.back().send(p.request);
    }
    std::thread killer([&] {
      for (auto& c : clients) c.reset();
    });
    s.stop(round % 3 == 0 ? 0ms : 5ms);
    killer.join();
    CHECK(s.report().connections.open == 0);
  }
}
