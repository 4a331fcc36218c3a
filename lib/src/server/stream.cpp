// SPDX-License-Identifier: BSL-1.0
//
// Streams: reading and writing as awaitables, over the session's transport and deadlines.

#include <asio_httpd/stream.hpp>

#include "server/await_transport.hpp"
#include "server/stream_implementation.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <cstring>

namespace asio_httpd {
namespace {

namespace asio = boost::asio;

// Also where the wait ends by an exception.
struct end_of_wait {
  std::shared_ptr<serving::io_session> session;
  ~end_of_wait() { session->wait_is_over(); }
};

}  // namespace

stream::stream(std::shared_ptr<implementation> i) noexcept : implementation_(std::move(i)) {}
stream::stream(stream&&) noexcept = default;
stream& stream::operator=(stream&&) noexcept = default;

stream::~stream() {
  if (implementation_ && implementation_->session) {
    implementation_->session->transport().shutdown_send();
  }
}

void stream::implementation::require_open() const {
  if (!session || session->has_failed()) {
    throw stream_error(asio::error::operation_aborted);
  }
}

asio::awaitable<std::size_t> stream::implementation::read_from_peer(char* data, std::size_t size) {
  for (;;) {
    require_open();
    const auto result = session->transport().read(data, size);
    if (!result.error) {
      session->received(result.size);
      co_return result.size;
    }
    if (result.error != asio::error::would_block) {
      throw stream_error(result.error);
    }
    if (session->shared().draining) session->fail(close_reason::drained);
    require_open();
    session->wait_for(serving::waiting::stream_read, session->shared().options.deadlines.idle);
    const end_of_wait ends{session};
    co_await serving::await_transport(session, net::transport::wait::read);
  }
}

asio::awaitable<std::size_t> stream::read_some(char* data, std::size_t size) {
  auto lent = implementation_;
  if (lent->buffered.empty()) co_return co_await lent->read_from_peer(data, size);
  const std::size_t n = lent->buffered.copy(data, size);
  lent->buffered.erase(0, n);
  co_return n;
}

asio::awaitable<std::string> stream::read_until(char delimiter, std::size_t limit) {
  auto lent = implementation_;
  for (std::size_t searched = 0;;) {
    const std::size_t at = lent->buffered.find(delimiter, searched);
    if (at != std::string::npos && at < limit) {
      std::string line = lent->buffered.substr(0, at + 1);
      lent->buffered.erase(0, at + 1);
      co_return line;
    }
    searched = lent->buffered.size();
    if (searched >= limit) throw stream_error(asio::error::message_size);
    char block[1024];
    const std::size_t n = co_await lent->read_from_peer(block, sizeof block);
    if (n == 0) co_return std::string();
    lent->buffered.append(block, n);
  }
}

asio::awaitable<void> stream::write(std::string_view data) {
  auto lent = implementation_;
  while (!data.empty()) {
    lent->require_open();
    const auto result = lent->session->transport().write(data, {}, false);
    if (!result.error) {
      lent->session->sent(result.size);
      data.remove_prefix(result.size);
      continue;
    }
    if (result.error != asio::error::would_block) {
      throw stream_error(result.error);
    }
    lent->session->begin_writing();
    const end_of_wait ends{lent->session};
    co_await serving::await_transport(lent->session, net::transport::wait::write);
  }
}

bool stream::is_draining() const noexcept {
  return !implementation_->session || implementation_->session->shared().draining;
}

std::string stream::remote_address() const {
  const auto& session = implementation_->session;
  return session ? session->transport().remote().address() : std::string();
}

std::uint16_t stream::remote_port() const noexcept {
  const auto& session = implementation_->session;
  return session ? session->transport().remote().port : std::uint16_t{0};
}

asio::any_io_executor stream::get_executor() const {
  return implementation_->executor;
}

}  // namespace asio_httpd
