// SPDX-License-Identifier: BSL-1.0
//
// From a config to what a server is made of. This is the one place where the program is put
// together; nothing registers itself anywhere.

#pragma once

#include <asio_httpd/access_log.hpp>
#include <asio_httpd/router.hpp>
#include <asio_httpd/server.hpp>

#include <memory>
#include <string>

#include "config.hpp"
#include "problems.hpp"

namespace asio_httpd::app {

struct app {
  router routes;
  server_options options;
  std::shared_ptr<asio_httpd::access_log> access_log;  // null where there is none
  std::string self_signed;  // the file of the certificate that the program made; "" for none
};

// Routes that the router refuses are reported. Opens folders, but no socket and no log.
router build_routes(const config& c, problems& found);

// What the files of certificates hold, and whether a key belongs to its certificate.
void check_certificates(const config& c, problems& found);

// Opens the access log, too, and makes a certificate where one is wanted; reports where that fails.
app build_app(const config& c, problems& found);

}  // namespace asio_httpd::app
