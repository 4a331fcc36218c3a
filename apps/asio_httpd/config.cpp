// SPDX-License-Identifier: BSL-1.0

#include "config.hpp"

#include "addresses.hpp"

namespace asio_httpd::app {

std::uint16_t redirect_port(const config& c) {
  if (!c.https_redirect) return 0;
  if (c.https_redirect->said != 0) return c.https_redirect->said;
  for (const listener& each : c.listen) {
    const std::uint16_t port = each.tls ? port_in(each.address) : 0;
    if (port != 0) return port;
  }
  return 0;
}

}  // namespace asio_httpd::app
