// SPDX-License-Identifier: BSL-1.0
//
// Cross-origin requests (https://fetch.spec.whatwg.org/#http-cors-protocol): which scripts of other
// sites may read the answers.
//
//   api.use(cors({.origins = {"https://app.example.org"}, .methods = {method::get, method::put}}));
//
// Use it on a router or a mount: there it answers the browser's preflight (OPTIONS with
// Access-Control-Request-Method) itself, and before authentication if it is used before it, which a
// preflight never carries. On a single route it only marks the answers; register a route for
// OPTIONS beside it and use it there, too.
//
// It refuses nothing but preflights: a request that needs none reaches the handler whatever its
// origin. CORS opens what browsers keep closed; it protects no server.

#pragma once

#include <asio_httpd/method.hpp>
#include <asio_httpd/middleware.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_httpd {

struct cors_options {
  // "https://app.example.org", with the port where it is not the scheme's;
  // "https://*.example.org": every host below that name; "*": all.
  std::vector<std::string> origins = {};
  // Asked about an origin that is not in the list. Called from several threads at once.
  std::function<bool(std::string_view origin)> allows = {};
  // The browser sends cookies and passwords along. Not together with "*" for origins or fields.
  bool credentials = false;
  std::vector<method> methods = {method::get, method::head, method::post};
  // Names of fields that scripts may set beside those that are always allowed; "*": all.
  std::vector<std::string> request_fields = {};
  // Names of fields of the answer that scripts may read beside those that are always allowed.
  std::vector<std::string> exposed_fields = {};
  // How long a browser may remember the answer to a preflight; browsers have a limit of their own.
  std::optional<std::chrono::seconds> max_age = {};
};

// Throws std::invalid_argument where an option is none, or where credentials meet "*".
middleware cors(cors_options options);

}  // namespace asio_httpd
