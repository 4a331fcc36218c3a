// SPDX-License-Identifier: BSL-1.0

#include <asio_httpd/check_tls.hpp>
#include <asio_httpd/clock.hpp>

#include "tls/context.hpp"

namespace asio_httpd {

void check_tls(const tls_options& options) {
  const auto clock = system_clock_source();
  const tls::context made(options, tls::make_ticket_keys(clock), clock, {});
}

}  // namespace asio_httpd
