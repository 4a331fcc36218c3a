// SPDX-License-Identifier: BSL-1.0
//
// Connections of the test kit over HTTP/2: a gateway (http2_gateway.hpp) between the client's pipe
// and one to the server. Nothing is said to the server before the client says something. A client
// that resets its connection resets the server's; one that ends it gives up what the server cannot
// answer at once.

#pragma once

#include "testing/carrier.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace asio_httpd::testing {

class http2_carrier final : public carrier {
 public:
  // `scheme`: "https" where TLS is what comes behind it.
  http2_carrier(boost::asio::any_io_executor executor, std::string_view scheme);
  ~http2_carrier() override;
  std::unique_ptr<net::transport> connect(std::unique_ptr<net::transport> pipe,
                                          const net::endpoint& remote) override;
  bool carry() override;

 private:
  class link;
  boost::asio::any_io_executor executor_;
  std::string scheme_;
  std::vector<std::unique_ptr<link>> links_;
};

}  // namespace asio_httpd::testing
