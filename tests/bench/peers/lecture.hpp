// SPDX-License-Identifier: BSL-1.0
//
// What the servers of the lectures share: blocking calls, one after another; a request is its first
// line, and the connection ends with the answer.

#pragma once

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace lecture {

inline int listen_on(const char* port) {
  std::signal(SIGPIPE, SIG_IGN);
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, 4096) != 0) {
    std::perror("listen");
    std::exit(2);
  }
  return listener;
}

inline bool send_all(int connection, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::write(connection, text.data(), text.size());
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// All that has come up to the end of the head; its first line is what counts.
inline std::string read_head(int connection) {
  std::string head;
  std::array<char, 4096> buffer;
  while (head.find("\r\n\r\n") == std::string::npos && head.size() < 65536) {
    const ssize_t n = ::read(connection, buffer.data(), buffer.size());
    if (n <= 0) break;
    head.append(buffer.data(), static_cast<std::size_t>(n));
  }
  return head;
}

// "GET /flag HTTP/1.1" -> "/flag"; "" for what is no such line.
inline std::string requested_path(const std::string& head) {
  if (!head.starts_with("GET /")) return "";
  const std::string path = head.substr(4, head.find(' ', 4) - 4);
  return path.find("..") == std::string::npos ? path : "";
}

inline void send_file(int connection, int file, std::size_t size) {
  const std::string head =
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(size) +
      "\r\nConnection: close\r\n\r\n";
  if (!send_all(connection, head)) return;
  std::array<char, 8192> buffer;
  ssize_t n = 0;
  while ((n = ::read(file, buffer.data(), buffer.size())) > 0) {
    if (!send_all(connection, {buffer.data(), static_cast<std::size_t>(n)})) return;
  }
}

inline void serve(int connection, const std::string& site) {
  const std::string path = requested_path(read_head(connection));
  const int file = path.empty() ? -1 : ::open((site + path).c_str(), O_RDONLY);
  struct stat status {};
  if (file >= 0 && ::fstat(file, &status) == 0 && S_ISREG(status.st_mode)) {
    send_file(connection, file, static_cast<std::size_t>(status.st_size));
  } else {
    send_all(connection,
             "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  }
  if (file >= 0) ::close(file);
  ::close(connection);
}

}  // namespace lecture
