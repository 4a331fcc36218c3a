// SPDX-License-Identifier: BSL-1.0
//
// One request to a router without a server, from an address and at a time of the test's choice.

#pragma once

#include <asio_httpd/request.hpp>
#include <asio_httpd/router.hpp>
#include <asio_httpd/status_report.hpp>

#include "http/request_access.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace test_support {

class made_up_peer final : public asio_httpd::peer {
 public:
  explicit made_up_peer(std::string address, std::chrono::nanoseconds at = {},
                        std::optional<asio_httpd::tls_info> tls = {})
      : address_(std::move(address)), at_(at), tls_(std::move(tls)) {}
  std::string address() const override { return address_; }
  std::uint16_t port() const noexcept override { return 40000; }
  bool is_local() const noexcept override { return false; }
  bool is_secure() const noexcept override { return tls_.has_value(); }
  std::optional<asio_httpd::tls_info> tls() const override { return tls_; }
  asio_httpd::status_report server_status() const override { return {}; }
  std::shared_ptr<asio_httpd::body_source> open_body() override { return nullptr; }
  std::chrono::steady_clock::time_point arrival() const noexcept override {
    return std::chrono::steady_clock::time_point(std::chrono::hours(1)) + at_;
  }

 private:
  std::string address_;
  std::chrono::nanoseconds at_;
  std::optional<asio_httpd::tls_info> tls_;
};

// One that speaks TLS.
inline made_up_peer secure_peer(asio_httpd::tls_info tls = {}) {
  return made_up_peer("192.0.2.1", {}, std::move(tls));
}

inline asio_httpd::response ask(const asio_httpd::router& routes, asio_httpd::method m,
                                std::string target, asio_httpd::fields f = {},
                                made_up_peer from = made_up_peer("192.0.2.1")) {
  asio_httpd::request r(m, std::move(target), std::move(f));
  asio_httpd::request_access::peer(r, &from);
  return routes.handle(r);
}

}  // namespace test_support
