// SPDX-License-Identifier: BSL-1.0
//
// The server: listeners, threads, connections, limits and an orderly stop.
//
// In the simplest case `return run(routes, {.port = 8080});`. A `server` object is for programs
// that have more to do: it runs on its own threads (one io_context each), or on an executor of
// yours with any number of threads behind it, in which case each connection gets a strand.
//
// Several servers may live in one process; a stopped one may be started again. `start` and `stop`
// are for one thread at a time; `report` and `listeners` are thread-safe.

#pragma once

#include <asio_httpd/clock.hpp>
#include <asio_httpd/limits.hpp>
#include <asio_httpd/listen_on.hpp>
#include <asio_httpd/log.hpp>
#include <asio_httpd/router.hpp>
#include <asio_httpd/socket_options.hpp>
#include <asio_httpd/status_report.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace asio_httpd {

struct stream_handler;

struct server_options {
  // Shorthand for listen = {"localhost:<port>"}; 0 lets the kernel choose.
  std::optional<std::uint16_t> port = {};
  // "8080", "*:8080", {"*:8443", tls_options{...}}: see listen_on. Empty and no port:
  // localhost:8080.
  std::vector<listen_on> listen = {};
  // Of a server that makes its own. 0: one for each core.
  unsigned threads = 0;
  asio_httpd::limits limits = {};
  asio_httpd::deadlines deadlines = {};
  socket_options sockets = {};
  // What `run` gives open connections to finish.
  std::chrono::milliseconds drain = std::chrono::seconds(10);
  // How long a stop that has any time only says that it comes (router::readiness answers 503) and
  // serves as before, ahead of that time: what a load balancer needs to see it. 0: not at all.
  std::chrono::milliseconds drain_notice{};
  // The value of the Server field; "" sends none.
  std::string server_name = "asio_httpd";
  log_sink log = {};
  std::shared_ptr<exchange_log> access_log = {};
  std::shared_ptr<asio_httpd::clock> clock = {};
};

// A connection that was not done when a stop came to its deadline.
struct cut_connection {
  std::string peer;   // "192.0.2.1:4711", "[2001:db8::1]:4711", "unix"
  std::string route;  // the pattern of the request that was under way; "" for none
  std::string waits;  // "for its handler", "for the client to take the answer"
};

// How a stop went.
struct stop_report {
  // As many as `cut_connections` has at most.
  static constexpr std::size_t most_named = 100;

  std::size_t open = 0;     // connections when they were asked to end
  std::size_t drained = 0;  // that ended by themselves in time
  std::size_t cut = 0;      // that were cut at the deadline
  std::chrono::milliseconds took{};
  std::vector<cut_connection> cut_connections = {};
};

class server {
 public:
  // On threads of its own.
  explicit server(router routes, server_options options = {});
  // On yours. `executor` must be running to serve; several threads may run it. The server must
  // be stopped, or destroyed, before what is behind the executor goes away.
  server(boost::asio::any_io_executor executor, router routes, server_options options = {});
  // The same for a protocol that is not HTTP.
  explicit server(stream_handler protocol, server_options options = {});
  server(boost::asio::any_io_executor executor, stream_handler protocol,
         server_options options = {});
  server(server&&) noexcept;
  server& operator=(server&&) = delete;
  // Cuts what is still open, at once. On your executor, handlers that have begun may still run
  // after it; what they capture by reference must live as long as the executor runs.
  ~server();

  // Binds every address, then begins to serve. All or nothing: throws std::system_error or
  // std::invalid_argument with a sentence about the address that failed.
  void start();

  // Stops accepting, lets open connections finish for at most `grace`, cuts the rest, and waits for
  // that. From its beginning on, readiness is red; each answer is its connection's last one; a
  // WebSocket is closed with 1001, an event stream ends with `retry`; connections at rest are
  // closed, on each thread a few hundred in a tenth of a second and all within half of the time,
  // so that their clients do not all come back at once. Not to be called from a thread that serves:
  // it would wait for itself.
  stop_report stop(std::chrono::milliseconds grace);
  // The same in a coroutine: `stop_report how = co_await s.drain(20s);`. Not on a thread of this
  // server, and not in a handler, whose own request would be waited for. Where the coroutine is
  // cancelled, what is open is cut at once.
  boost::asio::awaitable<stop_report> drain(std::chrono::milliseconds grace);
  // The same without waiting. `done` is called on your executor, or on one of the server's own
  // threads; these are joined by a later `stop({})` or by the destructor.
  void async_stop(std::chrono::milliseconds grace, std::function<void(stop_report)> done);
  // Ends a stop that is under way at its deadline, now.
  void cut();

  bool is_running() const noexcept;
  // The addresses that are listened on, with the ports that the kernel chose.
  std::vector<std::string> listeners() const;
  // The first TCP listener's port; 0 where there is none.
  std::uint16_t port() const;
  status_report report() const;

 private:
  friend struct server_access;
  struct implementation;
  std::shared_ptr<implementation> implementation_;
};

// Serves until SIGINT or SIGTERM, then drains; a second signal ends at once. Returns 0, or 2
// after writing one sentence to `options.log` (or, where that is empty, to standard error) when
// it cannot start.
int run(router routes, server_options options = {});
int run(stream_handler protocol, server_options options = {});

}  // namespace asio_httpd
