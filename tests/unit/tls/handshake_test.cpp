// SPDX-License-Identifier: BSL-1.0
//
// What is agreed: versions, ciphers, protocols, certificates, clients, sessions.

#include "unit/tls/tls_fixture.hpp"

#include <doctest/doctest.h>

#include <array>
#include <thread>

using namespace tls_test;
using algorithm = test_support::test_certificates::algorithm;
using test_support::session_ptr;

namespace {

struct fixture {
  test_support::test_certificates certificates;
  server_side server;
  tls_certificate localhost = certificates.localhost();

  std::string failure_of(const tls_options& o, const tls_client_options& c) {
    tls_link l(server.make(o), c);
    CHECK_FALSE(l.handshake());
    client_error = l.client.error;
    return l.security().failure();
  }
  bool says(std::string_view words) const { return client_error.find(words) != std::string::npos; }

  std::string client_error;
};

// A session that can be resumed; pumps the ticket out.
session_ptr session_of(tls_link& l) {
  REQUIRE(l.handshake());
  return session_ptr(l.client.session());
}

}  // namespace

TEST_CASE_FIXTURE(fixture, "versions below 1.2 are refused, and 1.2 where 1.3 is asked for") {
  const tls_options any{{localhost}};
  CHECK(failure_of(any, {.minimum = TLS1_VERSION, .maximum = TLS1_1_VERSION}) ==
        "no shared TLS version");
  CHECK(says("protocol version"));
  const tls_options new_ones{.certificates = {localhost}, .minimum = tls_version::tls_1_3};
  CHECK(failure_of(new_ones, {.maximum = TLS1_2_VERSION}) == "no shared TLS version");
  tls_link l(server.make(new_ones));
  CHECK(l.handshake());
}

TEST_CASE_FIXTURE(fixture, "ciphers without forward secrecy or AEAD are refused") {
  for (const char* cipher :
       {"AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA", "DHE-RSA-AES128-GCM-SHA256"}) {
    CAPTURE(cipher);
    CHECK(failure_of({{localhost}}, {.maximum = TLS1_2_VERSION, .ciphers_1_2 = cipher}) ==
          "no shared cipher");
    CHECK(says("handshake failure"));
  }
}

TEST_CASE_FIXTURE(fixture, "our order of ciphers, but ChaCha20 where the client puts it first") {
  const auto context = server.make({{localhost}});
  tls_link ours(context, {.ciphers_1_3 = "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256"});
  REQUIRE(ours.handshake());
  CHECK(ours.security().info().cipher == "TLS_AES_128_GCM_SHA256");
  tls_link small(context, {.ciphers_1_3 = "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"});
  REQUIRE(small.handshake());
  CHECK(small.security().info().cipher == "TLS_CHACHA20_POLY1305_SHA256");
}

TEST_CASE_FIXTURE(fixture, "application protocols") {
  struct row {
    bool http2;
    std::string offered;
    std::string_view chosen;  // "!": refused
  };
  const std::string h2("\x02h2"), http_1_1("\x08http/1.1"),
      other(
          "\x03"
          "foo");
  for (const auto& [http2, offered, chosen] : std::vector<row>{
           {true, "", ""},
           {true, h2, "h2"},
           {true, http_1_1, "http/1.1"},
           {true, http_1_1 + h2, "h2"},
           {true, other + http_1_1, "http/1.1"},
           {true, other, "!"},
           {false, h2 + http_1_1, "http/1.1"},
           {false, h2, "!"},
       }) {
    const tls_options options{.certificates = {localhost}, .http2 = http2};
    if (chosen == "!") {
      CHECK(failure_of(options, {.alpn = offered}) == "no shared application protocol");
      CHECK(says("no application protocol"));
      continue;
    }
    tls_link l(server.make(options), {.alpn = offered});
    REQUIRE(l.handshake());
    CHECK(l.security().protocol() == chosen);
    CHECK(l.security().info().protocol == chosen);
    CHECK(l.client.alpn() == chosen);
  }
}

