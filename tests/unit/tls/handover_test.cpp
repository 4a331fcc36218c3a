// SPDX-License-Identifier: BSL-1.0
//
// From OpenSSL's handshake to records of our own, and OpenSSL as the client: whatever the handshake
// was like, the first record of each side is under the right key and has the right number.

#include "support/record_peer.hpp"
#include "unit/tls/tls_fixture.hpp"

#include "tls/credentials.hpp"
#include "tls/handshake.hpp"
#include "tls/openssl_records.hpp"
#include "tls/protected_records.hpp"

#include <asio_httpd/file.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

using namespace tls_test;
using test_support::session_ptr;

namespace {

struct fixture {
  test_support::test_certificates certificates;
  server_side server;
  tls_certificate localhost = certificates.localhost();
  std::shared_ptr<tls::context> context = server.make({{localhost}});
};

// What a client asks for so that it gets one cipher, and what that is called.
struct choice {
  int version;
  std::string openssl;
  std::string_view name;
};

const std::vector<choice> choices_1_3 = {
    {TLS1_3_VERSION, "TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"},
    {TLS1_3_VERSION, "TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384"},
    {TLS1_3_VERSION, "TLS_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256"},
};

const std::vector<choice> choices_1_2 = {
    {TLS1_2_VERSION, "ECDHE-ECDSA-AES128-GCM-SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"},
    {TLS1_2_VERSION, "ECDHE-ECDSA-AES256-GCM-SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"},
    {TLS1_2_VERSION, "ECDHE-ECDSA-CHACHA20-POLY1305",
     "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"},
};

std::vector<choice> all_choices() {
  std::vector<choice> all = choices_1_3;
  all.insert(all.end(), choices_1_2.begin(), choices_1_2.end());
  return all;
}

tls_client_options client_of(const choice& c) {
  tls_client_options made;
  made.maximum = c.version;
  (c.version == TLS1_3_VERSION ? made.ciphers_1_3 : made.ciphers_1_2) = c.openssl;
  return made;
}

std::string text_of(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * 7 % 26);
  return text;
}

std::string content_of(const std::string& path) {
  std::ostringstream all;
  all << std::ifstream(path).rdbuf();
  return all.str();
}

// Both speak, and say goodbye.
void check_conversation(tls_link& l) {
  l.received.clear();
  l.client.received.clear();
  l.send("hello");
  l.read();
  CHECK(l.received == "hello");
  const std::string text = text_of(40'000);
  l.write_all(text);
  CHECK(l.client.received == text);
  l.send(text);
  l.read(1000);
  CHECK(l.received == "hello" + text);
  l.end->close();
  l.client.feed(l.peer().receive());
  l.client.step();
  CHECK(l.client.error.empty());
  CHECK(l.client.at_end);
}

// As a client keeps it that comes again later.
session_ptr copy_of_session(tls_link& l) {
  return session_ptr(SSL_SESSION_dup(session_ptr(l.client.session()).get()));
}

// All up to the client's last flight, which is what is returned.
std::string last_flight(tls_link& l) {
  l.client.step();
  l.peer().send(l.client.take_output());
  l.read();
  l.client.feed(l.peer().receive());
  l.client.step();
  REQUIRE(l.client.is_established());
  return l.client.take_output();
}

void renew_keys(tls_client& of, bool asks) {
  SSL_key_update(of.ssl(), asks ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED);
}

}  // namespace

// --- ciphers, sessions, tickets ------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "each cipher of each version") {
  for (const choice& c : all_choices()) {
    CAPTURE(c.name);
    tls_link l(context, client_of(c));
    REQUIRE(l.handshake());
    CHECK(l.security().info().cipher == c.name);
    check_conversation(l);
  }
}

TEST_CASE_FIXTURE(fixture, "a client that has to say hello twice") {
  for (const choice& c : choices_1_3) {
    CAPTURE(c.name);
    tls_link l(context, client_of(c));
    SSL_set1_groups_list(l.client.ssl(), "P-521:P-256");  // the share is for the first one
    l.client.step();
    l.peer().send(l.client.take_output());
    l.read();
    const std::string request = l.peer().receive();
    CHECK(request.size() < 200);  // no certificate yet
    l.client.feed(request);
    REQUIRE(l.handshake());
    check_conversation(l);
  }
}

