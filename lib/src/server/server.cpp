// SPDX-License-Identifier: BSL-1.0
//
// The server object: configuration becomes threads, threads get workers, listeners give them
// connections; and the stop, which always ends.

#include <asio_httpd/server.hpp>

#include "base/printable.hpp"
#include "features/file_cache.hpp"
#include "net/asio_transport.hpp"
#include "net/listener.hpp"
#include "net/poll_transport.hpp"
#include "net/threads.hpp"
#include "net/worker.hpp"
#include "server/connection.hpp"
#include "server/core.hpp"
#include "server/server_access.hpp"
#include "server/stream_session.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <future>
#include <mutex>
#include <new>
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

// Of something that was posted to a thread of ours. There may be no memory, which is why.
void log_stray_exception(serving::core& c, std::string_view what) noexcept {
  c.metrics.local().handler_errors.add(1);
  try {
    c.log(log_level::error,
          "what was posted to a thread of the server threw: " + base::printable(what));
  } catch (const std::bad_alloc&) {
    c.log(log_level::error, "what was posted to a thread of the server threw");
  }
}

// A listening socket and the worker that accepts from it.
struct bound_socket {
  net::listening_socket socket;
  std::size_t at;
};

}  // namespace

struct server::implementation : std::enable_shared_from_this<server::implementation> {
  enum class state { stopped, running, stopping };

  implementation(std::optional<asio::any_io_executor> e, std::shared_ptr<serving::core> c)
      : executor(std::move(e)), core(std::move(c)) {}

  // --- start
  void start(bool with_listeners);
  std::vector<bound_socket> bind_all() const;
  void bind(net::listen_address address, std::vector<bound_socket>& to) const;
  void make_workers();
  void add_listeners(std::vector<bound_socket> sockets);
  void undo_start() noexcept;
  void accept(std::size_t at, int descriptor, const net::endpoint& remote);
  void adopt(std::shared_ptr<net::worker> w, std::unique_ptr<net::transport> t, bool is_here);
  std::unique_ptr<net::transport> make_transport(std::size_t at, file socket,
                                                 const net::endpoint& remote);

  // --- stop
  void async_stop(std::chrono::milliseconds at_most, std::function<void(stop_report)> done);
  void post_cut();
  void begin_stop(std::chrono::milliseconds at_most);
  void begin_drain();
  void close_listeners();
  void drain();
  void cut();
  void abandon();
  void arm(std::chrono::milliseconds after, void (implementation::*what)());
  void finish_stop();
  void log_cuts(const stop_report& made) const;
  void report_stop(std::function<void(stop_report)> tell, const stop_report& made);
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
  bool reported = true;  // the report is of the last stop, which ended
  std::shared_ptr<std::promise<void>> stopped;
  std::shared_future<void> end;
  std::chrono::steady_clock::time_point stop_began;
  std::chrono::milliseconds grace{};  // of this stop
  bool is_cutting = false;
  std::uint64_t cut_before = 0;
};

// --- start ---------------------------------------------------------------------------------------

void server::implementation::start(bool with_listeners) {
  const std::lock_guard lock(mutex);
  if (now != state::stopped) throw std::logic_error("asio_httpd: the server runs already");
  const unsigned wanted = core->options.threads;
  const unsigned own = wanted != 0 ? wanted : std::max(1u, std::thread::hardware_concurrency());
  core->threads = executor ? 0 : own;
  auto sockets = with_listeners ? bind_all() : std::vector<bound_socket>();
  const auto limit = core->options.limits.connections;
  core->connection_limit = limit != 0 ? limit : serving::default_connection_limit();
  core->started_unix_time = core->clock().unix_time();
  core->started = core->clock().now();
  core->leaving = core->draining = false;
  try {
    make_workers();
    add_listeners(std::move(sockets));
    core->listeners = listener_names;
    for (auto& l : listeners) l->start();  // from here on, others may look
    if (threads) threads->start();
    if (with_listeners) core->watchdog.start(core->options.deadlines.handler_turn);
  } catch (...) {
    undo_start();
    throw;
  }
  stopped = std::make_shared<std::promise<void>>();
  end = stopped->get_future().share();
  reported = false;
  now = state::running;
}

