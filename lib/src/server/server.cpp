// SPDX-License-Identifier: BSL-1.0
//
// The server object: configuration becomes threads, threads get workers, listeners give them
// connections; and the stop, which always ends.

#include <asio_httpd/server.hpp>

#include "net/listener.hpp"
#include "net/socket_transport.hpp"
#include "net/threads.hpp"
#include "net/worker.hpp"
#include "server/connection.hpp"
#include "server/core.hpp"
#include "server/server_access.hpp"
#include "server/stream_session.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <algorithm>
#include <future>
#include <mutex>
#include <thread>
#include <utility>

namespace asio_httpd {
namespace {

namespace asio = boost::asio;

constexpr std::string_view over_capacity =
    "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\n"
    "Content-Length: 24\r\nContent-Type: text/plain\r\n\r\n503 Service Unavailable\n";

// What a connection that ignores its cancellation gets before it is given up.
constexpr std::chrono::seconds abandon_after{1};

std::vector<std::string> addresses_of(const server_options& options) {
  if (!options.listen.empty() && !options.port) return options.listen;
  std::vector<std::string> all = options.listen;
  all.push_back("localhost:" + std::to_string(options.port.value_or(8080)));
  return all;
}

}  // namespace

struct server::implementation : std::enable_shared_from_this<server::implementation> {
  enum class state { stopped, running, stopping };

  implementation(std::optional<asio::any_io_executor> e, std::shared_ptr<serving::core> c)
      : executor(std::move(e)), core(std::move(c)) {}

  // --- start
  void start(bool with_listeners);
  std::vector<net::listening_socket> bind_all() const;
  void make_workers();
  void add_listeners(std::vector<net::listening_socket> sockets);
  void accept(std::size_t at, int descriptor, const net::endpoint& remote);
  void adopt(std::shared_ptr<net::worker> w, std::unique_ptr<net::transport> t, bool is_here);
  std::unique_ptr<net::transport> make_transport(std::size_t at, int descriptor,
                                                 const net::endpoint& remote);

  // --- stop
  void begin_stop(std::chrono::milliseconds grace);
  void cut();
  void abandon();
  void arm(std::chrono::milliseconds after, void (implementation::*what)());
  void finish_stop();
  void join();

  const std::optional<asio::any_io_executor> executor;  // the user's
  const std::shared_ptr<serving::core> core;
  std::unique_ptr<net::threads> threads;
  std::vector<std::shared_ptr<net::worker>> workers;
  std::vector<std::shared_ptr<net::listener>> listeners;
  std::vector<std::string> listener_names;
  std::uint16_t first_port = 0;
  std::atomic<std::size_t> next_worker{0};

