// SPDX-License-Identifier: BSL-1.0
//
// From the client to the server: first what translates, then TLS, then sockets.

#include "testing/carrier.hpp"

#include "testing/http2_carrier.hpp"
#include "testing/socket_carrier.hpp"

namespace asio_httpd::testing {

carriage carriage::of_new_servers;

std::vector<std::unique_ptr<carrier>> make_carriers(boost::asio::io_context& context,
                                                    const carriage& how) {
  std::vector<std::unique_ptr<carrier>> made;
  if (is_http2(how.speaks)) {
    made.push_back(std::make_unique<http2_carrier>(context.get_executor(),
                                                   is_tls(how.speaks) ? "https" : "http"));
  }
  if (how.sockets) made.push_back(std::make_unique<socket_carrier>(context, *how.sockets));
  return made;
}

}  // namespace asio_httpd::testing
