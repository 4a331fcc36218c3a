// SPDX-License-Identifier: BSL-1.0
//
// The peer: WebSockets of Boost.Beast in the shape that its examples teach: callbacks, one object
// for each connection, the suggested timeouts, a flat_buffer that is read into and written from;
// for `broadcast` a shared string that is queued at each session, as in its chat.
//
//   websocket_beast PORT [echo|broadcast]

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/version.hpp>
#include <boost/beast/websocket.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;

class session;

struct shared_state {
  bool to_all = false;
  std::unordered_set<session*> sessions;
};

class session : public std::enable_shared_from_this<session> {
 public:
  session(tcp::socket socket, shared_state& state) : ws_(std::move(socket)), state_(state) {}
  session(const session&) = delete;
  session& operator=(const session&) = delete;
  ~session() { state_.sessions.erase(this); }

  void run() {
    ws_.set_option(websocket::stream_base::timeout::suggested(beast::role_type::server));
    ws_.async_accept(beast::bind_front_handler(&session::on_accept, shared_from_this()));
  }

  void queue(const std::shared_ptr<const std::string>& message) {
    queue_.push_back(message);
    if (queue_.size() == 1) write_first();
  }

 private:
  void on_accept(beast::error_code ec) {
    if (ec) return;
    state_.sessions.insert(this);
    read();
  }

  void read() {
    ws_.async_read(buffer_, beast::bind_front_handler(&session::on_read, shared_from_this()));
  }

  void on_read(beast::error_code ec, std::size_t) {
    if (ec) return;
    if (state_.to_all) return publish();
    ws_.text(ws_.got_text());
    ws_.async_write(buffer_.data(),
                    beast::bind_front_handler(&session::on_write, shared_from_this()));
  }

  void on_write(beast::error_code ec, std::size_t) {
    if (ec) return;
    buffer_.consume(buffer_.size());
    read();
  }

  void publish() {
    const auto message =
        std::make_shared<const std::string>(beast::buffers_to_string(buffer_.data()));
    buffer_.consume(buffer_.size());
    for (session* each : state_.sessions) each->queue(message);
    read();
  }

  void write_first() {
    ws_.text(true);
    ws_.async_write(asio::buffer(*queue_.front()),
                    beast::bind_front_handler(&session::on_first_written, shared_from_this()));
  }

  void on_first_written(beast::error_code ec, std::size_t) {
    if (ec) return;
    queue_.erase(queue_.begin());
    if (!queue_.empty()) write_first();
  }

  websocket::stream<beast::tcp_stream> ws_;
  beast::flat_buffer buffer_;
  shared_state& state_;
  std::vector<std::shared_ptr<const std::string>> queue_;
};

class listener {
 public:
  listener(asio::io_context& context, std::uint16_t port, shared_state& state)
      : acceptor_(context, {asio::ip::make_address("127.0.0.1"), port}), state_(state) {
    acceptor_.listen(4096);
  }

  void accept() {
    acceptor_.async_accept([this](beast::error_code ec, tcp::socket socket) {
      if (!ec) start(std::move(socket));
      accept();
    });
  }

 private:
  void start(tcp::socket socket) {
    beast::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    std::make_shared<session>(std::move(socket), state_)->run();
  }

  tcp::acceptor acceptor_;
  shared_state& state_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  asio::io_context context(1);
  shared_state state{argc > 2 && std::string_view(argv[2]) == "broadcast", {}};
  listener incoming(context, static_cast<std::uint16_t>(std::atoi(argv[1])), state);
  incoming.accept();
  context.run();
}
