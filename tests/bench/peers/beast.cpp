// SPDX-License-Identifier: BSL-1.0
//
// The peer: a server of Boost.Beast in the shape that its examples teach: callbacks, one object for
// each connection, tcp_stream with its timeout, a new parser for each request, a message on the
// heap for each answer, file_body for files.
//
//   beast PORT SITE [THREADS]

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/version.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

using request = http::request<http::string_body>;

// As the other servers have it: made once a second.
const std::string& current_date() {
  thread_local std::time_t made_at = 0;
  thread_local std::string text;
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

template <class Body>
void set_head(http::response<Body>& answer, const request& r, std::string_view type) {
  answer.set(http::field::date, current_date());
  answer.set(http::field::server, "asio_httpd");
  answer.set(http::field::content_type, beast::string_view(type.data(), type.size()));
  answer.keep_alive(r.keep_alive());
}

http::message_generator text(const request& r, http::status status, std::string_view type,
                             std::string content) {
  http::response<http::string_body> answer{status, r.version()};
  set_head(answer, r, type);
  answer.body() = std::move(content);
  answer.prepare_payload();
  return answer;
}

http::message_generator file(const request& r, const std::string& path) {
  beast::error_code ec;
  http::file_body::value_type content;
  content.open(path.c_str(), beast::file_mode::scan, ec);
  if (ec) return text(r, http::status::not_found, "text/plain", "not found");
  const auto size = content.size();
  const std::string_view type = path.ends_with(".bin") ? "application/octet-stream" : "text/plain";
  http::response<http::file_body> answer{std::piecewise_construct,
                                         std::make_tuple(std::move(content)),
                                         std::make_tuple(http::status::ok, r.version())};
  set_head(answer, r, type);
  answer.content_length(size);
  return answer;
}

http::message_generator answer_to(request&& r, const std::string& site) {
  const std::string target(r.target());
  if (r.method() == http::verb::post && target == "/echo") {
    std::string content = std::move(r.body());
    return text(r, http::status::ok, "application/octet-stream", std::move(content));
  }
  if (r.method() != http::verb::get || target.find("..") != std::string::npos) {
    return text(r, http::status::bad_request, "text/plain", "bad request");
  }
  if (target == "/") return text(r, http::status::ok, "text/plain; charset=utf-8", "hello");
  return file(r, site + target);
}

class session : public std::enable_shared_from_this<session> {
 public:
  session(tcp::socket socket, const std::string& site) : stream_(std::move(socket)), site_(site) {}

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
    http::message_generator answer = answer_to(parser_->release(), site_);
    const bool keep_alive = answer.keep_alive();
    beast::async_write(
        stream_, std::move(answer),
        beast::bind_front_handler(&session::on_write, shared_from_this(), keep_alive));
  }

  void on_write(bool keep_alive, beast::error_code ec, std::size_t) {
    if (ec) return;
    if (!keep_alive) return close();
    read();
  }

  void close() {
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  }

  beast::tcp_stream stream_;
  const std::string& site_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
};

class listener {
 public:
  listener(asio::io_context& context, std::uint16_t port, std::string site, bool strands)
      : context_(context),
        acceptor_(context, {asio::ip::make_address("127.0.0.1"), port}),
        site_(std::move(site)),
        strands_(strands) {
    acceptor_.listen(4096);
  }

  void accept() {
    const auto then = [this](beast::error_code ec, tcp::socket socket) {
      if (!ec) start(std::move(socket));
      accept();
    };
    if (strands_) return acceptor_.async_accept(asio::make_strand(context_), then);
    acceptor_.async_accept(then);
  }

 private:
  void start(tcp::socket socket) {
    beast::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    std::make_shared<session>(std::move(socket), site_)->read();
  }

  asio::io_context& context_;
  tcp::acceptor acceptor_;
  std::string site_;
  bool strands_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--version") {
    std::puts(BOOST_LIB_VERSION);
    return 0;
  }
  if (argc < 3) return 2;
  const int threads = argc > 3 ? std::atoi(argv[3]) : 1;
  asio::io_context context(threads);
  listener incoming(context, static_cast<std::uint16_t>(std::atoi(argv[1])), argv[2], threads > 1);
  incoming.accept();
  std::vector<std::jthread> others;
  for (int i = 1; i < threads; ++i) others.emplace_back([&context] { context.run(); });
  context.run();
}
