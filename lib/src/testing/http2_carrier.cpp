// SPDX-License-Identifier: BSL-1.0
//
// The gateway of each connection, between two pipes.

#include "testing/http2_carrier.hpp"

#include "net/memory_transport.hpp"
#include "testing/http2_gateway.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace asio_httpd::testing {

class http2_carrier::link {
 public:
  link(std::unique_ptr<net::transport> pipe, net::memory_peer server, std::string_view scheme)
      : pipe_(std::move(pipe)), server_(std::move(server)), gateway_(scheme) {}

  bool is_over() const noexcept { return is_over_; }

  bool carry() {
    if (is_over_) return false;
    bool any = take_from_client();
    if (is_over_) return true;
    any = give_to_server() || any;
    any = take_from_server() || any;
    any = give_to_client() || any;
    any = give_to_server() || any;
    return any || end() || give_up();
  }

 private:
  bool take_from_client() {
    if (client_ended_) return look_for_reset();
    std::array<char, 16 * 1024> room;
    const std::size_t most = std::min(room.size(), gateway_.room());
    if (most == 0) return look_for_reset();
    const auto [size, error] = pipe_->read(room.data(), most);
    if (error == boost::asio::error::would_block) return false;
    if (error) return break_off();
    client_ended_ = size == 0;
    size == 0 ? gateway_.end_of_client() : gateway_.from_client({room.data(), size});
    return true;
  }

  // Of a client whose bytes are not wanted now, or that has ended.
  bool look_for_reset() {
    if (pipe_->look_at_peer() != net::peer_state::gone) return false;
    char byte;
    return pipe_->read(&byte, 1).error ? break_off() : false;
  }

  bool break_off() {
    is_over_ = true;
    server_.reset();
    pipe_->close(true);
    return true;
  }

  bool give_to_server() {
    const std::string frames = gateway_.send();
    if (!frames.empty() && !has_left_) server_.send(frames);
    return !frames.empty();
  }

  bool take_from_server() {
    const std::string frames = server_.receive();
    if (!frames.empty()) gateway_.receive(frames);
    if (server_ended_ || !server_.at_end()) return !frames.empty();
    server_ended_ = true;
    gateway_.end_of_server();
    return true;
  }

  bool give_to_client() {
    bool any = false;
    while (!gateway_.text().empty()) {
      const auto [size, error] = pipe_->write(gateway_.text(), {}, false);
      if (error == boost::asio::error::would_block) return any;
      if (error) return break_off();
      gateway_.took(size);
      any = true;
    }
    return any;
  }

  bool end() {
    if (gateway_.is_cut() && !has_left_) return leave();  // no other answer could follow
    if (!gateway_.is_over() || !gateway_.text().empty()) return false;
    const bool first = !std::exchange(has_ended_, true);
    if (first && !has_left_) leave();
    if (first) pipe_->shutdown_send();
    if (!gateway_.is_cut() && !server_.is_closed()) return first;
    pipe_->close(false);
    is_over_ = server_.is_closed();
    return first || is_over_;
  }

  bool leave() {
    gateway_.leave();
    give_to_server();
    has_left_ = true;
    server_.shutdown_send();
    return true;
  }

  bool give_up() { return gateway_.text().empty() && gateway_.give_up(); }

  std::unique_ptr<net::transport> pipe_;
  net::memory_peer server_;
  http2_gateway gateway_;
  bool client_ended_ = false;
  bool server_ended_ = false;
  bool has_ended_ = false;  // for the client
  bool has_left_ = false;   // the server
  bool is_over_ = false;
};

http2_carrier::http2_carrier(boost::asio::any_io_executor executor, std::string_view scheme)
    : executor_(std::move(executor)), scheme_(scheme) {}

http2_carrier::~http2_carrier() = default;

std::unique_ptr<net::transport> http2_carrier::connect(std::unique_ptr<net::transport> pipe,
                                                       const net::endpoint& remote) {
  auto made = net::make_memory_connection(executor_, remote);
  made.peer.set_capacity(pipe_capacity);
  links_.push_back(std::make_unique<link>(std::move(pipe), std::move(made.peer), scheme_));
  return std::move(made.server_end);
}

bool http2_carrier::carry() {
  bool any = false;
  for (auto& l : links_) any = l->carry() || any;
  std::erase_if(links_, [](const auto& l) { return l->is_over(); });
  return any;
}

}  // namespace asio_httpd::testing
