// SPDX-License-Identifier: BSL-1.0
//
// What the floors share: one thread, raw epoll, level-triggered, blocking nowhere but there.

#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace epoll_floor {

[[noreturn]] inline void give_up(const char* what) {
  std::perror(what);
  std::exit(2);
}

inline void take_all_descriptors() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

// `defers`: a connection is worth waking for when its request is there.
inline int listen_on(std::uint16_t port, bool defers) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (defers) ::setsockopt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    give_up("bind");
  }
  if (::listen(listener, 4096) != 0) give_up("listen");
  return listener;
}

// Negative where there is none.
inline int accept_one(int listener) {
  const int descriptor = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
  if (descriptor < 0) return descriptor;
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return descriptor;
}

inline void watch(int epoll, int descriptor) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = descriptor;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

// Calls `f` with each descriptor that is ready, for ever.
template <class F>
[[noreturn]] void serve(int epoll, F f) {
  std::array<epoll_event, 128> events;
  for (;;) {
    const int n = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < n; ++i) f(events[static_cast<std::size_t>(i)].data.fd);
  }
}

}  // namespace epoll_floor
