// SPDX-License-Identifier: BSL-1.0
//
// Blocking sockets with time limits.

#include "support/socket_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <thread>
#include <utility>

namespace test_support {
namespace {

constexpr int seconds_at_most = 60;

int connected(int family, const sockaddr* address, socklen_t size) {
  const int descriptor = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) throw std::system_error(errno, std::system_category(), "socket");
  const timeval limit{seconds_at_most, 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (::connect(descriptor, address, size) != 0) {
    const int error = errno;
    ::close(descriptor);
    throw std::system_error(error, std::system_category(), "connect");
  }
  return descriptor;
}

std::size_t content_length(std::string_view head) {
  constexpr std::string_view name = "\r\nContent-Length: ";
  const std::size_t at = head.find(name);
  std::size_t length = 0;
  if (at == std::string_view::npos) return length;
  const std::string_view digits = head.substr(at + name.size());
  std::from_chars(digits.data(), digits.data() + digits.size(), length);
  return length;
}

}  // namespace

socket_client socket_client::to_port(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return socket_client(
      connected(AF_INET, reinterpret_cast<const sockaddr*>(&address), sizeof address));
}

socket_client socket_client::to_port_v6(std::uint16_t port) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  address.sin6_addr = in6addr_loopback;
  return socket_client(
      connected(AF_INET6, reinterpret_cast<const sockaddr*>(&address), sizeof address));
}

socket_client socket_client::to_path(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  path.starts_with('@') ? void(address.sun_path[0] = '\0') : void(++size);
  return socket_client(connected(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), size));
}

socket_client::socket_client(socket_client&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), buffered_(std::move(other.buffered_)) {}

socket_client& socket_client::operator=(socket_client&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(buffered_, other.buffered_);
  return *this;
}

socket_client::~socket_client() {
  close();
}

bool socket_client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

void socket_client::shutdown_send() {
  ::shutdown(descriptor_, SHUT_WR);
}

std::string socket_client::receive_some(std::size_t most) {
  if (!buffered_.empty()) {
    std::string taken = buffered_.substr(0, most);
    buffered_.erase(0, taken.size());
    return taken;
  }
  std::string block(most, '\0');
  const ssize_t n = ::recv(descriptor_, block.data(), block.size(), 0);
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
    throw std::system_error(ETIMEDOUT, std::system_category(), "nothing was received");
  }
  block.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
  return block;
}

std::string socket_client::receive_until(std::string_view mark) {
  std::string all;
  for (;;) {
    if (const std::size_t at = all.find(mark); at != std::string::npos) {
      buffered_.insert(0, all.substr(at + mark.size()));
      all.resize(at + mark.size());
      return all;
    }
    const std::string piece = receive_some();
    if (piece.empty()) return all;
    all += piece;
  }
}

std::string socket_client::receive_reply() {
  std::string all = receive_until("\r\n\r\n");
  const std::size_t wanted = all.size() + content_length(all);
  while (all.size() < wanted) {
    const std::string piece = receive_some(wanted - all.size());
    if (piece.empty()) break;
    all += piece;
  }
  return all;
}

std::string socket_client::receive_all() {
  std::string all;
  for (std::string piece = receive_some(); !piece.empty(); piece = receive_some()) all += piece;
  return all;
}

void socket_client::reset() {
  const linger at_once{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

void socket_client::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

// --- the process ---------------------------------------------------------------------------------

bool eventually(const std::function<bool()>& condition, std::chrono::seconds at_most) {
  const auto end = std::chrono::steady_clock::now() + at_most;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

std::size_t open_descriptors() {
  const auto all = std::filesystem::directory_iterator("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all))) - 1;
}

std::size_t resident_bytes() {
  unsigned long total = 0;
  unsigned long resident = 0;
  if (std::FILE* f = std::fopen("/proc/self/statm", "re")) {
    if (std::fscanf(f, "%lu %lu", &total, &resident) != 2) resident = 0;
    std::fclose(f);
  }
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::chrono::microseconds processor_time() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto of = [](const timeval& t) {
    return std::chrono::seconds(t.tv_sec) + std::chrono::microseconds(t.tv_usec);
  };
  return of(used.ru_utime) + of(used.ru_stime);
}

std::size_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<std::size_t>(limit.rlim_cur);
}

}  // namespace test_support
