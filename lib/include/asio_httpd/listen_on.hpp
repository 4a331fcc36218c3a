// SPDX-License-Identifier: BSL-1.0
//
// One place to listen on: an address, and TLS where it is wanted.

#pragma once

#include <asio_httpd/tls.hpp>

#include <optional>
#include <string>
#include <utility>

namespace asio_httpd {

struct listen_on {
  // "8080" or "localhost:8080": this machine only, IPv4 and IPv6. "*:8080": everywhere.
  // "192.0.2.1:8080", "[::1]:8080", "[::]:8080" (dual stack), "unix:/run/x.sock", "unix:@name"
  // (abstract).
  std::string address;
  // Plain where it is empty. HTTP/2 is spoken on both: by ALPN, or with prior knowledge (RFC 9113
  // section 3.3).
  std::optional<tls_options> tls;

  // Not explicit, so that `.listen = {"8080", {"8443", tls}}` can be written.
  listen_on(std::string a, std::optional<tls_options> t = std::nullopt)
      : address(std::move(a)), tls(std::move(t)) {}
  listen_on(const char* a, std::optional<tls_options> t = std::nullopt)
      : address(a), tls(std::move(t)) {}

  friend bool operator==(const listen_on&, const listen_on&) = default;
};

}  // namespace asio_httpd
