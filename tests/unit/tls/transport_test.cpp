// SPDX-License-Identifier: BSL-1.0
//
// The transport against OpenSSL as a client, over a pipe in memory.

#include "support/scratch_folder.hpp"
#include "unit/tls/tls_fixture.hpp"

#include <asio_httpd/file.hpp>

#include <doctest/doctest.h>

using namespace tls_test;
using net::peer_state;
using wait = net::transport::wait;

namespace {

struct fixture {
  test_support::test_certificates certificates;
  server_side server;
  std::shared_ptr<tls::context> context = server.make({{certificates.localhost()}});
};

std::string text_of(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * 7 % 26);
  return text;
}

}  // namespace

TEST_CASE_FIXTURE(fixture, "bytes go both ways, with either version") {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CAPTURE(version);
    tls_link l(context, {.server_name = "localhost", .maximum = version});
    REQUIRE(l.handshake());
    l.send("hello");
    l.read();
    CHECK(l.received == "hello");
    CHECK(l.last.error == would_block);
    l.write_all("welcome");
    CHECK(l.client.received == "welcome");
    CHECK(l.security().version() ==
          (version == TLS1_2_VERSION ? tls_version::tls_1_2 : tls_version::tls_1_3));
    const tls_info info = l.security().info();
    CHECK(info.server_name == "localhost");
    CHECK(info.cipher == (version == TLS1_2_VERSION ? "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
                                                    : "TLS_AES_128_GCM_SHA256"));
    CHECK_FALSE(info.resumed);
    CHECK(l.security().failure().empty());
  }
}

TEST_CASE_FIXTURE(fixture, "however the bytes of the client are cut") {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CAPTURE(version);
    tls_link l(context, {.maximum = version});
    for (int round = 0; round < 4; ++round) {
      l.client.step();
      if (round == 3) l.client.write("hello");
      for (const char byte : l.client.take_output()) {
        l.peer().send({&byte, 1});
        l.read();
        REQUIRE(l.last.error == would_block);
      }
      l.client.feed(l.peer().receive());
    }
    CHECK(l.received == "hello");
  }
}

TEST_CASE_FIXTURE(fixture, "request and the end of the handshake in one piece") {
  tls_link l(context);
  l.client.step();
  l.peer().send(l.client.take_output());
  l.read();
  l.client.feed(l.peer().receive());
  l.client.step();
  l.client.write("GET");
  l.peer().send(l.client.take_output());
  std::string block(100, '\0');
  CHECK(l.end->read(block.data(), 100).size == 3);
  CHECK(l.peer().receive().empty());  // the ticket goes out with the answer
  CHECK(l.end->unsent() != 0);
  CHECK(l.end->write("answer", {}, false).size == 6);
  l.client.feed(l.peer().receive());
  l.client.step();
  CHECK(l.client.received == "answer");
  CHECK(l.end->unsent() == 0);
}

TEST_CASE_FIXTURE(fixture, "a small buffer: what is left is there at once") {
  tls_link l(context);
  REQUIRE(l.handshake());
  l.client.write(text_of(1000));
  l.client.write(text_of(500));
  l.peer().send(l.client.take_output());
  std::string block(600, '\0');
  CHECK(l.end->read(block.data(), 600).size == 600);
  CHECK(l.end->look_at_peer() == peer_state::has_sent);
  l.finished = 0;
  l.wait(wait::read);
  CHECK(l.finished == 0);  // never from inside the call
  l.poll();
  CHECK(l.finished == 1);
  CHECK(l.end->read(block.data(), 400).size == 400);
  l.wait(wait::read);  // now it is a whole record that waits
  l.poll();
  CHECK(l.finished == 2);
  CHECK(l.end->read(block.data(), 600).size == 500);
  l.wait(wait::read);
  l.poll();
  CHECK(l.finished == 2);
  l.end->cancel();
  l.poll();
}

