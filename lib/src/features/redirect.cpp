// SPDX-License-Identifier: BSL-1.0
//
// Routes that lead elsewhere.

#include <asio_httpd/response.hpp>
#include <asio_httpd/router.hpp>

#include <stdexcept>
#include <string>

#include "features/redirect_target.hpp"

namespace asio_httpd {

namespace {

bool is_redirect(status s) noexcept {
  return s == status::moved_permanently || s == status::found || s == status::see_other ||
         s == status::temporary_redirect || s == status::permanent_redirect;
}

}  // namespace

route& router::redirect(std::string_view pattern, std::string_view target, asio_httpd::status s) {
  if (!is_redirect(s)) {
    throw std::invalid_argument("asio_httpd: a redirect is 301, 302, 303, 307 or 308, not " +
                                std::to_string(to_integer(s)));
  }
  return add(std::nullopt, pattern,
             [leads = features::redirect_target(pattern, target), s](const request& r) {
               const std::optional<std::string> location = leads.location(r);
               return location ? asio_httpd::redirect(*location, s)
                               : error_response(status::not_found);
             });
}

}  // namespace asio_httpd
