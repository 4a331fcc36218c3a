// SPDX-License-Identifier: BSL-1.0
//
// A transport over a real socket, which the kernel may encrypt for (module `tls`): where it has
// TLS it has to, and where it has not all of this goes on as well.

#include "tls/kernel_tls.hpp"
#include "net/asio_transport.hpp"
#include "support/scratch_folder.hpp"
#include "support/test_certificates.hpp"
#include "support/tls_client.hpp"
#include "tls/context.hpp"
#include "tls/transport.hpp"

#include <asio_httpd/clock.hpp>
#include <asio_httpd/file.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <doctest/doctest.h>

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>

using namespace asio_httpd;
using boost::asio::ip::tcp;
using test_support::tls_client;

namespace {

std::string text_of(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * 7 % 26);
  return text;
}

struct site {
  test_support::test_certificates certificates;
  std::shared_ptr<manual_clock> clock = std::make_shared<manual_clock>();
  test_support::scratch_folder folder;
  std::string large = text_of(3'000'000);
  std::error_code none;
  file opened = file::open(folder.write("large", large), none);
};

// Both ends in one thread; neither waits, and each turn moves what there is.
class connection {
  boost::asio::io_context io_;  // outlives what waits by it

 public:
  connection(site& s, bool kernel, const test_support::tls_client_options& o) : client(o) {
    tcp::acceptor acceptor(io_, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
    socket_.connect(acceptor.local_endpoint());
    socket_.non_blocking(true);
    tcp::socket accepted = acceptor.accept();
    accepted.non_blocking(true);
    tls_options options{.certificates = {s.certificates.localhost()}, .kernel_tls = kernel};
    auto plain = std::make_unique<net::asio_transport>(io_.get_executor(), accepted.release(),
                                                       net::endpoint());
    end = tls::accept(std::make_shared<tls::context>(
                          std::move(options), tls::make_ticket_keys(s.clock), s.clock, log_sink()),
                      std::move(plain));
  }

  // Until the client has said and heard all there is; what the server reads is `received`.
  void move() {
    std::array<char, 64 * 1024> room;
    boost::system::error_code ec;
    client.step();
    const std::string up = client.take_output();
    if (!up.empty()) boost::asio::write(socket_, boost::asio::buffer(up), ec);
    const auto result = end->read(room.data(), room.size());
    received.append(room.data(), result.size);
    const std::size_t n = socket_.read_some(boost::asio::buffer(room), ec);
    if (!ec) client.feed({room.data(), n});
    client.step();
  }
  template <class Condition>
  bool move_until(Condition holds) {
    for (int turn = 0; turn < 1'000'000 && client.error.empty(); ++turn) {
      if (holds()) return true;
      move();
    }
    return holds();
  }
  // Sent by whatever `send` is given: how much of it has been.
  template <class Send>
  bool send_all(std::size_t size, Send send) {
    std::size_t at = 0;
    return move_until([&] {
      const net::io_result result = send(at);
      if (result.error && result.error != boost::asio::error::would_block) return false;
      at += result.size;
      return at == size;
    });
  }
  bool is_in_kernel() const {
    std::array<char, 16> name{};
    socklen_t size = name.size();
    return ::getsockopt(end->native_handle(), IPPROTO_TCP, TCP_ULP, name.data(), &size) == 0 &&
           std::string_view(name.data()) == "tls";
  }

  tls_client client;
  std::unique_ptr<net::transport> end;
  std::string received;

 private:
  tcp::socket socket_{io_};
};

void serve(site& s, connection& c, bool is_kernels) {
  REQUIRE(c.move_until(
      [&] { return c.client.is_established() && c.end->security()->is_established(); }));
  const auto write = [&](std::string_view text) {
    return c.send_all(text.size(),
                      [&](std::size_t at) { return c.end->write(text.substr(at), {}, false); });
  };
  REQUIRE(write("small"));
  CHECK_FALSE(c.is_in_kernel());
  REQUIRE(c.send_all(s.large.size(), [&](std::size_t at) {
    return c.end->send_file(s.opened.descriptor(), at, s.large.size() - at);
  }));
  CHECK(c.is_in_kernel() == is_kernels);
  SSL_key_update(c.client.ssl(), SSL_KEY_UPDATE_REQUESTED);
  c.client.write("behind new keys");
  REQUIRE(c.move_until([&] { return c.received == "behind new keys"; }));
  REQUIRE(write("answer"));
  c.end->close();
  REQUIRE(c.move_until([&] { return c.client.at_end; }));
  CHECK(c.client.error == "");
  CHECK((c.client.received == "small" + s.large + "answer"));
}

}  // namespace

TEST_CASE_FIXTURE(site, "a large file between small texts") {
  for (const char* cipher :
       {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}) {
    for (const bool kernel : {true, false}) {
      CAPTURE(cipher);
      CAPTURE(kernel);
      connection c(*this, kernel, {.ciphers_1_3 = cipher});
      serve(*this, c, kernel && tls::kernel_has_tls());
    }
  }
}

TEST_CASE_FIXTURE(site, "TLS 1.2 stays with OpenSSL") {
  connection c(*this, true, {.maximum = TLS1_2_VERSION});
  REQUIRE(c.move_until(
      [&] { return c.client.is_established() && c.end->security()->is_established(); }));
  REQUIRE(c.send_all(large.size(), [&](std::size_t at) {
    return c.end->send_file(opened.descriptor(), at, large.size() - at);
  }));
  CHECK_FALSE(c.is_in_kernel());
  REQUIRE(c.move_until([&] { return c.client.received.size() == large.size(); }));
  CHECK((c.client.received == large));
}
