// SPDX-License-Identifier: BSL-1.0
//
// Content as awaitables, over the connection's engine, transport and deadlines.

#include "server/lent_connection.hpp"

#include "server/await_transport.hpp"
#include "server/stream_implementation.hpp"

#include <boost/asio/error.hpp>

#include <utility>

namespace asio_httpd::serving {
namespace {

namespace asio = boost::asio;
using wait = net::transport::wait;

// Copied into one piece with its framing.
constexpr std::size_t most_in_piece = 64 * 1024;

}  // namespace

connection* lent_connection::if_open() const noexcept {
  return connection_ == nullptr || connection_->has_failed() ? nullptr : connection_;
}

connection& lent_connection::get() const {
  if (connection* lender = if_open()) return *lender;
  throw stream_error(asio::error::operation_aborted);
}

asio::awaitable<void> lent_connection::wait(net::transport::wait what) {
  struct end_of_wait {
    lent_connection& lent;
    net::transport::wait what;
    ~end_of_wait() {
      if (lent.connection_ != nullptr) lent.connection_->end_content_wait(what);
    }
  };
  const auto session = std::static_pointer_cast<io_session>(get().shared_from_this());
  const end_of_wait ends{*this, what};
  co_await await_transport(session, what);
}

// --- reading -------------------------------------------------------------------------------------

asio::awaitable<std::string_view> lent_body::read() {
  const auto lent = connection_;
  for (;;) {
    const auto [at, bytes] = lent->get().next_content();
    if (at != http::content_piece::state::need_more) co_return bytes;
    if (lent->get().receive_content()) continue;
    lent->get().begin_content_read();
    co_await lent->wait(wait::read);
  }
}

std::optional<std::uint64_t> lent_body::size() const noexcept {
  const connection* lender = connection_->if_open();
  return lender != nullptr ? lender->content_length() : std::nullopt;
}

const fields& lent_body::trailers() const noexcept {
  const connection* lender = connection_->if_open();
  return lender != nullptr ? lender->content_trailers() : body_source::trailers();
}

}  // namespace asio_httpd::serving

namespace asio_httpd {

namespace asio = boost::asio;

body_writer::body_writer(std::shared_ptr<implementation> i) noexcept
    : implementation_(std::move(i)) {}

asio::awaitable<void> body_writer::write(std::string_view data) {
  const auto lent = implementation_->connection;
  while (!data.empty()) {
    const std::string_view piece = data.substr(0, serving::most_in_piece);
    lent->get().queue_content(piece);
    data.remove_prefix(piece.size());
    while (!lent->get().send_content()) co_await lent->wait(net::transport::wait::write);
  }
}

asio::awaitable<void> body_writer::flush() {
  const auto lent = implementation_->connection;
  while (!lent->get().send_content()) co_await lent->wait(net::transport::wait::write);
}

void body_writer::heartbeat(std::string bytes, std::chrono::milliseconds interval) {
  implementation_->heartbeat = std::move(bytes);
  implementation_->heartbeat_interval = interval;
  implementation_->connection->get().set_call_deadline();
}

void body_writer::farewell(std::string bytes) {
  implementation_->farewell = std::move(bytes);
}

fields& body_writer::trailers() noexcept {
  return implementation_->trailers;
}

bool body_writer::is_draining() const noexcept {
  const auto* lender = implementation_->connection->if_open();
  return lender == nullptr || lender->shared().draining;
}

asio::any_io_executor body_writer::get_executor() const {
  return implementation_->connection->get().handler_executor();
}

}  // namespace asio_httpd
