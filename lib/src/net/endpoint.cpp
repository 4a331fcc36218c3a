// SPDX-License-Identifier: BSL-1.0
//
// Addresses in and out of text.

#include "net/endpoint.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <stdexcept>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace asio_httpd::net {
namespace {

namespace ip = boost::asio::ip;

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
  throw std::invalid_argument("cannot listen on \"" + std::string(text) +
                              "\": " + std::string(why));
}

constexpr std::string_view grammar =
    "expected PORT, HOST:PORT, [IPV6]:PORT, *:PORT or unix:PATH (HOST is a numeric address or "
    "localhost)";

std::uint16_t parse_port(std::string_view whole, std::string_view digits) {
  std::uint16_t port = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error == std::errc::result_out_of_range) refuse(whole, "a port is 0 to 65535");
  if (error != std::errc{} || end != digits.data() + digits.size()) refuse(whole, grammar);
  return port;
}

listen_address parse_local(std::string_view whole, std::string_view path) {
  if (path.empty() || path == "@") refuse(whole, "the path of the Unix socket is missing");
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    refuse(whole, "the path of a Unix socket is at most 107 bytes");
  }
  return {listen_address::kind::local, std::string(path), 0, false};
}

std::vector<listen_address> on_this_machine(std::uint16_t port) {
  return {{listen_address::kind::ip, "127.0.0.1", port, false},
          {listen_address::kind::ip, "::1", port, true}};
}

}  // namespace

endpoint endpoint::from(const sockaddr* address) noexcept {
  endpoint made;
  if (address->sa_family == AF_INET) {
    sockaddr_in in;
    std::memcpy(&in, address, sizeof in);
    made.kind = family::ipv4;
    made.port = ntohs(in.sin_port);
    std::memcpy(made.bytes.data(), &in.sin_addr, 4);
  } else if (address->sa_family == AF_INET6) {
    sockaddr_in6 in;
    std::memcpy(&in, address, sizeof in);
    const bool mapped = IN6_IS_ADDR_V4MAPPED(&in.sin6_addr);
    made.kind = mapped ? family::ipv4 : family::ipv6;
    made.port = ntohs(in.sin6_port);
    std::memcpy(made.bytes.data(), in.sin6_addr.s6_addr + (mapped ? 12 : 0), mapped ? 4 : 16);
  } else {
    made.kind = family::local;
  }
  return made;
}

std::string endpoint::address() const {
  switch (kind) {
    case family::ipv4:
      return ip::address_v4({bytes[0], bytes[1], bytes[2], bytes[3]}).to_string();
    case family::ipv6:
      return ip::address_v6(bytes).to_string();
    case family::local:
      return "unix";
    case family::none:
      break;
  }
  return {};
}

bool endpoint::is_local() const noexcept {
  switch (kind) {
    case family::ipv4:
      return bytes[0] == 127;
    case family::ipv6:
      return ip::address_v6(bytes).is_loopback();
    case family::local:
      return true;
    case family::none:
      break;
  }
  return false;
}

std::string listen_address::text() const {
  if (type == kind::local) return "unix:" + host;
  const std::string number = std::to_string(port);
  return host.find(':') == std::string::npos ? host + ":" + number : "[" + host + "]:" + number;
}

std::vector<listen_address> parse_listen_address(std::string_view text) {
  if (text.starts_with("unix:")) return {parse_local(text, text.substr(5))};
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return on_this_machine(parse_port(text, text));
  const std::uint16_t port = parse_port(text, text.substr(colon + 1));
  std::string_view host = text.substr(0, colon);
  if (host == "localhost") return on_this_machine(port);
  if (host == "*") return {{listen_address::kind::ip, "*", port, false}};
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  const auto address = ip::make_address(std::string(host), error);
  if (error || address.is_v6() != bracketed) refuse(text, grammar);
  return {{listen_address::kind::ip, std::string(host), port, false}};
}

}  // namespace asio_httpd::net
