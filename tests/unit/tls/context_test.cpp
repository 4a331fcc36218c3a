// SPDX-License-Identifier: BSL-1.0
//
// Files of certificates: what is wrong with them, and what becomes of it when they change.

#include "unit/tls/tls_fixture.hpp"

#include <doctest/doctest.h>

#include <openssl/pem.h>

#include <atomic>
#include <filesystem>
#include <stdexcept>
#include <thread>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

using namespace tls_test;
using algorithm = test_support::test_certificates::algorithm;
using test_support::read_file;

namespace {

struct fixture {
  test_support::test_certificates certificates;
  server_side server;

  std::string refusal(const tls_options& o) {
    try {
      server.make(o);
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return {};
  }
  std::string quoted(std::string_view name) const {
    return '"' + (certificates.folder() / name) + '"';
  }
  std::string subject_shown(const std::shared_ptr<tls::context>& by) {
    tls_link l(by);
    CHECK(l.handshake());
    return l.client.server_subject();
  }
  void replace(const tls_certificate& files, const tls_certificate& by) {
    std::filesystem::rename(by.certificate, files.certificate);
    std::filesystem::rename(by.key, files.key);
    server.clock->advance(tls::context::look_interval);
  }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "what cannot be used is named in one sentence") {
  const tls_certificate good = certificates.localhost();
  const tls_certificate other = certificates.make("other", {});
  const std::string none = certificates.folder() / "none.pem";
  const std::string empty = certificates.folder().write("empty.pem", "");
  const std::string damaged = certificates.folder().write(
      "damaged.pem", read_file(good.certificate) +
                         "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  CHECK(refusal({}) == "TLS: no certificate is given; name at least one");
  CHECK(refusal({{{"", good.key}}}) == "TLS: no certificate is given; name its file");
  CHECK(refusal({{{none, good.key}}}) == "TLS: cannot read the certificate " + quoted("none.pem") +
                                             ": No such file or directory; is the path right?");
  CHECK(refusal({{{good.certificate, none}}}) ==
        "TLS: cannot read the key " + quoted("none.pem") +
            ": No such file or directory; is the path right?");
  CHECK(refusal({{{empty, good.key}}}) ==
        "TLS: there is no certificate in the file " + quoted("empty.pem") +
            "; it must be PEM, with a line \"-----BEGIN CERTIFICATE-----\"");
  CHECK(refusal({{{damaged, good.key}}}) == "TLS: certificate 2 of the file " +
                                                quoted("damaged.pem") +
                                                " is damaged; write the file anew");
  CHECK(refusal({{{good.certificate, good.certificate}}}) ==
        "TLS: there is no private key in " + quoted("localhost.pem") +
            "; it must be PEM, with a line \"-----BEGIN PRIVATE KEY-----\"");
  CHECK(refusal({{{good.certificate, other.key}}}) ==
        "TLS: the key " + quoted("other.key") + " is not that of the certificate " +
            quoted("localhost.pem") + "; give the pair that belongs together");
  CHECK(refusal({.certificates = {good}, .clients = client_certificates::optional}) ==
        "TLS: clients are asked for certificates, but client_ca names no file of who signs them");
  CHECK(
      refusal(
          {.certificates = {good}, .clients = client_certificates::optional, .client_ca = empty}) ==
      "TLS: there is no certificate in the clients' authorities " + quoted("empty.pem") +
          "; it must be PEM, with a line \"-----BEGIN CERTIFICATE-----\"");
  CHECK(refusal({{good}}).empty());
}

TEST_CASE_FIXTURE(fixture, "a key with a passphrase asks nobody") {
  const tls_certificate files = certificates.localhost();
  const tls::bio_ptr from(BIO_new_file(files.key.c_str(), "r"));
  const tls::key_ptr key(PEM_read_bio_PrivateKey(from.get(), nullptr, nullptr, nullptr));
  const tls::bio_ptr to(BIO_new_file(files.key.c_str(), "w"));
  unsigned char word[] = "secret";
  PEM_write_bio_PKCS8PrivateKey(to.get(), key.get(), EVP_aes_128_cbc(),
                                reinterpret_cast<char*>(word), 6, nullptr, nullptr);
  (void)BIO_flush(to.get());
  CHECK(refusal({{files}}) ==
        "TLS: the key " + quoted("localhost.key") +
            " is encrypted; give one without a passphrase (openssl pkey -in ... -out ...)");
}

TEST_CASE_FIXTURE(fixture, "an expired certificate and an open key are told, and used") {
  const tls_certificate files = certificates.make("old", {.days = -1});
  REQUIRE(::chmod(files.key.c_str(), 0644) == 0);
  const auto context = server.make({{files}});
  REQUIRE(server.lines.size() == 2);
  CHECK(server.lines[0] == "TLS: the certificate " + quoted("old.pem") +
                               " has expired; clients will refuse it until it is renewed");
  CHECK(server.lines[1] ==
        "TLS: everybody on this machine can read the key " + quoted("old.key") + "; chmod 600 it");
  CHECK(subject_shown(context) == "server");
}

TEST_CASE_FIXTURE(fixture, "changed files are loaded at the next handshake, after a moment") {
  const tls_certificate files = certificates.make("a", {.subject = "before"});
  const tls_options options{{files}};
  const auto context = server.make(options);
  tls_link open(context);
  REQUIRE(open.handshake());
  const tls_certificate fresh = certificates.make("b", {.subject = "after"});
  std::filesystem::rename(fresh.certificate, files.certificate);
  std::filesystem::rename(fresh.key, files.key);
  CHECK(subject_shown(context) == "before");
  server.clock->advance(tls::context::look_interval);
  server.lines.clear();
  CHECK(subject_shown(context) == "after");
  CHECK(server.lines == std::vector<std::string>{"TLS: the certificates were loaded anew"});
  open.send("still here");
  open.read();
  CHECK(open.received == "still here");
}

TEST_CASE_FIXTURE(fixture, "what cannot be used is told once, and the old pair goes on") {
  const tls_certificate files = certificates.make("a", {.subject = "before"});
  const auto context = server.make({{files}});
  server.lines.clear();
  const tls_certificate fresh = certificates.make("b", {.subject = "after"});
  std::filesystem::rename(fresh.certificate, files.certificate);
  for (int look = 0; look < 3; ++look) {
    server.clock->advance(tls::context::look_interval);
    CHECK(subject_shown(context) == "before");
  }
  REQUIRE(server.lines.size() == 1);
  CHECK(server.lines[0].find("is not that of the certificate") != std::string::npos);
  CHECK(server.lines[0].find("what was loaded before is used on") != std::string::npos);
  std::filesystem::remove(files.key);
  server.clock->advance(tls::context::look_interval);
  CHECK(subject_shown(context) == "before");
  CHECK(server.lines.size() == 2);
  std::filesystem::rename(fresh.key, files.key);
  server.clock->advance(tls::context::look_interval);
  CHECK(subject_shown(context) == "after");
}

TEST_CASE_FIXTURE(fixture, "a new OCSP response is stapled") {
  tls_certificate files = certificates.localhost();
  files.ocsp = certificates.folder().write("ocsp.der", "");
  const auto context = server.make({{files}});
  const std::string der = certificates.ocsp(files, 3600);
  certificates.folder().write("ocsp.der", der);
  server.clock->advance(tls::context::look_interval);
  tls_link l(context, {.asks_for_ocsp = true});
  REQUIRE(l.handshake());
  CHECK(l.client.stapled() == der);
}

TEST_CASE_FIXTURE(fixture, "many threads shake hands while the files change") {
  const tls_certificate files = certificates.make("a", {});
  server.log = {};  // nobody guards the lines
  const auto context = server.make({{files}});
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 30; ++round) {
        tls_link l(context);
        if (!l.handshake()) ++failed;
      }
    });
  }
  for (int round = 0; round < 10; ++round) {
    replace(files, certificates.make("b", {}));
    server.clock->advance(std::chrono::minutes(20));
  }
  for (auto& t : threads) t.join();
  CHECK(failed == 0);
}
