// SPDX-License-Identifier: BSL-1.0
//
// The floor under WebSockets: the least that a server on this kernel can do for a message.
//
//   websocket_floor PORT [echo|broadcast]        one thread
//
// Raw epoll. It answers the first piece that comes with the handshake for the one key that the load
// has (that of RFC 6455), and takes for granted that later pieces are whole frames of at most 125
// bytes. `echo` sends each message back, unmasked where it lies; `broadcast` sends it to everybody.
// No checks, no limits, no deadlines, nobody who is slow: not a server, a ruler.

#include "epoll_floor.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

namespace {

constexpr std::string_view handshake =
    "HTTP/1.1 101 Switching Protocols\r\n"
    "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
    "Server: asio_httpd\r\n"
    "Connection: Upgrade\r\n"
    "Upgrade: websocket\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

constexpr unsigned char close_frame = 0x88;
constexpr std::size_t masked_header = 6;
constexpr std::size_t header = 2;

class ruler {
 public:
  ruler(std::uint16_t port, bool to_all)
      : to_all_(to_all), listener_(epoll_floor::listen_on(port, false)) {
    epoll_floor::watch(epoll_, listener_);
  }

  [[noreturn]] void run() {
    epoll_floor::serve(epoll_, [this](int descriptor) {
      descriptor == listener_ ? accept() : receive(descriptor);
    });
  }

 private:
  void accept() {
    const int descriptor = epoll_floor::accept_one(listener_);
    if (descriptor < 0) return;
    const auto index = static_cast<std::size_t>(descriptor);
    if (index >= is_upgraded_.size()) is_upgraded_.resize(index + 1);
    is_upgraded_[index] = 0;
    epoll_floor::watch(epoll_, descriptor);
  }

  void receive(int descriptor) {
    std::array<char, 8192> buffer;
    const ssize_t n = ::recv(descriptor, buffer.data(), buffer.size(), 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0 || static_cast<unsigned char>(buffer[0]) == close_frame) return end(descriptor);
    if (is_upgraded_[static_cast<std::size_t>(descriptor)] == 0) return upgrade(descriptor);
    for (std::size_t at = 0; at < static_cast<std::size_t>(n);) {
      at += take(descriptor, buffer.data() + at);
    }
  }

  void upgrade(int descriptor) {
    is_upgraded_[static_cast<std::size_t>(descriptor)] = 1;
    sockets_.push_back(descriptor);
    ::send(descriptor, handshake.data(), handshake.size(), MSG_NOSIGNAL);
  }

  // How long the frame was.
  std::size_t take(int descriptor, char* frame) {
    const auto size = static_cast<std::size_t>(frame[1] & 0x7f);
    char* const payload = frame + masked_header;
    for (std::size_t i = 0; i < size; ++i) payload[i] ^= frame[2 + i % 4];
    char* const answer = payload - header;
    answer[0] = frame[0];
    answer[1] = static_cast<char>(size);
    send(descriptor, {answer, header + size});
    return masked_header + size;
  }

  void send(int descriptor, std::string_view frame) const {
    if (!to_all_) {
      ::send(descriptor, frame.data(), frame.size(), MSG_NOSIGNAL);
      return;
    }
    for (const int each : sockets_) ::send(each, frame.data(), frame.size(), MSG_NOSIGNAL);
  }

  void end(int descriptor) {
    sockets_.erase(std::remove(sockets_.begin(), sockets_.end(), descriptor), sockets_.end());
    ::close(descriptor);
  }

  bool to_all_;
  int listener_;
  int epoll_ = ::epoll_create1(0);
  std::vector<char> is_upgraded_;  // by descriptor
  std::vector<int> sockets_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: websocket_floor PORT [echo|broadcast]\n", stderr);
    return 2;
  }
  epoll_floor::take_all_descriptors();
  const bool to_all = argc > 2 && std::string_view(argv[2]) == "broadcast";
  ruler(static_cast<std::uint16_t>(std::atoi(argv[1])), to_all).run();
}