// --- certificates --------------------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "the certificate for the name that is asked for") {
  const auto context = server.make({{
      certificates.make("first", {.names = {"first.test"}, .subject = "first"}),
      certificates.make("second",
                        {.names = {"second.test", "www.second.test"}, .subject = "second"}),
      certificates.make("wild", {.names = {"*.wild.test"}, .subject = "wild"}),
      certificates.make("exact", {.names = {"Exact.wild.test"}, .subject = "exact"}),
  }});
  const std::array<std::pair<const char*, const char*>, 10> rows = {{
      {"first.test", "first"},
      {"second.test", "second"},
      {"WWW.Second.Test", "second"},
      {"a.wild.test", "wild"},
      {"exact.wild.test", "exact"},
      {"a.b.wild.test", "first"},
      {"wild.test", "first"},
      {".wild.test", "first"},
      {"unknown.test", "first"},
      {"", "first"},
  }};
  for (const auto& [name, subject] : rows) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      tls_link l(context, {.server_name = name, .maximum = version});
      REQUIRE(l.handshake());
      CHECK(l.client.server_subject() == subject);
      CHECK(l.security().info().server_name == name);
    }
  }
}

TEST_CASE_FIXTURE(fixture, "ECDSA beside RSA: what the client can") {
  const auto context = server.make({{
      certificates.make("other", {.names = {"other.test"}, .subject = "other"}),
      certificates.make("ecdsa", {.names = {"a.test"}, .subject = "ecdsa"}),
      certificates.make("rsa", {.names = {"a.test"}, .key = algorithm::rsa, .subject = "rsa"}),
  }});
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    tls_link old(context, {.server_name = "a.test",
                           .maximum = version,
                           .signature_algorithms = "RSA-PSS+SHA256:RSA+SHA256"});
    REQUIRE(old.handshake());
    CHECK(old.client.server_subject() == "rsa");
    tls_link fresh(context, {.server_name = "a.test", .maximum = version});
    REQUIRE(fresh.handshake());
    CHECK(fresh.client.server_subject() == "ecdsa");
  }
}

TEST_CASE_FIXTURE(fixture, "a fresh OCSP response is stapled, and no other") {
  const tls_certificate other = certificates.make("other", {});
  struct row {
    std::string der;
    std::string_view problem;
  };
  for (const auto& [der, problem] : std::vector<row>{
           {certificates.ocsp(localhost, 3600), ""},
           {certificates.ocsp(localhost, -600), "it is out of date"},
           {certificates.ocsp(localhost, 3600, true), "does not say that the certificate is good"},
           {certificates.ocsp(other, 3600), "it is not for this certificate"},
           {"no DER", "it is no OCSP response in DER"},
       }) {
    tls_certificate files = localhost;
    files.ocsp = certificates.folder().write("ocsp.der", der);
    server.lines.clear();
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      tls_link l(server.make({{files}}), {.maximum = version, .asks_for_ocsp = true});
      REQUIRE(l.handshake());
      CHECK(l.client.stapled() == (problem.empty() ? der : std::string()));
    }
    REQUIRE(server.lines.size() == (problem.empty() ? 0 : 2));
    if (!problem.empty()) CHECK(server.lines[0].find(problem) != std::string::npos);
  }
}

// --- clients -------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "certificates of clients") {
  const tls_certificate alice = certificates.make("alice", {.subject = "alice, \"al\""});
  const tls_certificate forged = certificates.make("forged", {.self_signed = true});
  const tls_certificate expired = certificates.make("expired", {.days = -1});
  struct row {
    client_certificates mode;
    const tls_certificate* shown;
    std::string_view subject;
    std::string_view failure;
  };
  using mode = client_certificates;
  for (const auto& [asked, shown, subject, failure] : std::vector<row>{
           {mode::off, nullptr, "", ""},
           {mode::off, &alice, "", ""},
           {mode::optional, nullptr, "", ""},
           {mode::optional, &alice, R"(CN=alice\, \"al\",O=Example)", ""},
           {mode::optional, &forged, "",
            "the client's certificate is refused: self-signed certificate"},
           {mode::optional, &expired, "",
            "the client's certificate is refused: certificate has expired"},
           {mode::required, nullptr, "", "client certificate required"},
           {mode::required, &alice, R"(CN=alice\, \"al\",O=Example)", ""},
           {mode::required, &forged, "",
            "the client's certificate is refused: self-signed certificate"},
       }) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      const tls_options options{
          .certificates = {localhost}, .clients = asked, .client_ca = certificates.authority()};
      tls_link l(server.make(options), {.maximum = version,
                                        .certificate = shown != nullptr ? shown->certificate : "",
                                        .key = shown != nullptr ? shown->key : ""});
      CHECK(l.handshake() == failure.empty());
      CHECK(l.security().failure() == failure);
      CHECK(l.security().info().client_subject == subject);
    }
  }
}

