// SPDX-License-Identifier: BSL-1.0
//
// A proxy that passes on what another server sends as it comes. The other one, in the same
// program, is slow: a line every 200 ms.
//
//   12_streaming_proxy [PORT]
//   curl -N http://localhost:8080/slow
//   curl -N http://localhost:8080/broken       the other server ends in the middle, and so does
//   this curl http://localhost:8080/connections     to the other server, now
//
// Where the client leaves, what the handler waits for is cancelled, and the connection to the other
// server goes with its socket. Where the client is slow, so is the reading.

#include <asio_httpd/asio_httpd.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace {

using namespace asio_httpd;
namespace asio = boost::asio;
using asio::awaitable;
using asio::use_awaitable;
using asio::ip::tcp;

// --- the other server ----------------------------------------------------------------------------

constexpr int line_count = 20;
constexpr std::string_view line = "a line of the slow server\n";

// Announces all lines; where it writes fewer, its connection ends with an error.
response lines(int count) {
  const auto write = [count](body_writer out) -> awaitable<void> {
    asio::steady_timer timer(out.get_executor());
    for (int i = 0; i < count; ++i) {
      co_await out.write(line);
      timer.expires_after(std::chrono::milliseconds(200));
      co_await timer.async_wait(use_awaitable);
    }
  };
  return streaming("text/plain", write, line_count * line.size());
}

router other_routes() {
  router routes;
  routes.get("/slow", [] { return lines(line_count); });
  routes.get("/broken", [] { return lines(3); });
  return routes;
}

std::string connections_of(const server& other) {
  const auto now = other.report().connections;
  std::string lines = "open " + std::to_string(now.open) + "\n";
  for (const auto& [reason, count] : now.closed) {
    if (count != 0) lines += reason + " " + std::to_string(count) + "\n";
  }
  return lines;
}

// --- the proxy -----------------------------------------------------------------------------------

struct answer {
  explicit answer(const asio::any_io_executor& executor) : socket(executor) {}

  tcp::socket socket;
  std::string received;  // the head, then what came of the content with it
  std::string content_type;
  std::uint64_t size = 0;
};

[[noreturn]] void refuse(std::string_view why) {
  throw http_error(status::bad_gateway, "the other server " + std::string(why) + "\n");
}

fields fields_in(std::string_view head) {
  fields made;
  for (std::size_t end = head.find("\r\n"); end != std::string_view::npos;
       end = head.find("\r\n")) {
    const std::string_view field_line = head.substr(0, end);
    head.remove_prefix(end + 2);
    const std::size_t colon = field_line.find(':');
    if (colon == std::string_view::npos) continue;  // the status line, and the empty one
    std::string_view value = field_line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    made.append(field_line.substr(0, colon), value);
  }
  return made;
}

// Without the chunked coding, which is more than an example holds.
void read_head(answer& a, std::string_view head) {
  if (!head.starts_with("HTTP/1.1 200 ")) refuse("has no such thing");
  const fields sent = fields_in(head);
  const std::string_view length = sent.get(field::content_length);
  const auto end = length.data() + length.size();
  if (std::from_chars(length.data(), end, a.size).ptr != end || length.empty()) {
    refuse("does not say how much it sends");
  }
  a.content_type = sent.get(field::content_type);
}

awaitable<answer> ask(std::uint16_t port, std::string target) {
  answer a(co_await asio::this_coro::executor);
  const std::string request =
      "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  co_await a.socket.async_connect({asio::ip::address_v4::loopback(), port}, use_awaitable);
  co_await asio::async_write(a.socket, asio::buffer(request), use_awaitable);
  const std::size_t size = co_await asio::async_read_until(
      a.socket, asio::dynamic_buffer(a.received, 16 * 1024), "\r\n\r\n", use_awaitable);
  read_head(a, std::string_view(a.received).substr(0, size));
  a.received.erase(0, size);
  co_return a;
}

// Ends with an exception where the other server ends too early; then so does this content.
awaitable<void> pass_on(answer& from, body_writer to) {
  co_await to.write(from.received);
  std::array<char, 16 * 1024> piece;
  for (std::uint64_t sent = from.received.size(); sent < from.size;) {
    const std::size_t n = co_await from.socket.async_read_some(asio::buffer(piece), use_awaitable);
    co_await to.write({piece.data(), n});
    sent += n;
  }
}

awaitable<response> relay(std::uint16_t port, std::string target) {
  std::shared_ptr<answer> from;
  try {
    from = std::make_shared<answer>(co_await ask(port, std::move(target)));
  } catch (const boost::system::system_error& e) {
    refuse("cannot be asked: " + e.code().message());
  }
  co_return streaming(
      from->content_type, [from](body_writer to) { return pass_on(*from, std::move(to)); },
      from->size);
}

}  // namespace

int main(int argc, char** argv) {
  server other(other_routes(), {.port = 0, .threads = 1});
  other.start();
  router routes;
  const auto passes_on = [port = other.port()](const request& r) {
    return relay(port, std::string(r.path()));
  };
  routes.get("/slow", passes_on).deadline(std::chrono::minutes(1));
  routes.get("/broken", passes_on).deadline(std::chrono::minutes(1));
  routes.get("/connections", [&other] { return connections_of(other); });
  const int port = argc > 1 ? std::atoi(argv[1]) : 8080;
  return run(std::move(routes), {.port = static_cast<std::uint16_t>(port)});
}