TEST_CASE_FIXTURE(fixture, "a part of a record is not ready") {
  tls_link l(context);
  REQUIRE(l.handshake());
  l.client.write("hello");
  const std::string record = l.client.take_output();
  l.peer().send(std::string_view(record).substr(0, 20));
  l.finished = 0;
  l.wait(wait::read);
  l.poll();
  CHECK(l.finished == 1);
  l.read();
  CHECK(l.last.error == would_block);
  l.wait(wait::read);
  l.poll();
  CHECK(l.finished == 1);
  CHECK(l.end->look_at_peer() == peer_state::silent);
  l.peer().send(std::string_view(record).substr(20));
  l.poll();
  CHECK(l.finished == 2);
  CHECK(l.end->look_at_peer() == peer_state::has_sent);
  l.read();
  CHECK(l.received == "hello");
}

TEST_CASE_FIXTURE(fixture, "much in both directions, through a pipe that is narrow") {
  const std::string text = text_of(1'000'000);
  for (const std::size_t capacity : {1000u, 30'000u, 200'000u}) {
    CAPTURE(capacity);
    tls_link l(context);
    REQUIRE(l.handshake());
    l.peer().set_capacity(capacity);
    l.client.received.clear();
    l.write_all(text);
    CHECK(l.client.received == text);
    l.send(text);
    l.read(5000);
    CHECK(l.received == text);
  }
}

