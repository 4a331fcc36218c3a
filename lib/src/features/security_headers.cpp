// SPDX-License-Identifier: BSL-1.0
//
// The fields are made once; a response gets those that it has not.

#include <asio_httpd/security_headers.hpp>

#include <optional>
#include <string_view>
#include <utility>

namespace asio_httpd {
namespace {

using frames = security_headers_options::frames;

std::string policy_of(const security_headers_options& o) {
  std::string policy = o.content_security_policy;
  if (o.framed_by == frames::any || policy.find("frame-ancestors") != std::string_view::npos)
    return policy;
  if (!policy.empty()) policy += "; ";
  return policy +=
         o.framed_by == frames::none ? "frame-ancestors 'none'" : "frame-ancestors 'self'";
}

fields fields_of(const security_headers_options& o) {
  fields made;
  const auto set = [&](field name, std::string_view value) {
    if (!value.empty()) made.set(name, value);
  };
  set(field::x_content_type_options, "nosniff");
  if (o.framed_by != frames::any) {
    set(field::x_frame_options, o.framed_by == frames::none ? "DENY" : "SAMEORIGIN");
  }
  set(field::referrer_policy, o.referrer_policy);
  set(field::content_security_policy, policy_of(o));
  return made;
}

}  // namespace

middleware security_headers(security_headers_options options) {
  std::optional<middleware> strict;
  if (options.transport_security) strict = strict_transport_security(*options.transport_security);
  return after(
      [wanted = fields_of(options), strict = std::move(strict)](const request& r, response& to) {
        for (const auto& line : wanted) {
          if (!to.fields().contains(line.id)) to.set(line.id, line.value);
        }
        if (strict) strict->after(r, to);
      });
}

}  // namespace asio_httpd