  mutable std::mutex mutex;
  state now = state::stopped;
  std::unique_ptr<asio::steady_timer> timer;
  std::function<void(stop_report)> on_stopped;
  stop_report report;
  std::promise<void> stopped;
  std::chrono::steady_clock::time_point stop_began;
  std::uint64_t cut_before = 0;
};

// --- start ---------------------------------------------------------------------------------------

void server::implementation::start(bool with_listeners) {
  const std::lock_guard lock(mutex);
  if (now != state::stopped) throw std::logic_error("asio_httpd: the server runs already");
  auto sockets = with_listeners ? bind_all() : std::vector<net::listening_socket>();
  const auto limit = core->options.limits.connections;
  core->connection_limit = limit != 0 ? limit : serving::default_connection_limit();
  core->started_unix_time = core->clock().unix_time();
  core->started = core->clock().now();
  core->draining = false;
  stopped = std::promise<void>();
  make_workers();
  add_listeners(std::move(sockets));
  core->listeners = listener_names;
  if (threads) threads->start();
  now = state::running;
}

// Every address is bound before anything serves: all or nothing.
std::vector<net::listening_socket> server::implementation::bind_all() const {
  std::vector<net::listening_socket> sockets;
  for (const std::string& text : addresses_of(core->options)) {
    std::uint16_t chosen = 0;  // by the kernel, for the first of "localhost:0"
    for (net::listen_address address : net::parse_listen_address(text)) {
      if (address.port == 0) address.port = chosen;
      try {
        sockets.emplace_back(address, core->options.sockets);
        chosen = sockets.back().address().port;
      } catch (const std::system_error& e) {
        const bool no_ipv6 = e.code() == std::errc::address_not_available ||
                             e.code() == std::errc::address_family_not_supported;
        if (!address.optional || !(no_ipv6 || chosen != 0)) throw;
      }
    }
  }
  return sockets;
}

void server::implementation::make_workers() {
  auto tick = [core = core] {
    if (core->options.access_log) core->options.access_log->flush();
  };
  workers.clear();
  if (executor) {
    core->threads = 0;
    workers.push_back(
        std::make_shared<net::worker>(asio::make_strand(*executor), core->options.clock, tick));
    return;
  }
  const unsigned wanted = core->options.threads;
  core->threads = wanted != 0 ? wanted : std::max(1u, std::thread::hardware_concurrency());
  threads = std::make_unique<net::threads>(core->threads);
  for (std::size_t i = 0; i < threads->size(); ++i) {
    workers.push_back(
        std::make_shared<net::worker>((*threads)[i].get_executor(), core->options.clock, tick));
  }
}

void server::implementation::add_listeners(std::vector<net::listening_socket> sockets) {
  listeners.clear();
  listener_names.clear();
  first_port = 0;
  for (auto& socket : sockets) {
    listener_names.push_back(socket.address().text());
    if (first_port == 0) first_port = socket.address().port;
    const std::size_t at = 0;
    listeners.push_back(std::make_shared<net::listener>(
        workers[at]->executor(), std::move(socket),
        [weak = weak_from_this()](int descriptor, const net::endpoint& remote) {
          if (auto self = weak.lock()) return self->accept(at, descriptor, remote);
          net::turn_away(descriptor, {});
        },
        [core = core](const std::error_code& why) {
          core->metrics.local().accept_errors.add(1);
          core->log(log_level::warning, "cannot accept: " + why.message() + "; pausing");
        }));
    listeners.back()->start();
  }
}

// Connections go round the workers, so that threads get equal shares of long-lived ones.
void server::implementation::accept(std::size_t at, int descriptor, const net::endpoint& remote) {
  if (core->open.load() >= core->connection_limit || core->draining) {
    core->metrics.local().refused.add(1);
    return net::turn_away(descriptor, core->protocol ? std::string_view() : over_capacity);
  }
  const std::size_t to = next_worker.fetch_add(1, std::memory_order_relaxed) % workers.size();
  adopt(workers[to], make_transport(to, descriptor, remote), to == at && !executor);
}

std::unique_ptr<net::transport> server::implementation::make_transport(
    std::size_t at, int descriptor, const net::endpoint& remote) {
  if (executor) {
    return std::make_unique<net::socket_transport<asio::any_io_executor>>(
        asio::make_strand(*executor), descriptor, remote);
  }
  return std::make_unique<net::socket_transport<asio::io_context::executor_type>>(
      (*threads)[at].get_executor(), descriptor, remote);
}

void server::implementation::adopt(std::shared_ptr<net::worker> w,
                                   std::unique_ptr<net::transport> t, bool is_here) {
  core->open.fetch_add(1);
  std::shared_ptr<net::session> session;
  if (core->protocol) {
    session = std::make_shared<serving::stream_session>(w, core, std::move(t));
  } else {
    session = std::make_shared<serving::connection>(w, core, std::move(t));
  }
  if (is_here) return w->run(std::move(session));
  auto where = session->transport().executor();
  asio::post(where, [w = std::move(w), session = std::move(session)] { w->run(session); });
}

// --- stop ----------------------------------------------------------------------------------------

void server::implementation::begin_stop(std::chrono::milliseconds grace) {
  stop_began = std::chrono::steady_clock::now();
  report = {};
  core->draining = true;
  report.open = core->open;
  cut_before = core->metrics.closed(close_reason::drain_deadline);
  for (auto& l : listeners) {
    asio::dispatch(workers.front()->executor(), [l] { l->close(); });
  }
  listeners.clear();
  timer = std::make_unique<asio::steady_timer>(workers.front()->executor());
  arm(grace, &implementation::cut);
  for (auto& w : workers) w->drain_all();
  core->when_none_is_open([self = shared_from_this()] { self->finish_stop(); });
}

void server::implementation::arm(std::chrono::milliseconds after, void (implementation::*what)()) {
  timer->expires_after(after);
  timer->async_wait([self = shared_from_this(), what](const boost::system::error_code& ec) {
    if (!ec) ((*self).*what)();
  });
}

void server::implementation::cut() {
  {
    const std::lock_guard lock(mutex);
    if (now != state::stopping || !timer) return;
    arm(abandon_after, &implementation::abandon);
  }
  for (auto& w : workers) w->cut_all();
}

// Somebody's coroutine does not end when it is cancelled.
void server::implementation::abandon() {
  core->when_none_is_open(nullptr);
  core->log(log_level::warning, "a handler did not end when it was cancelled; giving it up");
  finish_stop();
}

void server::implementation::finish_stop() {
  std::function<void(stop_report)> tell;
  {
    const std::lock_guard lock(mutex);
    if (!timer) return;
    timer->cancel();
    timer.reset();
    report.cut =
        static_cast<std::size_t>(core->metrics.closed(close_reason::drain_deadline) - cut_before) +
        core->open;
    report.drained = report.open - std::min(report.open, report.cut);
    report.took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - stop_began);
    tell = std::exchange(on_stopped, nullptr);
    for (auto& w : workers) w->stop();
    if (executor) {
      workers.clear();
      now = state::stopped;
    } else if (core->open != 0) {
      threads->abandon();
    }
  }
  if (core->options.access_log) core->options.access_log->flush();
  if (tell) tell(report);
  stopped.set_value();
}