TEST_CASE_FIXTURE(fixture, "what the pipe did not take does not count, and is not lost") {
  tls_link l(context);
  REQUIRE(l.handshake());
  l.peer().set_capacity(10'000);
  const std::string text = text_of(40'000);
  const io_result first = l.end->write(text, {}, false);
  CHECK_FALSE(first.error);
  CHECK(first.size <= 10'000);
  CHECK(l.end->write(std::string_view(text).substr(first.size), {}, false).error == would_block);
  CHECK(l.end->unsent() > 40'000);
  l.finished = 0;
  l.wait(wait::write);
  l.poll();
  CHECK(l.finished == 0);
  l.client.feed(l.peer().receive());
  l.poll();
  CHECK(l.finished == 1);
  l.write_all(std::string_view(text).substr(first.size));
  CHECK(l.client.received == text);
}

TEST_CASE_FIXTURE(fixture, "a head and its body share a record") {
  tls_link l(context);
  REQUIRE(l.handshake());
  CHECK(l.end->write("head", "body", false).size == 8);
  const std::string records = l.peer().receive();
  CHECK(records.size() == 5 + 8 + 1 + 16);
  l.client.feed(records);
  l.client.step();
  CHECK(l.client.received == "headbody");
}

TEST_CASE_FIXTURE(fixture, "a file is sent, also through a narrow pipe") {
  const test_support::scratch_folder folder;
  const std::string text = text_of(300'000);
  std::error_code none;
  const file opened = file::open(folder.write("file", text), none);
  for (const std::size_t capacity : {1000u, 300'000u}) {
    tls_link l(context);
    REQUIRE(l.handshake());
    l.peer().set_capacity(capacity);
    std::size_t at = 100;
    while (at < text.size()) {
      const io_result r = l.end->send_file(opened.descriptor(), at, text.size() - at);
      REQUIRE((!r.error || r.error == would_block));
      at += r.size;
      l.client.feed(l.peer().receive());
      l.client.step();
    }
    CHECK(l.client.received == text.substr(100));
    const io_result behind = l.end->send_file(opened.descriptor(), text.size(), 10);
    CHECK(behind.size == 0);
    CHECK_FALSE(behind.error);
  }
}

TEST_CASE_FIXTURE(fixture, "a flight of the handshake that does not fit goes out by and by") {
  tls_link l(context);
  l.peer().set_capacity(100);
  l.client.step();
  l.peer().send(l.client.take_output());
  l.read();
  CHECK(l.last.error == would_block);
  int rounds = 0;
  for (; !l.client.is_established() && rounds < 100; ++rounds) {
    l.finished = 0;
    l.wait(wait::read);
    l.client.feed(l.peer().receive());
    l.client.step();
    l.poll();  // the room that there is now is told of, though nobody asked to write
    if (l.finished == 0) break;
    l.read();
  }
  CHECK(rounds > 3);
  CHECK(l.client.is_established());
  l.end->close(false);
  l.poll();
}

TEST_CASE_FIXTURE(fixture, "a server that speaks first waits for the handshake") {
  tls_link l(context);
  CHECK(l.end->write("220 hello", {}, false).error == would_block);
  l.wait(wait::write);
  l.poll();
  CHECK(l.finished == 0);  // though the pipe is empty
  for (int round = 0; round < 3 && l.finished < 9; ++round) {
    l.client.step();
    l.peer().send(l.client.take_output());
    l.poll();
    const io_result r = l.end->write("220 hello", {}, false);
    l.client.feed(l.peer().receive());
    l.client.step();
    if (r.size != 0) break;
    l.wait(wait::write);
  }
  CHECK(l.client.received == "220 hello");
}

TEST_CASE_FIXTURE(fixture, "reader and writer both wait for the handshake") {
  tls_link l(context);
  l.wait(wait::write);
  l.wait(wait::read);
  l.client.step();
  l.peer().send(l.client.take_output());
  l.poll();
  CHECK(l.finished == 2);
  l.wait(wait::read);
  l.wait(wait::write);
  l.end->cancel();
  l.poll();
  CHECK(l.finished == 4);
  CHECK(l.wait_ended_by == boost::asio::error::operation_aborted);
}

// --- the end -------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "both say goodbye") {
  tls_link l(context);
  REQUIRE(l.handshake());
  l.send("last");
  l.client.say_goodbye();
  l.peer().send(l.client.take_output());
  l.read();
  CHECK(l.received == "last");
  CHECK_FALSE(l.last.error);
  CHECK(l.last.size == 0);
  CHECK(l.end->peer_has_ended());
  CHECK(l.end->look_at_peer() == peer_state::gone);
  l.wait(wait::read);
  l.finished = 0;
  l.poll();
  CHECK(l.finished == 1);  // as at the end of a socket
  l.write_all("answer");   // there is still somebody
  l.end->shutdown_send();
  l.client.feed(l.peer().receive());
  l.client.step();
  CHECK(l.client.received == "answer");
  CHECK(l.client.at_end);
  CHECK(l.peer().at_end());
}

TEST_CASE_FIXTURE(fixture, "a goodbye that waits unread is seen, and no text") {
  tls_link l(context);
  REQUIRE(l.handshake());
  CHECK(l.end->look_at_peer() == peer_state::silent);
  l.client.say_goodbye();
  l.peer().send(l.client.take_output());
  CHECK(l.end->look_at_peer() == peer_state::gone);
}

TEST_CASE_FIXTURE(fixture, "closing says goodbye, a reset does not") {
  for (const bool reset : {false, true}) {
    tls_link l(context);
    REQUIRE(l.handshake());
    l.end->close(reset);
    l.client.feed(l.peer().receive());
    l.client.step();
    CHECK(l.client.at_end == !reset);
    CHECK(l.peer().is_closed());
  }
}

TEST_CASE_FIXTURE(fixture, "no goodbye behind a record that is cut off") {
  tls_link l(context);
  REQUIRE(l.handshake());
  l.peer().set_capacity(1000);
  (void)l.end->write(text_of(40'000), {}, false);
  l.end->close(false);
  CHECK(l.peer().receive().size() == 1000);
}

TEST_CASE_FIXTURE(fixture, "an end without a goodbye is no end") {
  tls_link l(context);
  REQUIRE(l.handshake());
  l.send("part");
  l.peer().shutdown_send();
  l.read();
  CHECK(l.received == "part");
  CHECK(l.last.error);
  CHECK(l.last.error != would_block);
}

TEST_CASE_FIXTURE(fixture, "a damaged record ends the connection") {
  tls_link l(context);
  REQUIRE(l.handshake());
  l.client.write("hello");
  std::string record = l.client.take_output();
  record.back() = static_cast<char>(record.back() ^ 1);
  l.peer().send(record);
  l.read();
  CHECK(l.received.empty());
  CHECK(l.last.error != would_block);
  CHECK(l.end->write("x", {}, false).error);
  l.client.feed(l.peer().receive());
  l.client.step();
  CHECK(l.client.error.find("bad record mac") != std::string::npos);
}

TEST_CASE_FIXTURE(fixture, "a peer that asks for answers and takes none is left") {
  tls_link l(context);
  REQUIRE(l.handshake());
  l.peer().set_capacity(0);
  int updates = 0;
  while ((!l.last.error || l.last.error == would_block) && ++updates < 100'000) {
    SSL_key_update(l.client.ssl(), SSL_KEY_UPDATE_REQUESTED);
    SSL_do_handshake(l.client.ssl());
    l.peer().send(l.client.take_output());
    l.read();
  }
  CHECK(updates < 100'000);
  CHECK(l.end->unsent() < 300'000);
}

TEST_CASE_FIXTURE(fixture, "keys may be renewed in between") {
  tls_link l(context);
  REQUIRE(l.handshake());
  SSL_key_update(l.client.ssl(), SSL_KEY_UPDATE_REQUESTED);
  l.send("after");
  l.read();
  CHECK(l.received == "after");
  l.write_all("answer");
  CHECK(l.client.received == "answer");
}

TEST_CASE_FIXTURE(fixture, "renegotiation is refused") {
  tls_link l(context, {.maximum = TLS1_2_VERSION});
  REQUIRE(l.handshake());
  SSL_renegotiate(l.client.ssl());
  SSL_do_handshake(l.client.ssl());
  l.pump();
  CHECK(l.client.error.find("no renegotiation") != std::string::npos);
}

// --- what is no TLS ------------------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "plain HTTP is recognised, and may be answered once") {
  for (const std::string_view begun :
       {"GET / HTTP/1.1\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "POST "}) {
    for (const bool in_pieces : {false, true}) {
      CAPTURE(begun);
      tls_link l(context);
      for (std::size_t i = 0; in_pieces && i < 2; ++i) {
        l.peer().send(begun.substr(i, 1));
        l.read();
        CHECK(l.last.error == would_block);
      }
      l.peer().send(begun.substr(in_pieces ? 2 : 0));
      l.read();
      CHECK(l.last.error);
      CHECK(l.last.error != would_block);
      CHECK(l.security().is_plain_http());
      CHECK(l.security().failure() == "plain HTTP, not TLS");
      CHECK(l.end->write("400", {}, false).size == 3);
      CHECK(l.end->write("more", {}, false).error);
      CHECK(l.peer().receive() == "400");
    }
  }
}

TEST_CASE_FIXTURE(fixture, "what is neither is refused") {
  for (const std::string_view begun : {"\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a", "SSH-2.0-x\r\n",
                                       "get / http", "ABCDEFGHIJKLMNOPQRSTUVWXYZ /"}) {
    CAPTURE(begun);
    tls_link l(context);
    l.peer().send(begun);
    l.read();
    CHECK(l.last.error);
    CHECK(l.last.error != would_block);
    CHECK_FALSE(l.security().is_plain_http());
    CHECK(l.security().failure() == "not TLS");
    CHECK(l.end->write("x", {}, false).error);
  }
}

TEST_CASE_FIXTURE(fixture, "a client that says nothing has done nothing wrong") {
  tls_link l(context);
  l.peer().shutdown_send();
  l.read();
  CHECK_FALSE(l.last.error);
  CHECK(l.security().failure().empty());
}

TEST_CASE_FIXTURE(fixture, "a client that leaves in the middle of the handshake") {
  tls_link l(context);
  l.client.step();
  l.peer().send(l.client.take_output());
  l.read();
  l.peer().shutdown_send();
  l.read();
  CHECK(l.last.error);
  CHECK(l.security().failure() == "the client closed the connection");
}