void server::implementation::undo_start() noexcept {
  if (threads) {
    threads->abandon();
    threads->finish();
  }
  for (auto& l : listeners) {
    asio::dispatch(l->executor(), [l] { l->close(); });
  }
  listeners.clear();
  listener_names.clear();
  first_port = 0;
  workers.clear();
  threads.reset();
}

// Every address is bound before anything serves: all or nothing.
std::vector<bound_socket> server::implementation::bind_all() const {
  std::vector<bound_socket> sockets;
  for (const std::string& text : addresses_of(core->options)) {
    std::uint16_t chosen = 0;  // by the kernel, for the first of "localhost:0"
    for (net::listen_address address : net::parse_listen_address(text)) {
      const bool any_port = address.port == 0;
      if (any_port) address.port = chosen;
      try {
        bind(address, sockets);
        chosen = sockets.back().socket.address().port;
      } catch (const std::system_error& e) {
        const bool no_ipv6 = e.code() == std::errc::address_not_available ||
                             e.code() == std::errc::address_family_not_supported;
        if (!address.optional || !(no_ipv6 || any_port)) throw;
      }
    }
  }
  return sockets;
}

// One socket; with reuse_port, one for each thread of the server's own.
void server::implementation::bind(net::listen_address address,
                                  std::vector<bound_socket>& to) const {
  const auto& options = core->options.sockets;
  const bool for_each_thread =
      options.reuse_port && address.type == net::listen_address::kind::ip && !executor;
  const std::size_t count = for_each_thread ? core->threads : 1;
  for (std::size_t at = 0; at < count; ++at) {
    to.push_back({net::listening_socket(address, options), at});
    address.port = to.back().socket.address().port;
  }
}

void server::implementation::make_workers() {
  auto tick = [core = core](bool last) {
    if (core->options.access_log) core->options.access_log->flush();
    if (last) return features::file_caches::clear_this_thread();
    features::file_caches::sweep_this_thread(features::file_cache::now());
  };
  workers.clear();
  if (executor) {
    workers.push_back(
        std::make_shared<net::worker>(asio::make_strand(*executor), core->options.clock, tick));
    return;
  }
  threads = std::make_unique<net::threads>(
      core->threads, [core = core](std::string_view what) { log_stray_exception(*core, what); });
  for (std::size_t i = 0; i < threads->size(); ++i) {
    workers.push_back(
        std::make_shared<net::worker>((*threads)[i].get_executor(), core->options.clock, tick));
  }
}

void server::implementation::add_listeners(std::vector<bound_socket> sockets) {
  listeners.clear();
  listener_names.clear();
  first_port = 0;
  for (auto& [socket, at] : sockets) {
    if (at == 0) listener_names.push_back(socket.address().text());
    if (first_port == 0) first_port = socket.address().port;
    auto accept = [weak = weak_from_this(), at = at](int descriptor, const net::endpoint& remote) {
      if (auto self = weak.lock()) return self->accept(at, descriptor, remote);
      net::turn_away(descriptor, {});
    };
    auto failed = [core = core](const std::error_code& why) {
      core->metrics.local().accept_errors.add(1);
      core->log(log_level::warning, "cannot accept: " + why.message() + "; pausing");
    };
    listeners.push_back(executor ? std::make_shared<net::listener>(
                                       workers[at]->executor(), std::move(socket), accept, failed)
                                 : std::make_shared<net::listener>(
                                       threads->poller(at), std::move(socket), accept, failed));
  }
}

// Connections go round the workers, so that threads get equal shares of long-lived ones; with
// reuse_port the kernel has chosen the thread already.
void server::implementation::accept(std::size_t at, int descriptor, const net::endpoint& remote) {
  file owned(descriptor);
  if (core->open.load() >= core->connection_limit || core->draining) {
    core->metrics.local().refused.add(1);
    return net::turn_away(owned.release(), core->protocol ? std::string_view() : over_capacity);
  }
  const std::size_t next = next_worker.fetch_add(1, std::memory_order_relaxed);
  const bool is_dealt =
      core->options.sockets.reuse_port && remote.kind != net::endpoint::family::local;
  const std::size_t to = is_dealt ? at : next % workers.size();
  adopt(workers[to], make_transport(to, std::move(owned), remote), to == at && !executor);
}

