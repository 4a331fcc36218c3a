// SPDX-License-Identifier: BSL-1.0
//
// Configuration becomes threads, threads get workers, listeners give them connections.

#include "server/server_implementation.hpp"

#include "base/printable.hpp"
#include "features/file_cache.hpp"
#include "net/asio_transport.hpp"
#include "net/poll_transport.hpp"
#include "server/connection.hpp"
#include "server/stream_session.hpp"
#include "tls/transport.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <algorithm>
#include <new>
#include <string_view>
#include <thread>

namespace asio_httpd {

namespace asio = boost::asio;

namespace {

constexpr std::string_view over_capacity =
    "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\n"
    "Content-Length: 24\r\nContent-Type: text/plain\r\n\r\n503 Service Unavailable\n";

std::vector<listen_on> addresses_of(const server_options& options) {
  if (!options.listen.empty() && !options.port) return options.listen;
  std::vector<listen_on> all = options.listen;
  all.emplace_back("localhost:" + std::to_string(options.port.value_or(8080)));
  return all;
}

// The TLS sides of the listeners of one start: one for all that have the same options, and one set
// of keys for the tickets of all.
class tls_sides {
 public:
  explicit tls_sides(std::shared_ptr<serving::core> c) : core_(std::move(c)) {}

  std::shared_ptr<tls::context> get(const std::optional<tls_options>& wanted) {
    if (!wanted) return nullptr;
    for (const auto& known : made_) {
      if (known->options() == *wanted) return known;
    }
    if (!keys_) keys_ = tls::make_ticket_keys(core_->options.clock);
    auto log = [core = core_](log_level level, std::string_view text) { core->log(level, text); };
    made_.push_back(
        std::make_shared<tls::context>(*wanted, keys_, core_->options.clock, std::move(log)));
    return made_.back();
  }

 private:
  std::shared_ptr<serving::core> core_;
  std::shared_ptr<tls::ticket_keys> keys_;
  std::vector<std::shared_ptr<tls::context>> made_;
};

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

}  // namespace

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
auto server::implementation::bind_all() const -> std::vector<bound_socket> {
  std::vector<bound_socket> sockets;
  tls_sides sides(core);
  for (const auto& [text, tls] : addresses_of(core->options)) {
    const auto side = sides.get(tls);
    std::uint16_t chosen = 0;  // by the kernel, for the first of "localhost:0"
    for (net::listen_address address : net::parse_listen_address(text)) {
      const bool any_port = address.port == 0;
      if (any_port) address.port = chosen;
      try {
        bind(address, side, sockets);
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
                                  const std::shared_ptr<tls::context>& tls,
                                  std::vector<bound_socket>& to) const {
  const auto& options = core->options.sockets;
  const bool for_each_thread =
      options.reuse_port && address.type == net::listen_address::kind::ip && !executor;
  const std::size_t count = for_each_thread ? core->threads : 1;
  for (std::size_t at = 0; at < count; ++at) {
    to.push_back({net::listening_socket(address, options), at, tls});
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
  core->listeners.clear();
  for (auto& [socket, at, tls] : sockets) {
    if (at == 0) {
      listener_names.push_back(socket.address().text());
      core->listeners.push_back(listener_names.back() + (tls ? " tls" : ""));
    }
    if (first_port == 0) first_port = socket.address().port;
    auto accept = [weak = weak_from_this(), at = at, tls = tls](int descriptor,
                                                                const net::endpoint& remote) {
      if (auto self = weak.lock()) return self->accept(at, tls, descriptor, remote);
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
void server::implementation::accept(std::size_t at, const std::shared_ptr<tls::context>& tls,
                                    int descriptor, const net::endpoint& remote) {
  file owned(descriptor);
  if (core->open.load() >= core->connection_limit || core->draining) {
    core->metrics.local().refused.add(1);
    const bool says_why = !core->protocol && !tls;
    return net::turn_away(owned.release(), says_why ? over_capacity : std::string_view());
  }
  const std::size_t next = next_worker.fetch_add(1, std::memory_order_relaxed);
  const bool is_dealt =
      core->options.sockets.reuse_port && remote.kind != net::endpoint::family::local;
  const std::size_t to = is_dealt ? at : next % workers.size();
  auto made = make_transport(to, std::move(owned), remote);
  if (tls) made = tls::accept(tls, std::move(made));
  adopt(workers[to], std::move(made), to == at && !executor);
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

}  // namespace asio_httpd
