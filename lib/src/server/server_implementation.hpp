// SPDX-License-Identifier: BSL-1.0
//
// What a `server` is behind its public face. Its functions are in the files of the two things that
// it does: start and stop. Between them it holds what it is made of, and accepts.
//
// `mutex` guards what the public functions and the stop share; the stop itself runs on the first
// worker's executor.

#pragma once

#include "net/endpoint.hpp"
#include "net/listener.hpp"
#include "net/threads.hpp"
#include "net/worker.hpp"
#include "server/core.hpp"
#include "tls/context.hpp"

#include <asio_httpd/file.hpp>
#include <asio_httpd/server.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asio_httpd {

struct server::implementation : std::enable_shared_from_this<server::implementation> {
  enum class state { stopped, running, stopping };

  implementation(std::optional<boost::asio::any_io_executor> e, std::shared_ptr<serving::core> c)
      : executor(std::move(e)), core(std::move(c)) {}

  // A listening socket and the worker that accepts from it.
  struct bound_socket {
    net::listening_socket socket;
    std::size_t at;
    std::shared_ptr<tls::context> tls = nullptr;
  };

  // --- start: server_start.cpp
  void start(bool with_listeners);
  std::vector<bound_socket> bind_all() const;
  void bind(net::listen_address address, const std::shared_ptr<tls::context>& tls,
            std::vector<bound_socket>& to) const;
  void make_workers();
  void add_listeners(std::vector<bound_socket> sockets);
  void undo_start() noexcept;
  void accept(std::size_t at, const std::shared_ptr<tls::context>& tls, int descriptor,
              const net::endpoint& remote);
  void adopt(std::shared_ptr<net::worker> w, std::unique_ptr<net::transport> t, bool is_here);
  std::unique_ptr<net::transport> make_transport(std::size_t at, file socket,
                                                 const net::endpoint& remote);

  // --- stop: server_stop.cpp
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

  const std::optional<boost::asio::any_io_executor> executor;  // the user's
  const std::shared_ptr<serving::core> core;
  std::unique_ptr<net::threads> threads;
  std::vector<std::shared_ptr<net::worker>> workers;
  std::vector<std::shared_ptr<net::listener>> listeners;
  std::vector<std::string> listener_names;
  std::uint16_t first_port = 0;
  std::atomic<std::size_t> next_worker{0};

  mutable std::mutex mutex;
  state now = state::stopped;
  std::unique_ptr<boost::asio::steady_timer> timer;
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

}  // namespace asio_httpd
