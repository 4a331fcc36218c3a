// SPDX-License-Identifier: BSL-1.0
//
// What the scenario `compile` compiles beside our first example: the same server on Boost.Beast, in
// the shape that its examples teach: callbacks, one object for each connection, tcp_stream with its
// timeout, a new parser for each request, a message on the heap for each answer. One thread.
//
//   beast_hello PORT

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

// As the other servers have it: made once a second.
const std::string& current_date() {
  static std::time_t made_at = 0;
  static std::string text;
  const std::time_t now = std::time(nullptr);
  if (now != made_at) {
    made_at = now;
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    char buffer[64];
    text.assign(buffer, std::strftime(buffer, sizeof buffer, "%a, %d %b %Y %H:%M:%S GMT", &parts));
  }
  return text;
}

class session : public std::enable_shared_from_this<session> {
 public:
  explicit session(tcp::socket socket) : stream_(std::move(socket)) {}

  void read() {
    parser_.emplace();
    parser_->body_limit(1024 * 1024);
    stream_.expires_after(std::chrono::seconds(30));
    http::async_read(stream_, buffer_, *parser_,
                     beast::bind_front_handler(&session::on_read, shared_from_this()));
  }

 private:
  void on_read(beast::error_code ec, std::size_t) {
    if (ec == http::error::end_of_stream) return close();
    if (ec) return;
    answer_ = std::make_shared<http::response<http::string_body>>(answer_to(parser_->get()));
    http::async_write(stream_, *answer_,
                      beast::bind_front_handler(&session::on_write, shared_from_this()));
  }

  static http::response<http::string_body> answer_to(const http::request<http::string_body>& r) {
    const bool found = r.method() == http::verb::get && r.target() == "/";
    http::response<http::string_body> answer{found ? http::status::ok : http::status::not_found,
                                             r.version()};
    answer.set(http::field::date, current_date());
    answer.set(http::field::server, "asio_httpd");
    answer.set(http::field::content_type, "text/plain; charset=utf-8");
    answer.keep_alive(r.keep_alive());
    answer.body() = "hello";
    answer.prepare_payload();
    return answer;
  }

  void on_write(beast::error_code ec, std::size_t) {
    if (ec) return;
    if (answer_->need_eof()) return close();
    answer_.reset();
    read();
  }

  void close() {
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::shared_ptr<http::response<http::string_body>> answer_;
};

class listener {
 public:
  listener(asio::io_context& context, std::uint16_t port)
      : acceptor_(context, {asio::ip::make_address("127.0.0.1"), port}) {
    acceptor_.listen(4096);
  }

  void accept() {
    acceptor_.async_accept([this](beast::error_code ec, tcp::socket socket) {
      if (!ec) {
        beast::error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        std::make_shared<session>(std::move(socket))->read();
      }
      accept();
    });
  }

 private:
  tcp::acceptor acceptor_;
};

}  // namespace

int main(int argc, char** argv) {
  const int port = argc > 1 ? std::atoi(argv[1]) : 8080;
  asio::io_context context(1);
  listener incoming(context, static_cast<std::uint16_t>(port));
  incoming.accept();
  context.run();
}
