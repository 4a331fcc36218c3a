// SPDX-License-Identifier: BSL-1.0
//
// What the loads share.

#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace load {

[[noreturn]] inline void give_up(const char* what) {
  std::perror(what);
  std::exit(2);
}

// A blocking socket to 127.0.0.1.
inline int connect_to(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // A signal that interrupts it does not end it: on this machine it is done a moment later.
  const auto* const to = reinterpret_cast<sockaddr*>(&address);
  if (::connect(descriptor, to, sizeof address) != 0 && errno != EINTR) give_up("connect");
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return descriptor;
}

inline void watch(int epoll, int descriptor, std::uint64_t number) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = number;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

inline void send_all(int descriptor, std::string_view bytes) {
  if (::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(bytes.size())) {
    give_up("send");
  }
}

}  // namespace load
