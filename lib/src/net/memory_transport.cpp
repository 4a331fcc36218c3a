// SPDX-License-Identifier: BSL-1.0
//
// Two byte queues and at most two waiting operations. Completions are posted, as sockets do.

#include "net/memory_transport.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <optional>

#include <unistd.h>

namespace asio_httpd::net {

struct memory_pipe {
  static constexpr std::size_t no_limit = std::string::npos;

  explicit memory_pipe(boost::asio::any_io_executor e) : executor(std::move(e)) {}

  boost::asio::any_io_executor executor;
  std::string to_server;
  std::string to_peer;
  std::size_t capacity = 256 * 1024;
  std::size_t window = no_limit;  // what the pipe takes from the server before it is opened again
  std::size_t left = no_limit;    // of the bytes that are exchanged before the connection breaks
  bool peer_sends = true;
  bool server_sends = true;
  bool reset = false;
  bool closed = false;
  std::optional<completion> reader;
  std::optional<completion> writer;

  std::size_t room() const noexcept {
    const std::size_t free = capacity - std::min(capacity, to_peer.size());
    return std::min({free, window, left});
  }
  bool readable() const noexcept { return !to_server.empty() || !peer_sends || reset; }
  bool writable() const noexcept { return room() != 0 || reset; }

  // `n` bytes passed the server's end, this way or that.
  void exchanged(std::size_t n) {
    if (left == no_limit) return;
    left -= n;
    if (left == 0) break_off();
  }
  void break_off() {
    reset = true;
    peer_sends = false;
    wake();
  }

  void finish(std::optional<completion>& waiting, error_code ec) {
    if (!waiting) return;
    boost::asio::post(executor, [done = std::move(*waiting), ec]() mutable { done(ec); });
    waiting.reset();
  }
  void wake() {
    if (readable()) finish(reader, {});
    if (writable()) finish(writer, {});
  }
  void abort() {
    finish(reader, boost::asio::error::operation_aborted);
    finish(writer, boost::asio::error::operation_aborted);
  }
};

namespace {

class memory_transport final : public transport {
 public:
  memory_transport(std::shared_ptr<memory_pipe> pipe, const endpoint& remote)
      : pipe_(std::move(pipe)), remote_(remote) {}
  ~memory_transport() override { close(false); }

  io_result read(char* data, std::size_t size) noexcept override {
    if (pipe_->reset) return {0, boost::asio::error::connection_reset};
    if (pipe_->to_server.empty()) {
      return pipe_->peer_sends ? io_result{0, boost::asio::error::would_block} : io_result{};
    }
    const std::size_t n = pipe_->to_server.copy(data, std::min(size, pipe_->left));
    pipe_->to_server.erase(0, n);
    pipe_->exchanged(n);
    return {n, {}};
  }

  io_result write(std::string_view first, std::string_view second, bool) noexcept override {
    const io_result head = append(first);
    if (head.error || head.size < first.size() || second.empty()) return head;
    const io_result tail = append(second);
    return {head.size + tail.size, head.size != 0 ? error_code() : tail.error};
  }

  io_result send_file(int descriptor, std::uint64_t offset, std::size_t size) noexcept override {
    if (pipe_->reset) return {0, boost::asio::error::broken_pipe};
    if (pipe_->room() == 0) return {0, boost::asio::error::would_block};
    std::string block(std::min({size, pipe_->room(), std::size_t{65536}}), '\0');
    const ssize_t n = ::pread(descriptor, block.data(), block.size(), static_cast<off_t>(offset));
    if (n < 0) return {0, error_code(errno, boost::system::system_category())};
    return append(std::string_view(block).substr(0, static_cast<std::size_t>(n)));
  }

  peer_state look_at_peer() noexcept override {
    if (pipe_->reset) return peer_state::gone;
    if (!pipe_->to_server.empty()) return peer_state::has_sent;
    return pipe_->peer_sends ? peer_state::silent : peer_state::gone;
  }

  bool peer_has_ended() const noexcept override { return pipe_->reset || !pipe_->peer_sends; }

  void async_wait(wait what, completion done) override {
    (what == wait::read ? pipe_->reader : pipe_->writer) = std::move(done);
    if (pipe_->closed) return pipe_->abort();
    pipe_->wake();
  }

  void cancel() noexcept override { pipe_->abort(); }
  void shutdown_send() noexcept override { pipe_->server_sends = false; }
  void close(bool) noexcept override {
    pipe_->closed = true;
    pipe_->server_sends = false;
    pipe_->abort();
  }
  std::uint64_t unsent() const noexcept override { return pipe_->to_peer.size(); }
  const endpoint& remote() const noexcept override { return remote_; }
  boost::asio::any_io_executor executor() const override { return pipe_->executor; }

 private:
  io_result append(std::string_view bytes) noexcept {
    if (pipe_->reset) return {0, boost::asio::error::broken_pipe};
    const std::size_t n = std::min(bytes.size(), pipe_->room());
    if (n == 0 && !bytes.empty()) return {0, boost::asio::error::would_block};
    pipe_->to_peer.append(bytes.substr(0, n));
    if (pipe_->window != memory_pipe::no_limit) pipe_->window -= n;
    pipe_->exchanged(n);
    return {n, {}};
  }

  std::shared_ptr<memory_pipe> pipe_;
  endpoint remote_;
};

}  // namespace

void memory_peer::send(std::string_view bytes) {
  pipe_->to_server.append(bytes);
  pipe_->wake();
}

void memory_peer::shutdown_send() {
  pipe_->peer_sends = false;
  pipe_->wake();
}

void memory_peer::reset() {
  pipe_->break_off();
}

void memory_peer::reset_after(std::size_t bytes) {
  pipe_->left = bytes;
  if (bytes == 0) pipe_->break_off();
}

std::string memory_peer::receive(std::size_t most) {
  std::string taken = pipe_->to_peer.substr(0, most);
  pipe_->to_peer.erase(0, taken.size());
  pipe_->wake();
  return taken;
}

void memory_peer::set_capacity(std::size_t bytes) {
  pipe_->capacity = bytes;
  pipe_->wake();
}

void memory_peer::set_window(std::size_t bytes) {
  pipe_->window = bytes;
  pipe_->wake();
}

bool memory_peer::at_end() const noexcept {
  return !pipe_->server_sends && pipe_->to_peer.empty();
}
bool memory_peer::is_closed() const noexcept {
  return pipe_->closed;
}

memory_connection make_memory_connection(boost::asio::any_io_executor executor,
                                         const endpoint& remote) {
  auto pipe = std::make_shared<memory_pipe>(std::move(executor));
  return {std::make_unique<memory_transport>(pipe, remote), memory_peer(pipe)};
}

}  // namespace asio_httpd::net
