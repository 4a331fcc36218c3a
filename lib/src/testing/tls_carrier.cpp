// SPDX-License-Identifier: BSL-1.0
//
// The TLS of each connection, between two pipes.

#include "testing/tls_carrier.hpp"

#include "net/memory_transport.hpp"
#include "testing/tls_client.hpp"
#include "testing/tls_identity.hpp"
#include "tls/transport.hpp"

#include <boost/asio/error.hpp>

#include <array>
#include <utility>

namespace asio_httpd::testing {
namespace {

constexpr std::size_t most_at_once = 16 * 1024;

}  // namespace

class tls_carrier::link {
 public:
  link(std::unique_ptr<net::transport> pipe, net::memory_peer server, std::string_view protocol)
      : pipe_(std::move(pipe)), server_(std::move(server)), tls_(protocol) {}

  bool is_over() const noexcept { return is_over_; }

  bool carry() {
    if (is_over_) return false;
    bool any = take_from_client();
    if (is_over_) return true;
    any = give_to_server() || any;
    any = take_from_server() || any;
    any = give_to_client() || any;
    return any || end();
  }

 private:
  bool take_from_client() {
    if (client_ended_ || !tls_.is_established()) return look_for_reset();
    std::array<char, most_at_once> room;
    const auto [size, error] = pipe_->read(room.data(), room.size());
    if (error == boost::asio::error::would_block) return false;
    if (error) return break_off();
    client_ended_ = size == 0;
    client_ended_ ? tls_.end() : tls_.write({room.data(), size});
    return true;
  }

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
    const std::string records = tls_.send();
    if (!records.empty() && !has_shut_) server_.send(records);
    if (client_ended_ && !std::exchange(has_shut_, true)) server_.shutdown_send();
    return !records.empty();
  }

  // One piece at a time, so that a client that does not read stops the server.
  bool take_from_server() {
    if (!plain_.empty()) return false;
    const std::string records = server_.receive(most_at_once);
    if (records.empty()) return false;
    tls_.receive(records);
    plain_ = tls_.read();
    return true;
  }

  bool give_to_client() {
    if (plain_.empty()) return false;
    const auto [size, error] = pipe_->write(plain_, {}, false);
    if (error == boost::asio::error::would_block) return false;
    if (error) return break_off();
    plain_.erase(0, size);
    return true;
  }

  bool end() {
    if (!plain_.empty() || !server_.at_end()) return false;
    const bool first = !std::exchange(server_ended_, true);
    if (first) pipe_->shutdown_send();
    if (!server_.is_closed()) return first;
    pipe_->close(false);
    is_over_ = true;
    return true;
  }

  std::unique_ptr<net::transport> pipe_;
  net::memory_peer server_;
  tls_client tls_;
  std::string plain_;  // for the client
  bool client_ended_ = false;
  bool has_shut_ = false;
  bool server_ended_ = false;
  bool is_over_ = false;
};

tls_carrier::tls_carrier(boost::asio::any_io_executor executor, std::string_view protocol)
    : executor_(std::move(executor)), protocol_(protocol) {}

tls_carrier::~tls_carrier() = default;

std::unique_ptr<net::transport> tls_carrier::connect(std::unique_ptr<net::transport> pipe,
                                                     const net::endpoint& remote) {
  auto made = net::make_memory_connection(executor_, remote);
  made.peer.set_capacity(pipe_capacity);
  links_.push_back(std::make_unique<link>(std::move(pipe), std::move(made.peer), protocol_));
  return tls::accept(the_tls_identity().context, std::move(made.server_end));
}

bool tls_carrier::carry() {
  bool any = false;
  for (auto& l : links_) any = l->carry() || any;
  std::erase_if(links_, [](const auto& l) { return l->is_over(); });
  return any;
}

}  // namespace asio_httpd::testing
