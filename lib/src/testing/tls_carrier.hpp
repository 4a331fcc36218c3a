// SPDX-License-Identifier: BSL-1.0
//
// Connections of the test kit over TLS: a client's side of it (tls_client.hpp) behind the client's
// pipe, and the server's own around another pipe. The handshake begins at once.
//
// Not the same as in memory: the server can write what both pipes hold before it has to wait.

#pragma once

#include "testing/carrier.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace asio_httpd::testing {

class tls_carrier final : public carrier {
 public:
  // `protocol`: as tls_client's.
  tls_carrier(boost::asio::any_io_executor executor, std::string_view protocol);
  ~tls_carrier() override;
  std::unique_ptr<net::transport> connect(std::unique_ptr<net::transport> pipe,
                                          const net::endpoint& remote) override;
  bool carry() override;

 private:
  class link;
  boost::asio::any_io_executor executor_;
  std::string protocol_;
  std::vector<std::unique_ptr<link>> links_;
};

}  // namespace asio_httpd::testing