TEST_CASE_FIXTURE(fixture, "resumed sessions, one after the other") {
  for (const choice& c : all_choices()) {
    CAPTURE(c.name);
    session_ptr session;
    for (int connection = 0; connection < 4; ++connection) {
      tls_client_options options = client_of(c);
      options.session = session.get();
      tls_link l(context, options);
      REQUIRE(l.handshake());
      CHECK(l.security().info().resumed == (connection != 0));
      CHECK(l.security().info().cipher == c.name);
      session = copy_of_session(l);
      check_conversation(l);
    }
  }
}

TEST_CASE_FIXTURE(fixture, "without tickets, the first record of ours is the first one") {
  const auto without = server.make({.certificates = {localhost}, .session_tickets = false});
  for (const choice& c : all_choices()) {
    CAPTURE(c.name);
    tls_link l(without, client_of(c));
    REQUIRE(l.handshake());
    CHECK(SSL_SESSION_has_ticket(session_ptr(l.client.session()).get()) == 0);
    check_conversation(l);
  }
}

// A ticket holds the client's certificate: of many names, it takes several records, and more of
// them where the client wants small ones.
TEST_CASE_FIXTURE(fixture, "tickets of clients with large certificates") {
  const auto guarded = server.make({.certificates = {localhost},
                                    .clients = client_certificates::required,
                                    .client_ca = certificates.authority()});
  for (const std::size_t names : {1u, 200u, 1500u}) {
    test_support::test_certificates::wanted wanted{.subject = "alice"};
    for (std::size_t i = 0; i < names; ++i) {
      wanted.names.push_back("client-" + std::to_string(i) + ".example.test");
    }
    const tls_certificate alice = certificates.make("alice", wanted);
    std::string chain = content_of(alice.certificate);
    for (int i = 0; i < 8; ++i) chain += content_of(certificates.authority());
    const std::string chain_file = certificates.folder().write("chain.pem", chain);
    for (const int fragment : {0, 1, 4}) {
      for (const choice& c : all_choices()) {
        CAPTURE(names);
        CAPTURE(c.name);
        tls_client_options options = client_of(c);
        options.certificate = chain_file;
        options.key = alice.key;
        options.max_fragment_length = fragment;
        tls_link first(guarded, options);
        REQUIRE(first.handshake());
        const session_ptr session = copy_of_session(first);
        CHECK(SSL_SESSION_is_resumable(session.get()) == 1);
        check_conversation(first);
        options.session = session.get();
        tls_link second(guarded, options);
        REQUIRE(second.handshake());
        CHECK(second.security().info().resumed);
        CHECK(second.security().info().client_subject == "CN=alice,O=Example");
        check_conversation(second);
      }
    }
  }
}