TEST_CASE_FIXTURE(fixture, "a client that does not trust us says so") {
  tls_link l(server.make({{localhost}}));
  SSL_set_verify(l.client.ssl(), SSL_VERIFY_PEER, nullptr);
  CHECK_FALSE(l.handshake());
  CHECK(l.security().failure() == "the client said: unknown CA");
}

// --- sessions ------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "sessions are resumed by tickets, on any listener with the same keys") {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto one = server.make({{localhost}});
    const auto other = server.make({{localhost}});
    tls_link first(one, {.maximum = version});
    const session_ptr session = session_of(first);
    bool resumed = false;
    std::thread([&] {
      tls_link second(other, {.maximum = version, .session = session.get()});
      resumed = second.handshake() && second.security().is_resumed();
      CHECK(second.security().info().resumed == resumed);
      CHECK(SSL_session_reused(second.client.ssl()) == 1);
    }).join();
    CHECK(resumed);
    server_side stranger;
    tls_link third(stranger.make({{localhost}}), {.maximum = version, .session = session.get()});
    CHECK(third.handshake());
    CHECK_FALSE(third.security().is_resumed());
  }
}

TEST_CASE_FIXTURE(fixture, "keys of tickets are made anew every hour, old ones serve for hours") {
  const auto context = server.make({{localhost}});
  const auto resumes = [&](SSL_SESSION* s) {
    const session_ptr once(SSL_SESSION_dup(s));  // OpenSSL's client uses one only once
    tls_link l(context, {.session = once.get()});
    return l.handshake() && l.security().is_resumed();
  };
  tls_link first(context);
  const session_ptr session = session_of(first);
  for (int hour = 0; hour < 4; ++hour) {
    server.clock->advance(std::chrono::hours(1));
    CHECK(resumes(session.get()));
  }
  server.clock->advance(std::chrono::minutes(61));
  CHECK_FALSE(resumes(session.get()));
}

TEST_CASE_FIXTURE(fixture, "a client that shows each ticket once never runs out of them") {
  const auto context = server.make({{localhost}});
  tls_link first(context);
  session_ptr ticket = session_of(first);
  for (int connection = 0; connection < 3; ++connection) {
    tls_link next(context, {.session = ticket.get()});
    REQUIRE(next.handshake());
    CHECK(next.security().is_resumed());
    // A copy: OpenSSL spoils a session whose connection ends without a goodbye.
    session_ptr newer(SSL_SESSION_dup(session_ptr(next.client.session()).get()));
    CHECK(SSL_SESSION_is_resumable(newer.get()) == 1);
    ticket = std::move(newer);
  }
}

TEST_CASE_FIXTURE(fixture, "no tickets where they are not wanted") {
  const tls_options options{.certificates = {localhost}, .session_tickets = false};
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto context = server.make(options);
    tls_link first(context, {.maximum = version});
    const session_ptr session = session_of(first);
    CHECK(SSL_SESSION_has_ticket(session.get()) == 0);
    tls_link second(context, {.maximum = version, .session = session.get()});
    CHECK(second.handshake());
    CHECK_FALSE(second.security().is_resumed());
  }
}

TEST_CASE_FIXTURE(fixture, "a session is not resumed where other clients are asked for") {
  const tls_certificate alice = certificates.make("alice", {.subject = "alice"});
  const tls_options open{{localhost}};
  const tls_options guarded{.certificates = {localhost},
                            .clients = client_certificates::required,
                            .client_ca = certificates.authority()};
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    tls_link first(server.make(open), {.maximum = version});
    const session_ptr session = session_of(first);
    tls_link second(server.make(guarded), {.maximum = version, .session = session.get()});
    CHECK_FALSE(second.handshake());

    const auto context = server.make(guarded);
    const tls_client_options as_alice{
        .maximum = version, .certificate = alice.certificate, .key = alice.key};
    tls_link third(context, as_alice);
    const session_ptr known = session_of(third);
    tls_client_options again = as_alice;
    again.session = known.get();
    tls_link fourth(context, again);
    CHECK(fourth.handshake());
    CHECK(fourth.security().is_resumed());
    CHECK(fourth.security().info().client_subject == "CN=alice,O=Example");
  }
}
