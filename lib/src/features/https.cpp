// SPDX-License-Identifier: BSL-1.0
//
// Location is made of the host of the request and its target as they were sent. Both are looked at
// again, although the engine has done so: a request may be made by hand.

#include <asio_httpd/https.hpp>
#include <asio_httpd/response.hpp>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "features/transport_security_value.hpp"

namespace asio_httpd {
namespace {

// RFC 3986 section 3.2.2: a registered name, an IPv4 address, or an address in brackets.
bool is_host(std::string_view host) {
  const bool in_brackets = host.starts_with('[') && host.ends_with(']');
  if (in_brackets) host = host.substr(1, host.size() - 2);
  const std::string_view others = in_brackets ? ":." : "-._~%!$&'()*+,;=";
  return !host.empty() && std::all_of(host.begin(), host.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           others.find(c) != others.npos;
  });
}

// Path and query of a target (RFC 9112 section 3.2); "" where it has none.
std::string_view origin_form(std::string_view target) {
  if (target.starts_with('/')) return target;
  const std::size_t scheme = target.find("://");
  if (scheme == target.npos) return {};
  const std::size_t path = target.find_first_of("/?", scheme + 3);
  return path == target.npos ? "/" : target.substr(path);
}

class redirector {
 public:
  explicit redirector(https_redirect options) : options_(std::move(options)) {
    if (options_.port == 0) {
      throw std::invalid_argument("asio_httpd: redirect_to_https: the port is 0");
    }
    if (!options_.host.empty() && !is_host(options_.host)) {
      throw std::invalid_argument("asio_httpd: redirect_to_https: \"" + options_.host +
                                  "\" is no host");
    }
  }

  std::optional<response> before(const request& r) const {
    const std::string_view target = origin_form(r.target());
    if (r.is_secure() || target.empty() || is_excepted(r.path())) return std::nullopt;
    const std::string_view host = options_.host.empty() ? r.host() : options_.host;
    if (!is_host(host)) return error_response(status::bad_request);
    return redirect(location(host, target), status::permanent_redirect);
  }

 private:
  bool is_excepted(std::string_view path) const {
    return std::any_of(options_.except.begin(), options_.except.end(), [&](const auto& each) {
      return path == each || (each.ends_with('/') && path.starts_with(each));
    });
  }

  std::string location(std::string_view host, std::string_view target) const {
    std::string to = "https://";
    to += host;
    if (options_.port != 443) to += ':' + std::to_string(options_.port);
    if (target.starts_with('?')) to += '/';
    return to += target;
  }

  https_redirect options_;
};

}  // namespace

middleware redirect_to_https(https_redirect options) {
  return redirector(std::move(options));
}

middleware strict_transport_security(transport_security options) {
  return after([value = features::value_of(options), always = options.behind_proxy](
                   const request& r, response& to) {
    if (!always && !r.is_secure()) return;
    if (to.fields().contains(field::strict_transport_security)) return;
    to.set(field::strict_transport_security, value);
  });
}

}  // namespace asio_httpd
