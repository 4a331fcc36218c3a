// SPDX-License-Identifier: BSL-1.0
//
// For servers that listen with TLS and without: what comes without it is led to where it is, and
// browsers are told not to come without it again.
//
//   routes.use(redirect_to_https());
//   routes.use(strict_transport_security());
//   return run(routes, {.listen = {"*:80", {"*:443", tls_options{...}}}});

#pragma once

#include <asio_httpd/middleware.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace asio_httpd {

struct https_redirect {
  // Where TLS is spoken, as clients see it.
  std::uint16_t port = 443;
  // The host that it leads to; "" for that of the request.
  std::string host = {};
  // Paths that are answered without TLS as well, such as those that ask whether the server is well;
  // what ends in '/' stands for all below.
  std::vector<std::string> except = {};
};

// A request that did not come by TLS is answered with 308 to the same target: clients keep the
// method and the content. It leads nowhere but to the host that the request was for: one that is
// malformed, or missing as it may in HTTP/1.0, gets 400. What has no path (OPTIONS *) goes on. The
// content is not read. Throws std::invalid_argument where the options are none.
middleware redirect_to_https(https_redirect options = {});

// Strict-Transport-Security (RFC 6797): for `max_age`, browsers refuse to come to the host without
// TLS.
struct transport_security {
  std::chrono::seconds max_age = std::chrono::hours(24 * 365);
  bool include_subdomains = false;
  bool preload = false;  // asks to be put on the browsers' list: hard to undo
  // Says it also where a request did not come by TLS: a proxy in front speaks TLS for this server.
  bool behind_proxy = false;
};

// Says so on responses to requests that came by TLS (section 7.2), unless they say it themselves.
// Costs no allocation. Throws std::invalid_argument where `max_age` is negative.
middleware strict_transport_security(transport_security options = {});

}  // namespace asio_httpd
