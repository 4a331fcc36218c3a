// SPDX-License-Identifier: BSL-1.0
//
// The server on a context that only the test runs.

#include <asio_httpd/testing/server.hpp>

#include "net/memory_transport.hpp"
#include "net/worker.hpp"
#include "server/server_access.hpp"
#include "testing/connection_implementation.hpp"
#include "testing/loop.hpp"

#include <asio_httpd/stream.hpp>
#include <asio_httpd/testing/error.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace asio_httpd::testing {
namespace {

constexpr std::size_t most_log_lines = 10'000;
constexpr int most_steps = 10'000;

net::endpoint endpoint_of(std::string_view address, std::uint16_t port) {
  net::endpoint made;
  made.port = port;
  if (address == "unix") {
    made.kind = net::endpoint::family::local;
    return made;
  }
  boost::system::error_code ec;
  const auto ip = boost::asio::ip::make_address(address, ec);
  if (ec) {
    throw std::invalid_argument("asio_httpd: a client's address is numeric or \"unix\", not \"" +
                                std::string(address) + "\"");
  }
  made.kind = ip.is_v4() ? net::endpoint::family::ipv4 : net::endpoint::family::ipv6;
  if (ip.is_v4()) {
    std::ranges::copy(ip.to_v4().to_bytes(), made.bytes.begin());
  } else {
    std::ranges::copy(ip.to_v6().to_bytes(), made.bytes.begin());
  }
  return made;
}

log_sink keep_in(std::shared_ptr<log_lines> lines) {
  return [lines = std::move(lines)](log_level level, std::string_view message) {
    if (lines->size() == most_log_lines) return;
    lines->push_back(std::string(to_string(level)).append(": ").append(message));
  };
}

}  // namespace

struct server::implementation {
  server_options prepare(server_options options) const {
    options.clock = clock;
    if (!options.log) options.log = keep_in(log);
    return options;
  }
  template <class Subject>
  void start(Subject what, server_options options) {
    subject.emplace(loop->context().get_executor(), std::move(what), prepare(std::move(options)));
    server_access::start_without_listeners(*subject);
  }

  std::shared_ptr<testing::loop> loop = std::make_shared<testing::loop>();
  std::shared_ptr<manual_clock> clock = std::make_shared<manual_clock>();
  std::shared_ptr<log_lines> log = std::make_shared<log_lines>();
  std::optional<stop_report> stopped;
  std::optional<asio_httpd::server> subject;
};

server::server(router routes, server_options options)
    : implementation_(std::make_unique<implementation>()) {
  implementation_->start(std::move(routes), std::move(options));
}

server::server(stream_handler protocol, server_options options)
    : implementation_(std::make_unique<implementation>()) {
  implementation_->start(std::move(protocol), std::move(options));
}

server::~server() {
  try {
    stop(std::chrono::hours(1));
    subject().cut();
    poll();
  } catch (...) {
    // Of a handler of the test's own. There is nobody any more who could hear it.
  }
  implementation_->subject.reset();
  implementation_->loop->end();
}

// --- requests ------------------------------------------------------------------------------------

answer server::request(const client_request& r) {
  answer got = connect().request(r);
  poll();  // the server sees that the client has left
  return got;
}
answer server::get(std::string target, field_lines fields) {
  return request({method::get, std::move(target), std::move(fields), {}});
}
answer server::head(std::string target, field_lines fields) {
  return request({method::head, std::move(target), std::move(fields), {}});
}
answer server::post(std::string target, std::string body, field_lines fields) {
  return request({method::post, std::move(target), std::move(fields), std::move(body)});
}
answer server::put(std::string target, std::string body, field_lines fields) {
  return request({method::put, std::move(target), std::move(fields), std::move(body)});
}
answer server::patch(std::string target, std::string body, field_lines fields) {
  return request({method::patch, std::move(target), std::move(fields), std::move(body)});
}
answer server::delete_(std::string target, field_lines fields) {
  return request({method::delete_, std::move(target), std::move(fields), {}});
}

void server::speak(protocol p) {
  implementation_->loop->speak(p);
}

connection server::connect(std::string_view address, std::uint16_t port) {
  auto& i = *implementation_;
  if (!i.subject->is_running()) throw error("the server has stopped: it accepts no connection");
  const net::endpoint remote = endpoint_of(address, port);
  auto made = net::make_memory_connection(context().get_executor(), remote);
  server_access::adopt(*i.subject, i.loop->connect(std::move(made.server_end), remote));
  poll();
  return connection(std::make_unique<connection::implementation>(i.loop, made.peer, i.log));
}

// --- time ----------------------------------------------------------------------------------------

// In the steps in which a server looks at its deadlines: one that begins when another has fired
// must not be late by all of `d`.
void server::advance(std::chrono::nanoseconds d) {
  const auto step = std::max<std::chrono::nanoseconds>(net::worker::tick_interval, d / most_steps);
  poll();
  while (d.count() > 0) {
    clock().advance(std::min(step, d));
    poll();
    d -= std::min(step, d);
  }
}

manual_clock& server::clock() noexcept {
  return *implementation_->clock;
}
void server::poll() {
  implementation_->loop->run();
}
bool server::run_until(const std::function<bool()>& done, std::chrono::milliseconds at_most) {
  return implementation_->loop->run_until(done, at_most);
}
void server::patience(std::chrono::milliseconds d) noexcept {
  implementation_->loop->patience = d;
}
void server::at_once(const std::function<void()>& f) {
  implementation_->loop->hold(f);
}

// --- what the server says of itself --------------------------------------------------------------

status_report server::report() const {
  return implementation_->subject->report();
}

std::uint64_t server::closed(close_reason reason) const {
  return closed(to_string(reason));
}

std::uint64_t server::closed(std::string_view reason) const {
  for (const auto& [name, count] : report().connections.closed) {
    if (name == reason) return count;
  }
  throw std::invalid_argument("asio_httpd: no connection is closed for the reason \"" +
                              std::string(reason) + "\"; see close_reason.hpp");
}

std::string server::ends() const {
  std::string text;
  for (const auto& [name, count] : report().connections.closed) {
    if (count == 0) continue;
    if (!text.empty()) text += ", ";
    text += name;
    if (count != 1) text += " " + std::to_string(count);
  }
  return text;
}

const std::vector<std::string>& server::log() const noexcept {
  return *implementation_->log;
}

// --- the stop ------------------------------------------------------------------------------------

void server::stop(std::chrono::milliseconds grace) {
  auto* const i = implementation_.get();
  i->subject->async_stop(grace, [i](const stop_report& r) { i->stopped = r; });
  poll();
}

const std::optional<stop_report>& server::stopped() const noexcept {
  return implementation_->stopped;
}

asio_httpd::server& server::subject() noexcept {
  return *implementation_->subject;
}
boost::asio::io_context& server::context() noexcept {
  return implementation_->loop->context();
}

}  // namespace asio_httpd::testing
