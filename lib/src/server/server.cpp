// SPDX-License-Identifier: BSL-1.0
//
// The server object: its public face.

#include <asio_httpd/server.hpp>

#include "server/server_access.hpp"
#include "server/server_implementation.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace asio_httpd {

namespace asio = boost::asio;

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

void server_access::use(server& s, net::page_cache& pages) {
  s.implementation_->core->pages = &pages;
}

}  // namespace asio_httpd