std::unique_ptr<net::transport> server::implementation::make_transport(
    std::size_t at, file socket, const net::endpoint& remote) {
  std::unique_ptr<net::transport> made;
  if (executor) {
    made = std::make_unique<net::asio_transport>(asio::make_strand(*executor), socket.descriptor(),
                                                 remote);
  } else {
    made = std::make_unique<net::poll_transport>(threads->poller(at), socket.descriptor(), remote);
  }
  socket.release();  // it has an owner now
  return made;
}

void server::implementation::adopt(std::shared_ptr<net::worker> w,
                                   std::unique_ptr<net::transport> t, bool is_here) {
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

void server::implementation::begin_stop(std::chrono::milliseconds at_most) {
  stop_began = std::chrono::steady_clock::now();
  core->leaving = true;
  timer = std::make_unique<asio::steady_timer>(workers.front()->executor());
  grace = at_most;
  is_cutting = false;
  const auto notice = core->options.drain_notice;
  if (grace.count() > 0 && notice.count() > 0) return arm(notice, &implementation::begin_drain);
  begin_drain();
}

void server::implementation::begin_drain() {
  {
    const std::lock_guard lock(mutex);
    if (!timer || core->draining.exchange(true)) return;
    report = {};
    report.open = core->open;
    cut_before = core->metrics.closed(close_reason::drain_deadline);
    core->take_cuts();
    arm(grace, &implementation::cut);
  }
  close_listeners();
}

// Each on its own thread. When none of them accepts any more, the connections are told.
void server::implementation::close_listeners() {
  auto left = std::make_shared<std::atomic<std::size_t>>(listeners.size() + 1);
  auto closed = [self = shared_from_this(), front = workers.front()->executor(), left] {
    if (left->fetch_sub(1) == 1) asio::dispatch(front, [self] { self->drain(); });
  };
  for (auto& l : std::exchange(listeners, {})) {
    asio::dispatch(l->executor(), [l, closed] {
      l->close();
      closed();
    });
  }
  closed();
}

void server::implementation::drain() {
  std::vector<std::shared_ptr<net::worker>> told;
  {
    const std::lock_guard lock(mutex);
    if (!timer) return;
    told = workers;
  }
  for (auto& w : told) w->drain_all(grace / 2);
  core->when_none_is_open([self = shared_from_this()] { self->finish_stop(); });
}

void server::implementation::arm(std::chrono::milliseconds after, void (implementation::*what)()) {
  timer->expires_after(std::min<std::chrono::milliseconds>(after, std::chrono::hours(24 * 365)));
  timer->async_wait([self = shared_from_this(), what](const boost::system::error_code& ec) {
    if (!ec) ((*self).*what)();
  });
}

void server::implementation::cut() {
  begin_drain();  // where there is notice still
  std::vector<std::shared_ptr<net::worker>> told;
  {
    const std::lock_guard lock(mutex);
    if (now != state::stopping || !timer || std::exchange(is_cutting, true)) return;
    arm(abandon_after, &implementation::abandon);
    told = workers;
  }
  for (auto& w : told) w->cut_all();
}

// Somebody's coroutine does not end when it is cancelled.
void server::implementation::abandon() {
  core->when_none_is_open(nullptr);
  core->log(log_level::warning, "a handler did not end when it was cancelled; giving it up");
  finish_stop();
}

void server::implementation::finish_stop() {
  std::function<void(stop_report)> tell;
  std::shared_ptr<std::promise<void>> ended;
  stop_report made;
  {
    const std::lock_guard lock(mutex);
    if (!timer) return;
    timer->cancel();
    timer.reset();
  }
  if (executor) core->watchdog.stop();  // without the mutex: its log line may ask for a report
  {
    const std::lock_guard lock(mutex);
    report.cut =
        static_cast<std::size_t>(core->metrics.closed(close_reason::drain_deadline) - cut_before) +
        core->open;
    report.drained = report.open - std::min(report.open, report.cut);
    report.cut_connections = core->take_cuts();
    report.took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - stop_began);
    tell = std::exchange(on_stopped, nullptr);
    made = report;
    ended = stopped;  // the callback may start the server again, which makes another
    reported = true;
    for (auto& w : workers) w->stop();
    if (executor) {
      workers.clear();
      now = state::stopped;
    } else {
      // What is left is not the server's: a handler's detached work must not hold up the stop.
      threads->abandon();
    }
  }
  if (core->options.access_log) core->options.access_log->flush();
  log_cuts(made);
  report_stop(std::move(tell), made);
  ended->set_value();
}

