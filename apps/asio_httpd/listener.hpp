// SPDX-License-Identifier: BSL-1.0
//
// Places to listen on, as they were written down.

#pragma once

#include <asio_httpd/tls.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "problems.hpp"

namespace asio_httpd::app {

struct tls_settings {
  tls_options options = {};
  // The program makes a certificate itself, and keeps it.
  bool self_signed = false;
  std::vector<place> certificates_said_at = {};  // one for each of the options

  friend bool operator==(const tls_settings& a, const tls_settings& b) {
    return a.options == b.options && a.self_signed == b.self_signed;
  }
};

struct listener {
  std::string address = {};
  std::optional<tls_settings> tls = {};
  place said_at = {};

  listener() = default;
  // Not explicit, so that a list of addresses is a list of these.
  listener(std::string a, std::optional<tls_settings> t = {}, place where = {})
      : address(std::move(a)), tls(std::move(t)), said_at(std::move(where)) {}
  listener(const char* a) : address(a) {}

  friend bool operator==(const listener& a, const listener& b) {
    return a.address == b.address && a.tls == b.tls;
  }
};

// A port of this machine that speaks TLS: that of the first listener with it, unless it is said.
struct https_port {
  std::uint16_t said = 0;

  friend bool operator==(const https_port&, const https_port&) = default;
};

}  // namespace asio_httpd::app
