// SPDX-License-Identifier: BSL-1.0

#include "http/engine.hpp"

#include "http/request_access.hpp"
#include "http/target.hpp"

namespace asio_httpd::http {

rule engine::read_target(method m, std::string_view raw, std::string_view host) {
  target parsed;
  if (parse_target(raw, m, parsed) != target_error::none) return rule::target_syntax;
  if (parsed.kind == target::form::authority) return rule::method_unknown;  // CONNECT
  // The target's authority replaces the Host field, also where they differ (RFC 9112 3.2.2).
  if (!parsed.authority.empty()) host = host_without_port(parsed.authority);
  request_access::target(request_, raw, parsed.query, host);
  target_form_ = target_form::path;
  if (parsed.kind == target::form::asterisk) {
    target_form_ = target_form::server;
    request_access::path(request_, "*");
    return rule::none;
  }
  const path_error error = path_.parse(parsed.path);
  // No route has control bytes: well-formed, and not found.
  if (error == path_error::control_byte) target_form_ = target_form::nothing;
  if (error != path_error::none && target_form_ != target_form::nothing) return rule::path_syntax;
  request_access::path(request_, path_.text());
  return rule::none;
}

}  // namespace asio_httpd::http
