// SPDX-License-Identifier: BSL-1.0
//
// The TLS of the test kit: its client against the server's own, over a pipe in memory.

#include "testing/tls_client.hpp"

#include "net/memory_transport.hpp"
#include "testing/tls_carrier.hpp"
#include "testing/tls_identity.hpp"
#include "tls/transport.hpp"

#include <asio_httpd/testing/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>

using namespace asio_httpd;
using testing::tls_client;

namespace {

// What can be read, up to where nothing is there.
std::string read_all(net::transport& from) {
  std::string all;
  std::array<char, 1000> room;
  for (;;) {
    const auto [size, error] = from.read(room.data(), room.size());
    if (error || size == 0) return all;
    all.append(room.data(), size);
  }
}

// A client's pipe, the carrier, and the transport that a server gets.
struct carried {
  explicit carried(std::string_view protocol = "http/1.1")
      : carrier(context.get_executor(), protocol) {
    auto pipe = net::make_memory_connection(context.get_executor());
    client = pipe.peer;
    server = carrier.connect(std::move(pipe.server_end), {});
  }
  // What comes to the server.
  std::string at_server() {
    std::string all;
    while (carrier.carry()) all += read_all(*server);
    return all + read_all(*server);
  }
  std::string at_client() {
    std::string all;
    while (carrier.carry()) all += client.receive();
    return all + client.receive();
  }

  boost::asio::io_context context;
  testing::tls_carrier carrier;
  net::memory_peer client;
  std::unique_ptr<net::transport> server;
};

}  // namespace

TEST_CASE("text goes both ways, and is encrypted in between") {
  boost::asio::io_context context;
  auto pipe = net::make_memory_connection(context.get_executor());
  const auto server = tls::accept(testing::the_tls_identity().context, std::move(pipe.server_end));
  tls_client client("http/1.1");
  while (!client.is_established()) {
    pipe.peer.send(client.send());
    CHECK(read_all(*server).empty());
    client.receive(pipe.peer.receive());
  }
  client.write("a secret");
  const std::string records = client.send();
  CHECK(records.find("secret") == std::string::npos);
  pipe.peer.send(records);
  CHECK(read_all(*server) == "a secret");
  CHECK(server->write("another", {}, false).size == 7);
  client.receive(pipe.peer.receive());
  CHECK(client.read() == "another");
}

TEST_CASE("a carried connection is one of TLS for the server") {
  for (const std::string protocol : {"h2", "http/1.1"}) {
    carried c(protocol);
    CHECK(c.at_server().empty());
    REQUIRE(c.server->security() != nullptr);
    CHECK(c.server->security()->is_established());
    CHECK(c.server->security()->protocol() == protocol);
    CHECK(c.server->security()->info().server_name == "test");
    c.client.send("hello");
    CHECK(c.at_server() == "hello");
    CHECK(c.server->write("you", {}, false).size == 3);
    CHECK(c.at_client() == "you");
  }
}

TEST_CASE("large text, however little the client takes at once") {
  carried c;
  c.at_server();
  const std::string large(300'000, 'x');
  c.client.send(large);
  CHECK((c.at_server() == large));
  c.client.set_capacity(1000);
  std::string_view left = large;
  std::string got;
  while (!left.empty()) {
    left.remove_prefix(c.server->write(left, {}, false).size);
    got += c.at_client();
  }
  CHECK((got + c.at_client() == large));
}

TEST_CASE("a client that does not read stops the server") {
  carried c;
  c.at_server();
  c.client.set_capacity(0);
  const std::string piece(10'000, 'x');
  std::size_t written = 0;
  while (const std::size_t size = c.server->write(piece, {}, false).size) {
    written += size;
    while (c.carrier.carry()) continue;
    REQUIRE(written < 10'000'000);
  }
  CHECK(written < 1'000'000);
}

TEST_CASE("ends of connections") {
  carried c;
  c.at_server();
  SUBCASE("of the client") {
    c.client.send("bye");
    c.client.shutdown_send();
    CHECK(c.at_server() == "bye");
    char byte = 0;
    const auto end = c.server->read(&byte, 1);
    CHECK_FALSE(end.error);
    CHECK(end.size == 0);
    CHECK(c.server->write("bye", {}, false).size == 3);
    CHECK(c.at_client() == "bye");
  }
  SUBCASE("of the server") {
    CHECK(c.server->write("bye", {}, false).size == 3);
    c.server->shutdown_send();
    CHECK(c.at_client() == "bye");
    CHECK(c.client.at_end());
    CHECK_FALSE(c.client.is_closed());
    c.server->close(false);
    c.at_client();
    CHECK(c.client.is_closed());
  }
  SUBCASE("a reset") {
    c.client.reset();
    c.at_server();
    char byte = 0;
    CHECK(c.server->read(&byte, 1).error == boost::asio::error::connection_reset);
  }
}

TEST_CASE("what is no TLS is an error") {
  tls_client client("h2");
  CHECK_THROWS_AS(client.receive("HTTP/1.1 400 Bad Request\r\n\r\n"), testing::error);
}
