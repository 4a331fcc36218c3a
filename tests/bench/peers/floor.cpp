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

#include "epoll_floor.hpp"

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
    // One that is to be closed is worth waking for when its request is there.
    listener_ = epoll_floor::listen_on(port, m == mode::close);
    epoll_floor::watch(epoll_, listener_);
  }

  [[noreturn]] void run() {
    epoll_floor::serve(epoll_, [this](int descriptor) {
      descriptor == listener_ ? accept_one() : static_cast<void>(serve(descriptor));
    });
  }

 private:
  static constexpr std::size_t most_at_once = 256;

  void accept_one() {
    const int descriptor = epoll_floor::accept_one(listener_);
    if (descriptor < 0) return;
    const auto index = static_cast<std::size_t>(descriptor);
    if (index >= requests_.size()) requests_.resize(index + 1);
    requests_[index] = {};
    if (mode_ != mode::close || !serve(descriptor)) {
      epoll_floor::watch(epoll_, descriptor);
    }
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
  int epoll_ = ::epoll_create1(0);
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
  epoll_floor::take_all_descriptors();
  ruler(static_cast<std::uint16_t>(std::atoi(argv[1])), mode_of(argc > 2 ? argv[2] : "keep")).run();
}