void server::implementation::log_cuts(const stop_report& made) const {
  for (const cut_connection& c : made.cut_connections) {
    const std::string of = c.route.empty() ? std::string() : " (" + c.route + ")";
    core->log(log_level::warning, c.peer + of + " was cut: it waited " + c.waits);
  }
}

// On the user's executor as any handler; on a thread of our own there is nobody to throw at.
void server::implementation::report_stop(std::function<void(stop_report)> tell,
                                         const stop_report& made) {
  if (!tell) return;
  if (executor) {
    asio::post(*executor, [tell = std::move(tell), made] { tell(made); });
    return;
  }
  try {
    tell(made);
  } catch (const std::exception& e) {
    core->log(log_level::error, std::string("the callback of async_stop threw: ") + e.what());
  } catch (...) {
    core->log(log_level::error, "the callback of async_stop threw");
  }
}

// Of a server's own threads. Not from one of them.
void server::implementation::join() {
  if (executor) return;
  threads->finish();
  core->watchdog.stop();
  {
    std::unique_ptr<net::threads> gone_threads;  // destroyed last
    std::vector<std::shared_ptr<net::worker>> gone_workers;
    const std::unique_lock lock(mutex);
    gone_workers.swap(workers);
    gone_threads.swap(threads);
  }
  const std::lock_guard lock(mutex);
  now = state::stopped;
}

void server::implementation::async_stop(std::chrono::milliseconds at_most,
                                        std::function<void(stop_report)> done) {
  auto keep = shared_from_this();
  std::unique_lock lock(mutex);
  if (now == state::running) {
    now = state::stopping;
    on_stopped = std::move(done);
    asio::post(workers.front()->executor(), [keep, at_most] { keep->begin_stop(at_most); });
  } else if (done && !reported) {
    on_stopped = [first = std::move(on_stopped), second = std::move(done)](const stop_report& r) {
      if (first) first(r);
      second(r);
    };
  } else if (done) {
    const stop_report last = report;
    lock.unlock();
    if (!executor) return done(last);
    asio::post(*executor, [done = std::move(done), last] { done(last); });
  }
}

void server::implementation::post_cut() {
  const std::lock_guard lock(mutex);
  if (workers.empty()) return;
  asio::post(workers.front()->executor(), [keep = shared_from_this()] { keep->cut(); });
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
  async_stop({}, nullptr);
  cut();  // a stop that was under way with more time
  if (!implementation_->executor) stop({});
}

void server::start() {
  implementation_->start(true);
}

stop_report server::stop(std::chrono::milliseconds grace) {
  auto keep = implementation_;
  std::shared_future<void> end;
  {
    const std::lock_guard lock(keep->mutex);
    if (keep->now == implementation::state::stopped) return keep->report;
    end = keep->end;
  }
  async_stop(grace, nullptr);
  end.wait();
  keep->join();
  const std::lock_guard lock(keep->mutex);
  return keep->report;
}

void server::async_stop(std::chrono::milliseconds grace, std::function<void(stop_report)> done) {
  implementation_->async_stop(grace, std::move(done));
}

// Resumed on the coroutine's executor, which is not ours.
asio::awaitable<stop_report> server::drain(std::chrono::milliseconds grace) {
  auto initiate = [keep = implementation_, grace](auto handler) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected()) {
      slot.assign([keep](asio::cancellation_type) { keep->post_cut(); });
    }
    auto held = std::make_shared<decltype(handler)>(std::move(handler));
    keep->async_stop(grace, [held](const stop_report& how) {
      asio::post(asio::get_associated_executor(*held), [held, how = how]() mutable {
        asio::get_associated_cancellation_slot(*held).clear();
        std::move (*held)(std::move(how));
      });
    });
  };
  return asio::async_initiate<decltype(asio::use_awaitable), void(stop_report)>(
      initiate, asio::use_awaitable);
}

void server::cut() {
  implementation_->post_cut();
}

bool server::is_running() const noexcept {
  const std::lock_guard lock(implementation_->mutex);
  return implementation_->now != implementation::state::stopped;
}

std::vector<std::string> server::listeners() const {
  const std::lock_guard lock(implementation_->mutex);
  return implementation_->listener_names;
}
std::uint16_t server::port() const {
  const std::lock_guard lock(implementation_->mutex);
  return implementation_->first_port;
}
status_report server::report() const {
  const std::lock_guard lock(implementation_->mutex);
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
