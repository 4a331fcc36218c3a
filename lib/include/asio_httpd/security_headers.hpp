// SPDX-License-Identifier: BSL-1.0
//
// The fields that tell browsers to be careful, on every response that does not say otherwise: what
// a handler sets itself stays.
//
//   routes.use(security_headers());
//   routes.use(security_headers({.content_security_policy = "default-src 'self'"}));
//
// The defaults break no page that is not meant to be shown within another. Costs no allocation.

#pragma once

#include <asio_httpd/https.hpp>
#include <asio_httpd/middleware.hpp>

#include <optional>
#include <string>

namespace asio_httpd {

struct security_headers_options {
  // Which pages may show this one in a frame: X-Frame-Options, and frame-ancestors of the
  // Content-Security-Policy.
  enum class frames { none, same_origin, any };
  frames framed_by = frames::none;
  // "" leaves the field away.
  std::string referrer_policy = "strict-origin-when-cross-origin";
  // Beside frame-ancestors, which is added unless the text has it.
  std::string content_security_policy = {};
  // On requests that came by TLS, or by a proxy that speaks it: see https.hpp.
  std::optional<asio_httpd::transport_security> transport_security = {};
};

// X-Content-Type-Options: nosniff, and the above. Throws std::invalid_argument where a text is no
// field value.
middleware security_headers(security_headers_options options = {});

}  // namespace asio_httpd
