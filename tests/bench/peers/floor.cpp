// SPDX-License-Identifier: BSL-1.0
//
// The floor: the least that a server on this kernel can do for a request.
//
//   floor PORT [close]        one thread; `close` ends each connection after its answer
//
// Raw epoll. It reads no HTTP: it counts how often CR LF CR LF passes by and sends as many canned
// answers, all in one call. The answer is as long as that of the server that is measured. No
// limits, no deadlines, no memory for a connection: not a server, a ruler.

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::string_view answer_kept =
    "HTTP/1.1 200 OK\r\n"
    "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
    "Server: asio_httpd\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Content-Length: 5\r\n"
    "\r\n"
    "hello";
constexpr std::string_view answer_closed =
    "HTTP/1.1 200 OK\r\n"
    "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
    "Server: asio_httpd\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Content-Length: 5\r\n"
    "Connection: close\r\n"
    "\r\n"
    "hello";

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(2);
}

// How many of "\r\n\r\n" have passed, over any number of pieces.
class head_counter {
 public:
  std::size_t count(std::string_view text) {
    std::size_t found = 0;
    for (const char c : text) {
      // What does not go on may still begin anew.
      matched_ = c == end[matched_] ? matched_ + 1 : c == '\r' ? 1 : 0;
      if (matched_ == end.size()) {
        matched_ = 0;
        ++found;
      }
    }
    return found;
  }

 private:
  static constexpr std::string_view end = "\r\n\r\n";
  std::size_t matched_ = 0;
};

class ruler {
 public:
  ruler(std::uint16_t port, bool closes) : closes_(closes) {
    for (std::size_t i = 0; i < most_at_once; ++i) answers_ += answer();
    listen_on(port);
  }

  void run() {
    std::array<epoll_event, 128> events;
    for (;;) {
      const int n = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < n; ++i) {
        const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
        descriptor == listener_ ? accept_one() : serve(descriptor);
      }
    }
  }

 private:
  static constexpr std::size_t most_at_once = 256;

  std::string_view answer() const { return closes_ ? answer_closed : answer_kept; }

  void listen_on(std::uint16_t port) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    const int on = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      give_up("bind");
    }
    if (::listen(listener_, 4096) != 0) give_up("listen");
    epoll_ = ::epoll_create1(0);
    watch(listener_);
  }

  void watch(int descriptor) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = descriptor;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
  }

  void accept_one() {
    const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
    if (descriptor < 0) return;
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const auto index = static_cast<std::size_t>(descriptor);
    if (index >= heads_.size()) heads_.resize(index + 1);
    heads_[index] = {};
    watch(descriptor);
  }

  void serve(int descriptor) {
    std::array<char, 8192> buffer;
    const ssize_t n = ::recv(descriptor, buffer.data(), buffer.size(), 0);
    if (n <= 0) {
      ::close(descriptor);
      return;
    }
    const std::string_view received(buffer.data(), static_cast<std::size_t>(n));
    const std::size_t requests = heads_[static_cast<std::size_t>(descriptor)].count(received);
    if (requests == 0) return;
    ::send(descriptor, answers_.data(), requests * answer().size(), MSG_NOSIGNAL);
    if (closes_) ::close(descriptor);
  }

  bool closes_;
  int listener_ = -1;
  int epoll_ = -1;
  std::string answers_;
  std::vector<head_counter> heads_;  // by descriptor
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: floor PORT [close]\n", stderr);
    return 2;
  }
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  const bool closes = argc > 2 && std::string_view(argv[2]) == "close";
  ruler(static_cast<std::uint16_t>(std::atoi(argv[1])), closes).run();
}
