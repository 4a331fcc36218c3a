// SPDX-License-Identifier: BSL-1.0
//
// From the client to the server: first what translates, then TLS, then sockets.

#include "testing/carrier.hpp"

#include "testing/http2_carrier.hpp"
#include "testing/socket_carrier.hpp"
#include "testing/tls_carrier.hpp"

namespace asio_httpd::testing {

carriage carriage::of_new_servers;

std::vector<std::unique_ptr<carrier>> make_carriers(boost::asio::io_context& context,
                                                    const carriage& how) {
  std::vector<std::unique_ptr<carrier>> made;
  if (is_http2(how.speaks)) {
    made.push_back(std::make_unique<http2_carrier>(context.get_executor(),
                                                   is_tls(how.speaks) ? "https" : "http"));
  }
  if (is_tls(how.speaks)) {
    made.push_back(std::make_unique<tls_carrier>(context.get_executor(),
                                                 is_http2(how.speaks) ? "h2" : "http/1.1"));
  }
  // Both ends of TLS are before it, so sockets would carry plain text.
  if (how.sockets && !is_tls(how.speaks)) {
    made.push_back(std::make_unique<socket_carrier>(context, *how.sockets));
  }
  return made;
}

}  // namespace asio_httpd::testing
