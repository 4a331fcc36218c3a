// SPDX-License-Identifier: BSL-1.0
//
// Passwords by HTTP's own means (RFC 7617): 401 before the content of the request is read.
//
//   routes.use(basic_auth("staff", {{"ada", "engine"}}));
//   routes.get("/", [](const request& r) { return "hello, " + std::string(basic_auth_user(r)); });
//
// The password travels with each request as good as in clear text: use it behind TLS, or on this
// machine. What is compared is compared in constant time but for the length. A check that has to
// wait, for a database, belongs into a wrapping middleware with `basic_credentials_of` and
// `basic_challenge`.

#pragma once

#include <asio_httpd/middleware.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace asio_httpd {

// Whether that password is that user's. Called from several threads at once; must not block.
using basic_auth_check = std::function<bool(std::string_view user, std::string_view password)>;

// Throw std::invalid_argument where the realm or a user can not be (a user has no colon).
middleware basic_auth(std::string realm, std::map<std::string, std::string> passwords);
middleware basic_auth(std::string realm, basic_auth_check check);

// Who the request is from, once basic_auth let it pass; else "". Valid like the request.
std::string_view basic_auth_user(const request& r) noexcept;

struct basic_credentials {
  std::string user;
  std::string password;
};
// What the request says; nobody has checked it. Nothing where it says nothing, or nonsense.
std::optional<basic_credentials> basic_credentials_of(const request& r);

// 401 with WWW-Authenticate. Throws std::invalid_argument where the realm has control characters.
response basic_challenge(std::string_view realm);

}  // namespace asio_httpd
