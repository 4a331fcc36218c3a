// SPDX-License-Identifier: BSL-1.0
//
// A protocol that is not HTTP on the same listener, limits, deadlines and stop: lines come in, each
// is acknowledged. With its client, which is a plain blocking one.
//
//   ./06_tcp_echo serve                    say hello to whoever connects, acknowledge each line
//   ./06_tcp_echo say "how do you do"      the client: prints what the server says

#include <asio_httpd/asio_httpd.hpp>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <iostream>

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::uint16_t port = 7007;

// One connection. A client that says nothing is cut after deadlines::idle, one that sends a line
// without end is cut at the limit of read_until; both leave this function by an exception.
asio::awaitable<void> acknowledge(asio_httpd::stream peer) {
  co_await peer.write("hello " + peer.remote_address() + "\n");
  for (int number = 1; !peer.is_draining(); ++number) {
    const std::string line = co_await peer.read_until('\n', 1024);
    if (line.empty()) co_return;  // the client is done
    co_await peer.write("ack " + std::to_string(number) + ": " + line);
  }
}

int serve() {
  std::cout << "acknowledging on localhost:" << port << ", Ctrl-C to stop\n";
  return asio_httpd::run({acknowledge},
                         {.port = port, .deadlines = {.idle = std::chrono::seconds(30)}});
}

int say(const std::string& text) {
  asio::io_context context;
  tcp::socket socket(context);
  asio::connect(socket, tcp::resolver(context).resolve("127.0.0.1", std::to_string(port)));
  asio::write(socket, asio::buffer(text + "\n"));
  std::string answer;
  for (int lines = 0; lines < 2; ++lines) {
    const std::size_t size = asio::read_until(socket, asio::dynamic_buffer(answer), '\n');
    std::cout << answer.substr(0, size);
    answer.erase(0, size);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  try {
    if (what == "serve") return serve();
    if (what == "say" && argc == 3) return say(argv[2]);
  } catch (const std::exception& e) {
    std::cerr << "06_tcp_echo: " << e.what() << '\n';
    return 1;
  }
  std::cerr << "usage: 06_tcp_echo serve | say TEXT\n";
  return 2;
}