TEST_CASE_FIXTURE(fixture, "a client that asks for small records gets them, also when it resumes") {
  for (const int asked : {1, 2, 3, 4}) {
    for (const choice& c : choices_1_3) {
      session_ptr session;
      for (const bool resumed : {false, true}) {
        tls_client_options options = client_of(c);
        options.max_fragment_length = asked;
        options.session = session.get();
        tls_link l(context, options);
        REQUIRE(l.handshake());
        CHECK(l.security().is_resumed() == resumed);
        session = copy_of_session(l);
        CHECK(l.end->write(text_of(100), text_of(9900), false).size == 10'000);
        const std::string records = l.peer().receive();
        const std::size_t most = std::size_t{256} << asked;
        std::size_t count = 0;
        for (std::string_view rest = records; !rest.empty(); ++count) {
          const std::size_t size = tls::size_in_header(rest);
          CHECK(size <= most + tls::traffic_key::overhead);
          rest.remove_prefix(tls::record_header_size + size);
        }
        CHECK(count == (10'000 + most - 1) / most);
        l.client.feed(records);
        l.client.step();
        CHECK(l.client.received == text_of(100) + text_of(9900));
        check_conversation(l);
      }
    }
  }
}

// --- what comes with the end of the handshake ----------------------------------------------------

TEST_CASE_FIXTURE(fixture, "text, new keys and a goodbye with the client's Finished") {
  for (const choice& c : choices_1_3) {
    for (const std::size_t size : {10u, 20'000u, 100'000u}) {
      for (const std::size_t room : {1u, 1000u, 200'000u}) {
        if (room == 1 && size > 10) continue;
        CAPTURE(c.name);
        CAPTURE(size);
        tls_link l(context, client_of(c));
        std::string sent = last_flight(l);
        const std::string text = text_of(size);
        l.client.write(text);
        renew_keys(l.client, true);
        l.client.write(text);
        l.client.say_goodbye();
        sent += l.client.take_output();
        l.peer().send(sent);
        l.read(room);
        CHECK(l.received == text + text);
        CHECK_FALSE(l.last.error);  // the end
        CHECK(l.end->write("answer", {}, false).size == 6);
        l.client.feed(l.peer().receive());
        l.client.step();
        CHECK(l.client.received == "answer");
      }
    }
  }
}

TEST_CASE_FIXTURE(fixture, "new keys before anything else") {
  for (const bool asks : {false, true}) {
    tls_link l(context);
    std::string sent = last_flight(l);
    renew_keys(l.client, asks);
    SSL_do_handshake(l.client.ssl());
    sent += l.client.take_output();
    l.peer().send(sent);
    l.read();
    CHECK(l.last.error == would_block);
    check_conversation(l);
  }
}

TEST_CASE_FIXTURE(fixture, "byte by byte, new keys in between") {
  for (const choice& c : all_choices()) {
    CAPTURE(c.name);
    tls_link l(context, client_of(c));
    const auto send = [&](std::string_view bytes) {
      for (const char byte : bytes) {
        l.peer().send({&byte, 1});
        l.read(7);
        REQUIRE(l.last.error == would_block);
      }
      l.client.feed(l.peer().receive());
      l.client.step();
    };
    for (int round = 0; round < 3; ++round) {
      l.client.step();
      send(l.client.take_output());
    }
    REQUIRE(l.client.is_established());
    for (const bool asks : {true, false, true}) {
      if (c.version == TLS1_3_VERSION) renew_keys(l.client, asks);
      l.client.write(text_of(300));
      send(l.client.take_output());
      l.write_all("answer");
    }
    CHECK(l.received == text_of(300) + text_of(300) + text_of(300));
    CHECK(l.client.received == "answeranswer" + std::string("answer"));
    check_conversation(l);
  }
}

TEST_CASE_FIXTURE(fixture, "a server that speaks first, with each cipher") {
  for (const choice& c : all_choices()) {
    CAPTURE(c.name);
    tls_link l(context, client_of(c));
    std::size_t written = 0;
    for (int round = 0; round < 3 && written == 0; ++round) {
      l.client.step();
      l.peer().send(l.client.take_output());
      const io_result r = l.end->write("220 hello", {}, false);
      CHECK((r.size == 9 || r.error == would_block));
      written += r.size;
      l.client.feed(l.peer().receive());
      l.client.step();
    }
    CHECK(l.client.received == "220 hello");
    check_conversation(l);
  }
}

// --- later ---------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "new keys under load, both ways, through a narrow pipe") {
  for (const choice& c : choices_1_3) {
    CAPTURE(c.name);
    tls_link l(context, client_of(c));
    REQUIRE(l.handshake());
    l.peer().set_capacity(3000);
    std::string up;
    std::string down;
    for (std::size_t round = 0; round < 60; ++round) {
      if (round % 3 != 0) renew_keys(l.client, round % 2 == 0);
      const std::string text = text_of(1 + round * 997 % 20'000);
      l.send(text);
      up += text;
      l.read(round % 5 == 0 ? 100 : 5000);
      CHECK(l.received == up);
      l.write_all(text);
      down += text;
      CHECK(l.client.received == down);
      CHECK(l.client.error.empty());
    }
  }
}

TEST_CASE_FIXTURE(fixture, "new keys are asked for while a write is under way") {
  tls_link l(context);
  REQUIRE(l.handshake());
  l.peer().set_capacity(5000);
  const std::string text = text_of(200'000);
  std::size_t at = 0;
  for (int round = 0; at < text.size(); ++round) {
    REQUIRE(round < 1000);
    const io_result r = l.end->write(std::string_view(text).substr(at), {}, false);
    REQUIRE((!r.error || r.error == would_block));
    at += r.size;
    if (round % 4 == 0) renew_keys(l.client, true);
    l.send("up");
    l.read();
    l.client.feed(l.peer().receive());
    l.client.step();
    REQUIRE(l.client.error.empty());
  }
  l.client.feed(l.peer().receive());
  l.client.step();
  CHECK(l.client.received == text);
}

TEST_CASE_FIXTURE(fixture, "a client that pads its records, or makes them small") {
  for (const bool pads : {false, true}) {
    tls_link l(context);
    if (pads) {
      SSL_set_block_padding(l.client.ssl(), 4096);
    } else {
      SSL_set_max_send_fragment(l.client.ssl(), 512);
    }
    REQUIRE(l.handshake());
    check_conversation(l);
  }
}

// Its last records would be lost otherwise: an answer behind the end of what is sent is an error of
// the socket.
TEST_CASE_FIXTURE(fixture, "a client that asks for new keys once we have said goodbye is read on") {
  tls_link l(context);
  REQUIRE(l.handshake());
  l.end->shutdown_send();
  l.client.feed(l.peer().receive());
  CHECK(l.peer().at_end());
  for (int i = 0; i < 3; ++i) {
    renew_keys(l.client, true);
    l.send("still here");
    l.read();
    CHECK(l.last.error == would_block);
  }
  CHECK(l.received == "still herestill herestill here");
  CHECK(l.end->unsent() == 0);
  CHECK(l.peer().receive().empty());
  l.client.step();
  CHECK(l.client.at_end);
  CHECK(l.client.error.empty());
}

TEST_CASE_FIXTURE(fixture, "a client that asks for new keys for ever costs no memory") {
  tls_link l(context);
  REQUIRE(l.handshake());
  l.peer().set_capacity(0);
  for (int i = 0; i < 2'000; ++i) {
    SSL_key_update(l.client.ssl(), SSL_KEY_UPDATE_REQUESTED);
    l.send("x");
    l.read();
  }
  CHECK(l.received.size() == 2'000);
  CHECK(l.end->unsent() < 1'000);
}

TEST_CASE_FIXTURE(fixture, "a header that is too long needs no more bytes to be refused") {
  tls_link l(context);
  REQUIRE(l.handshake());
  l.client.write("hello");
  l.peer().send(l.client.take_output() + std::string("\x17\x03\x03\xff\xff", 5));
  std::string five(5, '\0');
  CHECK(l.end->read(five.data(), five.size()).size == 5);
  l.finished = 0;
  l.wait(net::transport::wait::read);
  l.poll();
  CHECK(l.finished == 1);
  const io_result result = l.end->read(five.data(), five.size());
  CHECK(result.error);
  CHECK(result.error != would_block);
}

TEST_CASE_FIXTURE(fixture, "who has said goodbye is gone, whatever follows") {
  tls_link l(context);
  REQUIRE(l.handshake());
  SSL_shutdown(l.client.ssl());
  const std::string goodbye = l.client.take_output();
  l.peer().send(goodbye + goodbye);
  l.read();
  CHECK_FALSE(l.last.error);
  CHECK(l.end->peer_has_ended());
  CHECK(l.end->look_at_peer() == net::peer_state::gone);
}

TEST_CASE_FIXTURE(fixture, "an alert is the last word, also where the caller closes at once") {
  tls_link l(context);
  REQUIRE(l.handshake());
  l.client.write("good");
  const std::string good = l.client.take_output();
  l.client.write("bad");
  std::string bad = l.client.take_output();
  bad.back() = static_cast<char>(bad.back() ^ 1);
  l.peer().send(good + bad);
  std::string block(100, '\0');
  CHECK(l.end->read(block.data(), block.size()).size == 4);
  l.end->close();
  const std::string records = l.peer().receive();
  CHECK(records.size() == tls::record_header_size + 2 + tls::traffic_key::overhead);
  l.client.feed(records);
  l.client.step();
  CHECK(l.client.error.find("bad record mac") != std::string::npos);
}

// It is seen with the text that is in front of it; who writes next has to be told.
TEST_CASE_FIXTURE(fixture, "nothing is written to a client that has failed, be it a file") {
  std::error_code none;
  const file opened = file::open(certificates.folder().write("file", text_of(1000)), none);
  for (const choice& c : {choices_1_3[0], choices_1_2[0]}) {
    for (const bool is_file : {false, true}) {
      CAPTURE(c.name);
      CAPTURE(is_file);
      tls_link l(context, client_of(c));
      REQUIRE(l.handshake());
      l.client.write("good");
      std::string sent = l.client.take_output();
      l.client.write("bad");
      sent += l.client.take_output();
      sent.back() = static_cast<char>(sent.back() ^ 1);
      l.peer().send(sent);
      std::string block(100, '\0');
      CHECK(l.end->read(block.data(), block.size()).size == 4);
      for (int i = 0; i < 2; ++i) {
        const io_result r = is_file ? l.end->send_file(opened.descriptor(), 0, 1000)
                                    : l.end->write("answer", {}, false);
        CHECK(r.size == 0);
        CHECK(r.error);
        CHECK(r.error != would_block);
      }
      l.end->close();
      l.client.feed(l.peer().receive());
      l.client.step();
      CHECK(l.client.received.empty());
      CHECK(l.client.error.find("bad record mac") != std::string::npos);
    }
  }
}

// --- what is known of it -------------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "all is known as soon as the handshake is done") {
  const tls_certificate alice = certificates.make("alice", {.subject = "alice"});
  const auto both = server.make({
      .certificates = {localhost, certificates.make("b", {.names = {"b.test"}, .subject = "b"})},
      .clients = client_certificates::optional,
      .client_ca = certificates.authority(),
  });
  for (const choice& c : all_choices()) {
    for (const bool has_certificate : {false, true}) {
      session_ptr session;
      for (const bool resumed : {false, true}) {
        CAPTURE(c.name);
        tls_client_options options = client_of(c);
        options.server_name = "b.test";
        options.alpn = "\x02h2";
        options.session = session.get();
        if (has_certificate) {
          options.certificate = alice.certificate;
          options.key = alice.key;
        }
        tls_link l(both, options);
        CHECK_FALSE(l.security().is_established());
        REQUIRE(l.handshake());
        const tls_info info = l.security().info();
        CHECK(info.version ==
              (c.version == TLS1_2_VERSION ? tls_version::tls_1_2 : tls_version::tls_1_3));
        CHECK(info.cipher == c.name);
        CHECK(info.protocol == "h2");
        CHECK(info.server_name == "b.test");
        CHECK(info.client_subject == (has_certificate ? "CN=alice,O=Example" : ""));
        CHECK(info.resumed == resumed);
        session = copy_of_session(l);
        check_conversation(l);
        CHECK(l.security().info().server_name == "b.test");  // and behind its end
      }
    }
  }
}

// --- who it is handed to -------------------------------------------------------------------------

namespace {

// A handshake over a stream in memory, with nothing around it.
std::unique_ptr<tls::record_layer> hand_over(const std::shared_ptr<const tls::credentials>& c,
                                             tls_client& client,
                                             test_support::memory_records& stream) {
  tls::handshake h(c, stream);
  for (int round = 0; round < 5 && h.now() == tls::handshake::state::under_way; ++round) {
    client.step();
    stream.incoming += client.take_output();
    h.go_on();
    client.feed(stream.take_output());
  }
  REQUIRE(h.now() == tls::handshake::state::done);
  client.step();
  return h.take_records();
}

}  // namespace

TEST_CASE_FIXTURE(fixture, "TLS 1.3 is ours, and TLS 1.2 is OpenSSL's") {
  const auto both =
      server.make({{localhost, certificates.make("b", {.names = {"b.test"}, .subject = "b"})}});
  for (const choice& c : all_choices()) {
    for (const char* name : {"localhost", "b.test"}) {
      session_ptr session;
      for (const bool resumed : {false, true}) {
        CAPTURE(c.name);
        CAPTURE(resumed);
        tls_client_options options = client_of(c);
        options.server_name = name;
        options.session = session.get();
        tls_client client(options);
        test_support::memory_records stream;
        const auto records = hand_over(both->current(), client, stream);
        const bool is_ours = dynamic_cast<tls::protected_records*>(records.get()) != nullptr;
        const bool is_openssl = dynamic_cast<tls::openssl_records*>(records.get()) != nullptr;
        CHECK(is_ours == (c.version == TLS1_3_VERSION));
        CHECK(is_openssl == (c.version == TLS1_2_VERSION));
        CHECK((SSL_session_reused(client.ssl()) == 1) == resumed);
        client.write("hello");
        stream.incoming += client.take_output();
        std::string to(100, '\0');
        CHECK(records->read(to.data(), to.size()) == 5);
        CHECK(records->write("answer", {}) == 6);
        client.feed(stream.take_output());
        client.step();
        CHECK(client.received == "answer");
        session.reset(SSL_SESSION_dup(session_ptr(client.session()).get()));
      }
    }
  }
}
