// SPDX-License-Identifier: BSL-1.0
//
// A TLS transport over a pipe in memory, and a client at the other end.

#pragma once

#include "net/memory_transport.hpp"
#include "support/test_certificates.hpp"
#include "support/tls_client.hpp"
#include "tls/context.hpp"
#include "tls/transport.hpp"

#include <asio_httpd/clock.hpp>
#include <asio_httpd/log.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tls_test {

using namespace asio_httpd;
using net::error_code;
using net::io_result;
using test_support::tls_client;
using test_support::tls_client_options;

inline const error_code would_block = boost::asio::error::would_block;

// What a server has.
struct server_side {
  std::shared_ptr<manual_clock> clock = std::make_shared<manual_clock>();
  std::shared_ptr<tls::ticket_keys> keys = tls::make_ticket_keys(clock);
  std::vector<std::string> lines;  // of the log
  log_sink log = [this](log_level, std::string_view text) { lines.emplace_back(text); };

  std::shared_ptr<tls::context> make(tls_options o) {
    return std::make_shared<tls::context>(std::move(o), keys, clock, log);
  }
};

// One connection.
struct tls_link {
  explicit tls_link(std::shared_ptr<tls::context> c, const tls_client_options& o = {})
      : pipe(net::make_memory_connection(io.get_executor())),
        client(o),
        end(tls::accept(std::move(c), std::move(pipe.server_end))) {}

  // The server reads what has come, at most `size` bytes at once, until there is no more.
  void read(std::size_t size = 16 * 1024) {
    std::string block(size, '\0');
    do {
      last = end->read(block.data(), size);
      received.append(block, 0, last.size);
    } while (last.size != 0);
  }
  // Both go on until neither has anything to say.
  void pump() {
    for (;;) {
      client.step();
      const std::string up = client.take_output();
      if (!up.empty()) peer().send(up);
      if (!last.error || last.error == would_block) read();
      wait(net::transport::wait::read);  // sends what is due
      end->cancel();
      poll();
      const std::string down = peer().receive();
      if (!down.empty()) client.feed(down);
      client.step();
      if (up.empty() && down.empty()) return;
    }
  }
  bool handshake() {
    pump();
    return client.is_established() && end->security()->is_established();
  }
  void send(std::string_view text) {
    client.write(text);
    peer().send(client.take_output());
  }
  // The server writes all of it, while the client reads.
  void write_all(std::string_view text) {
    while (!text.empty()) {
      const io_result r =
          end->write(text.substr(0, text.size() / 2), text.substr(text.size() / 2), false);
      text.remove_prefix(r.size);
      if (r.error && r.error != would_block) return;
      client.feed(peer().receive());
      client.step();
    }
  }
  void wait(net::transport::wait what) {
    end->async_wait(what, {nullptr,
                           [](void* self, std::shared_ptr<void>, error_code ec) {
                             auto& l = *static_cast<tls_link*>(self);
                             ++l.finished;
                             l.wait_ended_by = ec;
                           },
                           this});
  }
  void poll() {
    io.restart();
    io.poll();
  }
  net::memory_peer& peer() { return pipe.peer; }
  const net::security& security() { return *end->security(); }

  boost::asio::io_context io;
  net::memory_connection pipe;
  tls_client client;
  std::unique_ptr<net::transport> end;
  std::string received;
  io_result last;
  int finished = 0;
  error_code wait_ended_by;
};

}  // namespace tls_test
