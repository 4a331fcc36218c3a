// SPDX-License-Identifier: BSL-1.0
//
// A real server without sockets, threads or time: its connections are pipes in memory, its clock
// stands still until it is advanced, and everything happens in the test's own thread, during the
// calls of the test.
//
// Routing, parsing, limits, deadlines, handlers, counters and logs are those of
// `asio_httpd::server`. What is missing is what belongs to sockets: listeners, socket_options,
// limits::connections, and the TCP underneath. Deadlines go by the clock that is moved by hand.
// What handlers do with Asio themselves goes by real time: a boost::asio::steady_timer takes as
// long as it says.
//
// Its end stops the server and throws away what is left, as a program does that ends. Used from one
// thread.

#pragma once

#include <asio_httpd/clock.hpp>
#include <asio_httpd/close_reason.hpp>
#include <asio_httpd/router.hpp>
#include <asio_httpd/server.hpp>
#include <asio_httpd/testing/answer.hpp>
#include <asio_httpd/testing/client_request.hpp>
#include <asio_httpd/testing/connection.hpp>
#include <asio_httpd/testing/protocol.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_httpd {

struct stream_handler;

namespace testing {

class server {
 public:
  // `options.clock` is replaced by one that is moved by hand; without `options.log` the lines are
  // kept here. `listen`, `port`, `threads` and `sockets` mean nothing.
  explicit server(router routes, server_options options = {});
  explicit server(stream_handler protocol, server_options options = {});
  server(const server&) = delete;
  server& operator=(const server&) = delete;
  ~server();

  // What the connections that are made from now on speak; HTTP/1.1 at first. Any of them at any
  // time, so one test can go through all. See protocol.hpp.
  void speak(protocol p);

  // --- requests, each on a connection of its own, which is closed when the answer is there

  answer request(const client_request& r);
  answer get(std::string target, field_lines fields = {});
  answer head(std::string target, field_lines fields = {});
  answer post(std::string target, std::string body, field_lines fields = {});
  answer put(std::string target, std::string body, field_lines fields = {});
  answer patch(std::string target, std::string body, field_lines fields = {});
  answer delete_(std::string target, field_lines fields = {});

  // A connection for what one request does not show. The address is what handlers and logs see:
  // numeric, or "unix". Throws std::invalid_argument for another, and `error` where the server has
  // stopped.
  connection connect(std::string_view address = "127.0.0.1", std::uint16_t port = 40000);

  // --- time

  // Runs what is ready, then moves the clock on in steps of half a second (10,000 of them at most,
  // longer ones where that is not enough) and runs what is ready after each: deadlines fire as they
  // do in a server.
  void advance(std::chrono::nanoseconds d);
  manual_clock& clock() noexcept;
  // Runs what is ready until nothing is. Connections and the clock do that by themselves; what the
  // test does to its own handlers (opens a gate, cancels a timer) needs this call.
  // Throws what a handler of `context()` throws, and `error` where there is no end to it.
  void poll();
  // Runs the handlers and waits in real time for what they wait for, until `done()` holds. False
  // where it does not within `at_most`, or nothing is left that could change it.
  bool run_until(const std::function<bool()>& done,
                 std::chrono::milliseconds at_most = std::chrono::seconds(10));
  // How long, in real time, the calls that receive an answer wait for a handler. 10 seconds at
  // first; 0: they never wait.
  void patience(std::chrono::milliseconds d) noexcept;
  // Everything that `f` does reaches the server in one turn: nothing runs meanwhile.
  void at_once(const std::function<void()>& f);

  // --- what the server says of itself

  status_report report() const;
  // How many connections ended for that reason; the name is that of to_string(close_reason), and
  // another throws std::invalid_argument.
  std::uint64_t closed(close_reason reason) const;
  std::uint64_t closed(std::string_view reason) const;
  // The reasons of all connections that ended: "head_timeout", or "client_done 2, parse_error".
  std::string ends() const;
  // Lines as "error: handler of / threw: ...", the first 10,000.
  const std::vector<std::string>& log() const noexcept;

  // --- the stop

  // Begins it; `stopped()` is its result, once there is one. Not by the clock: `grace` is real
  // time.
  void stop(std::chrono::milliseconds grace);
  const std::optional<stop_report>& stopped() const noexcept;

  // --- what it is made of

  // The server itself, which runs on `context()`. Not to be started.
  asio_httpd::server& subject() noexcept;
  // For timers, sockets and coroutines of the test's own; `poll` and `run_until` run it.
  boost::asio::io_context& context() noexcept;

 private:
  struct implementation;
  std::unique_ptr<implementation> implementation_;
};

}  // namespace testing
}  // namespace asio_httpd
