// SPDX-License-Identifier: BSL-1.0
//
// Addresses: the peer of a connection in 20 bytes, and the texts of `listen` taken apart.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

struct sockaddr;

namespace asio_httpd::net {

// A peer's address. IPv4 peers of a dual-stack listener are IPv4.
struct endpoint {
  enum class family : std::uint8_t { none, ipv4, ipv6, local };

  family kind = family::none;
  std::uint16_t port = 0;
  std::array<std::uint8_t, 16> bytes{};

  static endpoint from(const sockaddr* address) noexcept;
  // "192.0.2.1", "2001:db8::1", "unix", or "".
  std::string address() const;
  // Loopback, or a socket of this machine.
  bool is_local() const noexcept;
};

// One address to listen on.
struct listen_address {
  enum class kind : std::uint8_t { ip, local };

  kind type = kind::ip;
  std::string host;  // numeric, "*" (dual stack), or the path; abstract names begin with '@'
  std::uint16_t port = 0;
  // Of "localhost": this machine may lack IPv6.
  bool optional = false;

  // As people write it: "127.0.0.1:8080", "[::1]:8080", "unix:/run/x.sock".
  std::string text() const;
};

// Takes "8080", "localhost:8080", "*:8080", "192.0.2.1:8080", "[::1]:8080", "unix:PATH" or
// "unix:@NAME" apart. "localhost" is two addresses. Throws std::invalid_argument with a sentence.
std::vector<listen_address> parse_listen_address(std::string_view text);

}  // namespace asio_httpd::net
