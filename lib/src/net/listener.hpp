// SPDX-License-Identifier: BSL-1.0
//
// Listening sockets, and the loop that accepts from one.
//
// The loop survives: a peer that is gone before it is accepted is passed over, and where
// descriptors or memory run out it pauses, a tenth of a second at first and a second at most,
// instead of spinning. It hands out connected, non-blocking descriptors and knows nothing of what
// becomes of them.

#pragma once

#include "net/endpoint.hpp"
#include "net/poller.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>

namespace asio_httpd {
struct socket_options;
}

namespace asio_httpd::net {

// An open listening socket. Closes it; removes the file of a Unix socket.
class listening_socket {
 public:
  // Throws std::system_error whose text says which address failed and what to do.
  listening_socket(const listen_address& address, const socket_options& options);
  listening_socket(listening_socket&& other) noexcept;
  listening_socket& operator=(listening_socket&&) = delete;
  ~listening_socket();

  int descriptor() const noexcept { return descriptor_; }
  // With the port that the kernel chose.
  const listen_address& address() const noexcept { return address_; }

 private:
  int descriptor_ = -1;
  listen_address address_;
  bool owns_path_ = false;
};

// Sends a short last word to a connection that is not taken, as far as it is taken at once, and
// closes it.
void turn_away(int descriptor, std::string_view last_word) noexcept;

class listener final : public std::enable_shared_from_this<listener>, private poller::client {
 public:
  // Owns the descriptor from the call on, also where it throws.
  using accept_function = std::function<void(int descriptor, const endpoint& remote)>;
  using error_function = std::function<void(const std::error_code&)>;

  // Waits by Asio, on an executor of the user's.
  listener(boost::asio::any_io_executor executor, listening_socket socket,
           accept_function on_accept, error_function on_error);
  // Waits by the poller of one of the server's own threads.
  listener(std::shared_ptr<poller> p, listening_socket socket, accept_function on_accept,
           error_function on_error);

  const listen_address& address() const noexcept { return socket_.address(); }
  boost::asio::any_io_executor executor() { return timer_.get_executor(); }
  // Begins to accept. On the executor, or before it runs.
  void start();
  // Stops accepting and closes the socket. On the executor, or when it runs no more.
  void close();

 private:
  void on_events(std::uint32_t events) override;
  void on_shut_down() noexcept override {}
  bool is_open() const noexcept { return socket_.descriptor() >= 0; }
  void wait();
  void wait_no_more();
  bool accept_batch();
  void accept_and_wait();
  bool hand_out(int descriptor, const endpoint& remote);
  void pause(const std::error_code& why);

  listening_socket socket_;
  std::shared_ptr<poller> poller_;                                   // either this,
  std::optional<boost::asio::posix::stream_descriptor> descriptor_;  // or a duplicate to wait for
  bool registered_ = false;                                          // with the poller
  boost::asio::steady_timer timer_;
  accept_function on_accept_;
  error_function on_error_;
  std::chrono::milliseconds pause_{0};
  int expected_ = 1;  // so many are likely to wait
};

}  // namespace asio_httpd::net
