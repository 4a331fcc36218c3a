// SPDX-License-Identifier: BSL-1.0
//
// The floor: the least that a server on this kernel can do for a request.
//
//   floor PORT [keep|close|echo]        one thread
//
// Raw epoll. It reads no HTTP: it counts how often CR LF CR LF passes by and sends as many canned
// answers, all in one call. The answer is as long as that of the server that is measured. `close`
// ends each connection after its answer, and watches none that has already asked. `echo` expects
// 4 KiB of content after each head, and answers with as many bytes. No limits, no deadlines, no
// memory for a connection: not a server, a ruler.

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

enum class mode { keep, close, echo };

constexpr std::size_t echoed = 4096;

std::string make_answer(mode m) {
  const std::string content = m == mode::echo ? std::string(echoed, 'x') : "hello";
  std::string answer =
      "HTTP/1.1 200 OK\r\n"
      "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
      "Server: asio_httpd\r\n";
  answer += m == mode::echo ? "Content-Type: application/octet-stream\r\n"
                            : "Content-Type: text/plain; charset=utf-8\r\n";
  answer += "Content-Length: " + std::to_string(content.size()) + "\r\n";
  if (m == mode::close) answer += "Connection: close\r\n";
  return answer + "\r\n" + content;
}

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(2);
}

// How many requests have passed, over any number of pieces: each is a head that ends in
// "\r\n\r\n", and so many bytes of content.
class request_counter {
 public:
  std::size_t count(std::string_view text, std::size_t content) {
    std::size_t found = 0;
    for (std::size_t i = 0; i < text.size();) {
      if (left_ > 0) {
        const std::size_t taken = std::min(left_, text.size() - i);
        i += taken;
        left_ -= taken;
        if (left_ == 0) ++found;
      } else if (ends_head(text[i++])) {
        left_ = content;
        if (content == 0) ++found;
      }
    }
    return found;
  }

 private:
  // What does not go on may still begin anew.
  bool ends_head(char c) {
    constexpr std::string_view end = "\r\n\r\n";
    matched_ = c == end[matched_] ? matched_ + 1 : c == '\r' ? 1 : 0;
    if (matched_ < end.size()) return false;
    matched_ = 0;
    return true;
  }

  std::size_t matched_ = 0;
  std::size_t left_ = 0;  // of the content
};

class ruler {
 public:
  ruler(std::uint16_t port, mode m)
      : mode_(m), content_(m == mode::echo ? echoed : 0), answer_size_(make_answer(m).size()) {
    for (std::size_t i = 0; i < most_at_once; ++i) answers_ += make_answer(m);
    listen_on(port);
  }

  void run() {
    std::array<epoll_event, 128> events;
    for (;;) {
      const int n = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < n; ++i) {
        const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
        if (descriptor == listener_) {
          accept_one();
        } else {
          serve(descriptor);
        }
      }
    }
  }

 private:
  static constexpr std::size_t most_at_once = 256;

  void listen_on(std::uint16_t port) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    const int on = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    // A connection that is to be closed is worth waking for when its request is there.
    if (mode_ == mode::close) {
      ::setsockopt(listener_, IPPROTO_TCP, TCP_DEFER_ACCEPT, &on, sizeof on);
    }
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
    if (index >= requests_.size()) requests_.resize(index + 1);
    requests_[index] = {};
    if (mode_ != mode::close || !serve(descriptor)) watch(descriptor);
  }

  // Whether there was anything.
  bool serve(int descriptor) {
    std::array<char, 8192> buffer;
    const ssize_t n = ::recv(descriptor, buffer.data(), buffer.size(), 0);
    if (n < 0 && errno == EAGAIN) return false;
    if (n <= 0) {
      ::close(descriptor);
      return true;
    }
    const std::string_view received(buffer.data(), static_cast<std::size_t>(n));
    const std::size_t requests =
        requests_[static_cast<std::size_t>(descriptor)].count(received, content_);
    if (requests == 0) return mode_ != mode::close;
    ::send(descriptor, answers_.data(), requests * answer_size_, MSG_NOSIGNAL);
    if (mode_ == mode::close) ::close(descriptor);
    return true;
  }

  mode mode_;
  std::size_t content_;  // after each head
  std::size_t answer_size_;
  int listener_ = -1;
  int epoll_ = -1;
  std::string answers_;
  std::vector<request_counter> requests_;  // by descriptor
};

mode mode_of(std::string_view name) {
  return name == "close" ? mode::close : name == "echo" ? mode::echo : mode::keep;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: floor PORT [keep|close|echo]\n", stderr);
    return 2;
  }
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  ruler(static_cast<std::uint16_t>(std::atoi(argv[1])), mode_of(argc > 2 ? argv[2] : "keep")).run();
}