// Of a server's own threads. Not from one of them.
void server::implementation::join() {
  if (executor) return;
  threads->finish();
  workers.clear();
  threads.reset();
  const std::lock_guard lock(mutex);
  now = state::stopped;
}

// --- the public face -----------------------------------------------------------------------------

server::server(router routes, server_options options)
    : implementation_(std::make_shared<implementation>(
          std::nullopt,
          std::make_shared<serving::core>(std::move(routes), std::nullopt, std::move(options)))) {}

server::server(asio::any_io_executor executor, router routes, server_options options)
    : implementation_(std::make_shared<implementation>(
          std::move(executor),
          std::make_shared<serving::core>(std::move(routes), std::nullopt, std::move(options)))) {}

server::server(stream_handler protocol, server_options options)
    : implementation_(std::make_shared<implementation>(
          std::nullopt,
          std::make_shared<serving::core>(router(), std::move(protocol), std::move(options)))) {}

server::server(asio::any_io_executor executor, stream_handler protocol, server_options options)
    : implementation_(std::make_shared<implementation>(
          std::move(executor),
          std::make_shared<serving::core>(router(), std::move(protocol), std::move(options)))) {}

server::server(server&&) noexcept = default;

server::~server() {
  if (!implementation_ || !is_running()) return;
  if (implementation_->executor) {
    async_stop({}, nullptr);
  } else {
    stop({});
  }
}

void server::start() {
  implementation_->start(true);
}

stop_report server::stop(std::chrono::milliseconds grace) {
  auto keep = implementation_;
  auto wait = [&] {
    const std::lock_guard lock(keep->mutex);
    return keep->now != implementation::state::stopped;
  }();
  if (!wait) return keep->report;
  auto ended = keep->stopped.get_future();
  async_stop(grace, nullptr);
  ended.wait();
  keep->join();
  return keep->report;
}

void server::async_stop(std::chrono::milliseconds grace, std::function<void(stop_report)> done) {
  auto keep = implementation_;
  {
    const std::lock_guard lock(keep->mutex);
    if (keep->now != implementation::state::running) return;
    keep->now = implementation::state::stopping;
    keep->on_stopped = std::move(done);
  }
  asio::post(keep->workers.front()->executor(), [keep, grace] { keep->begin_stop(grace); });
}

void server::cut() {
  auto keep = implementation_;
  const std::lock_guard lock(keep->mutex);
  if (keep->workers.empty()) return;
  asio::post(keep->workers.front()->executor(), [keep] { keep->cut(); });
}

bool server::is_running() const noexcept {
  const std::lock_guard lock(implementation_->mutex);
  return implementation_->now != implementation::state::stopped;
}

std::vector<std::string> server::listeners() const {
  return implementation_->listener_names;
}
std::uint16_t server::port() const {
  return implementation_->first_port;
}
status_report server::report() const {
  return implementation_->core->report();
}

void server_access::start_without_listeners(server& s) {
  s.implementation_->start(false);
}

void server_access::adopt(server& s, std::unique_ptr<net::transport> t) {
  auto& i = *s.implementation_;
  i.adopt(i.workers.front(), std::move(t), true);
}

}  // namespace asio_httpd
