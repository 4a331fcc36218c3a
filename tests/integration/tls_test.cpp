// SPDX-License-Identifier: BSL-1.0
//
// TLS through real sockets, with threads: OpenSSL's own client, which blocks.

#include "support/scratch_folder.hpp"
#include "support/socket_client.hpp"
#include "support/test_certificates.hpp"
#include "tls/openssl.hpp"

#include <asio_httpd/asio_httpd.hpp>

#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

using namespace asio_httpd;
using namespace std::chrono_literals;
using test_support::eventually;
using test_support::socket_client;

namespace {

// Blocks, with the time limits of socket_client.
class https_client {
 public:
  https_client(std::uint16_t port, const std::string& authority)
      : context_(tls::need(SSL_CTX_new(TLS_client_method()))),
        socket_(socket_client::to_port(port)) {
    SSL_CTX_load_verify_file(context_.get(), authority.c_str());
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    ssl_.reset(tls::need(SSL_new(context_.get())));
    SSL_set1_host(ssl_.get(), "localhost");
    SSL_set_tlsext_host_name(ssl_.get(), "localhost");
    SSL_set_fd(ssl_.get(), socket_.descriptor());
  }
  bool connect() { return SSL_connect(ssl_.get()) == 1; }
  bool send(std::string_view text) {
    return SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())) > 0;
  }
  // Up to `size` bytes behind the head.
  std::string receive_content(std::size_t size) {
    std::string all;
    for (;;) {
      const std::size_t end = all.find("\r\n\r\n");
      if (end != std::string::npos && all.size() - end - 4 >= size) return all.substr(end + 4);
      char block[16 * 1024];
      const int n = SSL_read(ssl_.get(), block, sizeof block);
      if (n <= 0) return all;
      all.append(block, static_cast<std::size_t>(n));
    }
  }
  std::string ask(const std::string& method, const std::string& target, std::size_t size,
                  const std::string& content = {}) {
    send(method + ' ' + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
         std::to_string(content.size()) + "\r\n\r\n");
    if (!content.empty()) send(content);
    return receive_content(size);
  }

 private:
  tls::ssl_ctx_ptr context_;
  socket_client socket_;
  tls::ssl_ptr ssl_;
};

struct site {
  test_support::test_certificates certificates;
  tls_certificate files = certificates.localhost();
  std::string large = std::string(3'000'000, 'x') + "end";
  std::mutex mutex;
  std::vector<std::string> lines;

  router routes() {
    router r;
    r.get("/tls", [](const request& q) {
      const auto info = q.tls();
      return info && q.is_secure() ? std::string(to_string(info->version)) + ' ' + info->server_name
                                   : std::string("plain");
    });
    r.post("/echo", [](const request& q) { return std::string(q.body()); });
    certificates.folder().write("www/large", large);
    r.files("/files", certificates.folder() / "www");
    return r;
  }
  server_options options() {
    server_options o;
    o.listen = {listen_on("127.0.0.1:0", tls_options{.certificates = {files}, .http2 = false})};
    o.threads = 2;
    o.limits.body = 10'000'000;
    o.log = [this](log_level, std::string_view text) {
      const std::lock_guard lock(mutex);
      lines.emplace_back(text);
    };
    return o;
  }
  bool has_line_with(std::string_view words) {
    const std::lock_guard lock(mutex);
    return std::any_of(lines.begin(), lines.end(), [words](const std::string& line) {
      return line.find(words) != std::string::npos;
    });
  }
  void use(std::uint16_t port) {
    https_client c(port, certificates.authority());
    REQUIRE(c.connect());
    CHECK(c.ask("GET", "/tls", 17) == "TLSv1.3 localhost");
    CHECK((c.ask("GET", "/files/large", large.size()) == large));
    CHECK((c.ask("POST", "/echo", large.size(), large) == large));
  }
};

}  // namespace

TEST_CASE_FIXTURE(site, "requests, uploads and files, on threads of the server's own") {
  server s(routes(), options());
  s.start();
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) clients.emplace_back([&] { use(s.port()); });
  for (auto& c : clients) c.join();
  const status_report report = s.report();
  CHECK(report.tls.handshakes == 4);
  CHECK(report.tls.resumed == 0);
  CHECK(report.tls.failed == 0);
  REQUIRE(report.tls.by_version.size() == 2);
  CHECK(report.tls.by_version[1].count == 4);
  CHECK(report.tls.by_protocol.back().count == 4);
  REQUIRE(report.listeners.size() == 1);
  CHECK(report.listeners[0] == s.listeners()[0] + " tls");
  s.stop(5s);
}

TEST_CASE_FIXTURE(site, "on an executor of the user's") {
  boost::asio::io_context context;
  server s(context.get_executor(), routes(), options());
  s.start();
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) threads.emplace_back([&] { context.run(); });
  std::thread other([&] { use(s.port()); });
  use(s.port());
  other.join();
  s.stop(5s);
  for (auto& t : threads) t.join();
}

TEST_CASE_FIXTURE(site, "who speaks plain HTTP is told so") {
  server s(routes(), options());
  s.start();
  auto client = socket_client::to_port(s.port());
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const std::string answer = client.receive_all();
  CHECK(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"));
  CHECK(answer.ends_with("\r\n\r\nThis port speaks TLS; use https://\n"));
  CHECK(eventually([&] { return has_line_with("TLS handshake failed: plain HTTP, not TLS"); }));
  CHECK(s.report().tls.failed == 1);
  CHECK(eventually([&] {
    const auto report = s.report();
    return std::any_of(
        report.connections.closed.begin(), report.connections.closed.end(),
        [](const named_count& c) { return c.name == "tls_handshake" && c.count == 1; });
  }));
  s.stop(5s);
}

TEST_CASE_FIXTURE(site, "certificates are replaced while clients come and go") {
  server s(routes(), options());
  s.start();
  std::atomic<bool> goes_on{true};
  std::atomic<int> failed{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back([&] {
      while (goes_on) {
        https_client c(s.port(), certificates.authority());
        if (!c.connect() || c.ask("GET", "/tls", 17) != "TLSv1.3 localhost") ++failed;
      }
    });
  }
  const tls_certificate fresh = certificates.make("fresh", {.names = {"localhost"}});
  std::filesystem::rename(fresh.certificate, files.certificate);
  std::filesystem::rename(fresh.key, files.key);
  CHECK(eventually([&] { return has_line_with("loaded anew"); }));
  goes_on = false;
  for (auto& c : clients) c.join();
  CHECK(failed == 0);
  s.stop(5s);
}

TEST_CASE_FIXTURE(site, "a server whose certificate cannot be read does not start") {
  server_options o = options();
  o.listen[0].tls->certificates[0].key = certificates.folder() / "none";
  server s(routes(), o);
  CHECK_THROWS_WITH_AS(s.start(),
                       ("TLS: cannot read the key \"" + (certificates.folder() / "none") +
                        "\": No such file or directory; is the path right?")
                           .c_str(),
                       std::runtime_error);
}
