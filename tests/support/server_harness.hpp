// SPDX-License-Identifier: BSL-1.0
//
// A real server without sockets, threads or time: its connections are memory transports, its
// clock stands still until it is advanced, and nothing happens but in `poll`.
//
//   server_harness h(routes);
//   auto c = h.connect();
//   CHECK(h.ask(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 200"));
//   h.advance(31s);
//   CHECK(h.closed("idle_timeout") == 1);
//
// When it goes, it stops the server and throws away what is left, as a program that ends does.

#pragma once

#include "net/memory_transport.hpp"

#include <asio_httpd/server.hpp>
#include <asio_httpd/stream.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace test_support {

class server_harness {
 public:
  // The clock and, where there is none, the log of `options` are the harness's.
  explicit server_harness(asio_httpd::router routes, asio_httpd::server_options options = {});
  explicit server_harness(asio_httpd::stream_handler protocol,
                          asio_httpd::server_options options = {});
  ~server_harness();
  server_harness(const server_harness&) = delete;
  server_harness& operator=(const server_harness&) = delete;

  // A new connection, from 127.0.0.1:40000.
  asio_httpd::net::memory_peer connect();
  // Runs what is ready, until nothing is.
  void poll();
  // What comes back for these bytes, or at once.
  std::string ask(asio_httpd::net::memory_peer& c, std::string_view bytes);
  std::string receive(asio_httpd::net::memory_peer& c);
  // Moves the clock on, then polls.
  void advance(std::chrono::nanoseconds d);

  asio_httpd::server& server() noexcept { return *server_; }
  boost::asio::io_context& context() noexcept { return context_; }
  asio_httpd::status_report report() const { return server_->report(); }
  // How many connections ended for that reason.
  std::uint64_t closed(std::string_view reason) const;
  // The reasons of all connections that ended, "head_timeout" or "client_done 2, parse_error".
  std::string ends() const;
  // Lines of the log, "error: handler of / threw: ...".
  const std::vector<std::string>& log() const noexcept { return log_; }

  // Begins a stop; `stopped()` is its result, once there is one.
  void stop(std::chrono::milliseconds grace);
  const std::optional<asio_httpd::stop_report>& stopped() const noexcept { return stopped_; }

 private:
  asio_httpd::server_options prepared(asio_httpd::server_options options);

  std::shared_ptr<asio_httpd::manual_clock> clock_ = std::make_shared<asio_httpd::manual_clock>();
  std::vector<std::string> log_;
  std::optional<asio_httpd::stop_report> stopped_;
  boost::asio::io_context context_;
  std::optional<asio_httpd::server> server_;
};

// One answer, taken apart.
struct reply {
  int status = 0;
  std::string head;  // without the empty line
  std::string body;

  // The value of a field, or "".
  std::string field(std::string_view name) const;
};

// All whole answers in `bytes`, by Content-Length. `head_only`: they are answers to HEAD. Bytes
// that are left over are a last one with status 0, the bytes as its head.
std::vector<reply> replies_in(std::string_view bytes, bool head_only = false);
// The statuses in one text, "200 404"; "200 ?" where something is left over.
std::string statuses_in(std::string_view bytes, bool head_only = false);

// "GET /path HTTP/1.1" with a Host field and these lines, each with its line end.
std::string get(std::string_view path, std::string_view lines = {});
std::string request_text(std::string_view request_line, std::string_view lines = {},
                         std::string_view body = {});

}  // namespace test_support
