// SPDX-License-Identifier: BSL-1.0
//
// WebSocket messages of 64 bytes, and what comes back.
//
//   messages PORT PATH CONNECTIONS COUNTER [echo|broadcast]
//
// `echo`: each connection has one message under way, and sends the next when that has come back.
// `broadcast`: the first connection sends one, and the next when all connections have received it.
// Each message has another text, and every frame that comes is compared to the one that has to
// come. One thread, which waits by epoll. It goes on until SIGINT; how many messages have come is a
// double in the file COUNTER, which can be read meanwhile.

#include "client_socket.hpp"
#include "counter_file.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

namespace {

constexpr std::size_t message_size = 64;
constexpr std::size_t digits = 16;
constexpr std::array<char, 4> mask = {0x37, static_cast<char>(0xfa), 0x21, 0x3d};

[[noreturn]] void fail(const char* why) {
  std::fprintf(stderr, "messages: %s\n", why);
  std::exit(2);
}

// Text that begins with the number.
std::string text_of(std::uint64_t number) {
  std::string text(message_size, 'x');
  for (std::size_t i = digits; i-- > 0; number >>= 4) text[i] = "0123456789abcdef"[number & 15];
  return text;
}

std::string frame(const std::string& text, bool masked) {
  std::string made = {'\x81', static_cast<char>(text.size() | (masked ? 0x80 : 0))};
  if (!masked) return made + text;
  made.append(mask.data(), mask.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    made += static_cast<char>(text[i] ^ mask[i % mask.size()]);
  }
  return made;
}

struct connection {
  int descriptor = -1;
  std::string expected;
  std::size_t received = 0;
};

class talk {
 public:
  talk(std::uint16_t port, const std::string& path, std::size_t count, double* counter, bool to_all)
      : connections_(count), counter_(counter), to_all_(to_all) {
    for (std::size_t i = 0; i < count; ++i) {
      connections_[i].descriptor = load::connect_to(port);
      shake_hands(connections_[i].descriptor, path);
      load::watch(epoll_, connections_[i].descriptor, i);
    }
  }

  void run() {
    if (to_all_) {
      say_to_all();
    } else {
      for (connection& c : connections_) say(c);
    }
    while (!load::is_over()) receive();
  }

 private:
  static void shake_hands(int descriptor, const std::string& path) {
    load::send_all(descriptor, "GET " + path +
                                   " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                                   "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    std::string head;
    std::array<char, 4096> buffer;
    while (!head.ends_with("\r\n\r\n")) {
      const ssize_t n = ::recv(descriptor, buffer.data(), buffer.size(), 0);
      if (n <= 0) load::give_up("the handshake");
      head.append(buffer.data(), static_cast<std::size_t>(n));
    }
    if (!head.starts_with("HTTP/1.1 101") ||
        head.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") == std::string::npos) {
      fail("the handshake was refused");
    }
  }

  void say(connection& c) {
    const std::string text = text_of(++number_);
    c.expected = frame(text, false);
    load::send_all(c.descriptor, frame(text, true));
  }

  void say_to_all() {
    const std::string text = text_of(++number_);
    for (connection& c : connections_) c.expected = frame(text, false);
    missing_ = connections_.size();
    load::send_all(connections_[0].descriptor, frame(text, true));
  }

  void receive() {
    std::array<epoll_event, 128> events;
    const int n = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < n; ++i) read(connections_[events[static_cast<std::size_t>(i)].data.u64]);
  }

  void read(connection& c) {
    std::array<char, 4096> buffer;
    const ssize_t n = ::recv(c.descriptor, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) load::give_up("recv");
    const auto size = static_cast<std::size_t>(n);
    if (size > c.expected.size() - c.received ||
        std::memcmp(buffer.data(), c.expected.data() + c.received, size) != 0) {
      fail("what came is not what was sent");
    }
    c.received += size;
    if (c.received == c.expected.size()) take(c);
  }

  void take(connection& c) {
    c.received = 0;
    c.expected.clear();
    *static_cast<volatile double*>(counter_) = ++count_;
    if (!to_all_) return say(c);
    if (--missing_ == 0) say_to_all();
  }

  std::vector<connection> connections_;
  double* counter_;
  bool to_all_;
  int epoll_ = ::epoll_create1(0);
  std::uint64_t number_ = 0;
  double count_ = 0;
  std::size_t missing_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fputs("usage: messages PORT PATH CONNECTIONS COUNTER [echo|broadcast]\n", stderr);
    return 2;
  }
  load::end_on_interrupt();
  const bool to_all = argc > 5 && std::string_view(argv[5]) == "broadcast";
  double* const counter = load::map_counter(argv[4]);
  talk(static_cast<std::uint16_t>(std::atoi(argv[1])), argv[2],
       static_cast<std::size_t>(std::atoi(argv[3])), counter, to_all)
      .run();
}
